package toolchain

import (
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/gover"
)

func TestEnviron(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		env    string
		use    Use
		want   string // in any order
		system bool
	}{
		{"pinned", "A=1", Use{Pinned: true}, "A=1 GOSW_DEPTH=1 GOTOOLCHAIN=local", false},
		{"default", "A=1", Use{}, "A=1 GOSW_DEPTH=1", false},
		{"default with a policy", "A=1", Use{Policy: "auto"}, "A=1 GOSW_DEPTH=1", false},
		{"policy local", "", Use{Pinned: true, Policy: "local"}, "GOSW_DEPTH=1 GOTOOLCHAIN=local", false},
		{"policy auto", "", Use{Pinned: true, Policy: "auto"}, "GOSW_DEPTH=1 GOTOOLCHAIN=auto", false},
		{"policy path", "", Use{Pinned: true, Policy: "path"}, "GOSW_DEPTH=1 GOTOOLCHAIN=path", false},
		{"policy leave", "", Use{Pinned: true, Policy: "leave"}, "GOSW_DEPTH=1", false},
		{"policy unknown", "", Use{Pinned: true, Policy: "x"}, "GOSW_DEPTH=1 GOTOOLCHAIN=local", false},
		{"GOTOOLCHAIN set", "GOTOOLCHAIN=go1.21.0", Use{Pinned: true}, "GOTOOLCHAIN=go1.21.0 GOSW_DEPTH=1", false},
		{"GOTOOLCHAIN empty", "GOTOOLCHAIN=", Use{Pinned: true}, "GOTOOLCHAIN=local GOSW_DEPTH=1", false},
		{"GOTOOLCHAIN empty, default", "GOTOOLCHAIN=", Use{}, "GOTOOLCHAIN= GOSW_DEPTH=1", false},
		{"stale", "GOROOT=/x GOTOOLCHAIN_INTERNAL_SWITCH_VERSION=1 GOROOT=/y", Use{}, "GOSW_DEPTH=1", false},
		{"others", "GOBIN=/b GOPATH=/p GOROOTS=1 GOROOT_FINAL=/f", Use{}, "GOBIN=/b GOPATH=/p GOROOTS=1 GOROOT_FINAL=/f GOSW_DEPTH=1", false},
		{"old", "GOROOT=/x", Use{Version: version(t, "go1.8.7"), GOROOT: "/t/go1.8.7"}, "GOROOT=/t/go1.8.7 GOSW_DEPTH=1", false},
		{"first", "GOROOT=/x", Use{Version: version(t, "go1"), GOROOT: "/t/go1"}, "GOROOT=/t/go1 GOSW_DEPTH=1", false},
		{"old enough", "GOROOT=/x", Use{Version: version(t, "go1.9"), GOROOT: "/t/go1.9"}, "GOSW_DEPTH=1", false},
		{"deeper", "GOSW_DEPTH=4", Use{}, "GOSW_DEPTH=5", false},
		{"depth of nonsense", "GOSW_DEPTH=x", Use{}, "GOSW_DEPTH=1", false},
		{"system", "GOROOT=/x GOTOOLCHAIN_INTERNAL_SWITCH_VERSION=1", Use{Pinned: true}, "GOROOT=/x GOTOOLCHAIN_INTERNAL_SWITCH_VERSION=1 GOSW_DEPTH=1", true},
	} {
		if test.use.Version.IsZero() && !test.system {
			test.use.Version = version(t, "go1.22.5")
		}
		env := strings.Fields(test.env)
		before := slices.Clone(env)
		got := Environ(Env{Entries: env}, test.use).Entries
		want := strings.Fields(test.want)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", test.name, got, want)
		}
		if !slices.Equal(env, before) {
			t.Errorf("%s: the caller's environment has changed to %q", test.name, env)
		}
	}
}

func TestDepth(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "0": 0, "7": 7, "-1": 0, "x": 0, "99999999999999999999": 0} {
		if got := Depth(func(string) string { return text }); got != want {
			t.Errorf("Depth of %q = %d, want %d", text, got, want)
		}
	}
}

func version(t *testing.T, name string) gover.Version {
	t.Helper()
	v, err := gover.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
