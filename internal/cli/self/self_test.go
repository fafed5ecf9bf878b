package self

import (
	"testing"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/selfupdate"
	"github.com/gosw/gosw/internal/shell"
)

// TestSelfKeyless is about a release before there are keys, which says how to update
// by hand. When there are, the first part goes.
func TestSelfKeyless(t *testing.T) {
	t.Parallel()
	if keys := selfupdate.Keys(); len(keys) > 0 {
		t.Errorf("there are keys: %q", keys)
	}
	bash, _ := shell.Lookup("bash")
	err := noKey(selfupdate.ErrNoKey)
	hint := term.Words(app.HintFor(err), bash)
	if failure.Code(err) != failure.CodeNotMine || hint != `update by hand: "go install -trimpath -ldflags=-s github.com/gosw/gosw/cmd/...@latest"` {
		t.Errorf("%v, exit code %d, %s", err, failure.Code(err), hint)
	}
}
