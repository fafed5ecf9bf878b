package explain

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/settings"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// TestAskGo has programs that don't answer as go does.
func TestAskGo(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, script, said, err string }{
		{"killed", "echo 'go: a word' >&2; kill -9 $$", "a word", "signal: killed"},
		{"hangs", "sleep 100", "", "no answer"},
		{"floods", "yes | head -c 10000000", "", ""},
		{"fails", "echo 'go: bad' >&2; exit 3", "bad", "exit status 3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			program := filepath.Join(dir, "go")
			if err := fetchtest.WriteProgram(program, []byte("#!/bin/sh\n"+test.script+"\n")); err != nil {
				t.Fatal(err)
			}
			ctx := context.Background()
			if test.name == "hangs" {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeoutCause(ctx, 50*time.Millisecond, errors.New("no answer"))
				defer cancel()
			}
			x := &Explainer{App: &app.App{Environ: settings.NewEnviron(settings.Invocation{Env: os.Environ()})}, dir: dir}
			out, said, err := x.runGo(ctx, program, "env")
			if got := strings.Join(said, "|"); got != test.said || len(out) > maxAnswer {
				t.Errorf("said %q, want %q; %d bytes", got, test.said, len(out))
			}
			if text := errorText(err); text != test.err {
				t.Errorf("error %q, want %q", text, test.err)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
