package fetch

import (
	"errors"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/release"
)

// A tree that is proven, and still not what was asked for.
func TestOtherTree(t *testing.T) {
	t.Parallel()
	r := release.Release{Version: version(t, "1.22.4"), Platform: release.Platform{OS: "linux", Arch: "amd64"}}
	for want, files := range map[string]map[string]string{
		"":                         {"VERSION": "go1.22.4\ntime x\n", "bin/go": ""},
		"archive: no VERSION file": {"bin/go": ""},
		"archive: no bin/go":       {"VERSION": "go1.22.4\n"},
		"archive: no bin/go ":      {"VERSION": "go1.22.4\n", "bin/go/x": ""}, // a directory
		"archive: VERSION file says \"go1.22.40\", not go1.22.4": {"VERSION": "go1.22.40\n", "bin/go": ""},
	} {
		dir := t.TempDir()
		for name, content := range files {
			put(t, dir, name, content)
		}
		got := ""
		if err := checkGOROOT(openRoot(t, dir), r); err != nil {
			if got = err.Error(); !errors.As(err, new(*archive.Error)) {
				t.Errorf("%T", err)
			}
		}
		if got != strings.TrimSpace(want) {
			t.Errorf("%v: %q, want %q", files, got, want)
		}
	}
}
