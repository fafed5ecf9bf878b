package toolchain

import (
	"slices"
	"strings"
	"testing"
)

// TestEnv has names as Windows and as other systems see them.
func TestEnv(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		env      string
		anyCase  bool
		value    string // of PATH
		with     string // PATH=n
		withouts string // PATH
	}{
		{"PATH=a X=b", false, "a", "X=b PATH=n", "X=b"},
		{"PATH=a X=b", true, "a", "X=b PATH=n", "X=b"},
		{"Path=a X=b", true, "a", "X=b PATH=n", "X=b"},
		{"Path=a X=b", false, "", "Path=a X=b PATH=n", "Path=a X=b"},
		{"path=a PATH=c", true, "a", "PATH=n", ""},
		{"path=a PATH=c", false, "c", "path=a PATH=n", "path=a"},
		{"PATH=a PATH=c", false, "a", "PATH=n", ""},
		{"PATHEXT=.exe PAT=x", true, "", "PATHEXT=.exe PAT=x PATH=n", "PATHEXT=.exe PAT=x"},
		{"PATH= X=PATH=z", false, "", "X=PATH=z PATH=n", "X=PATH=z"},
		{`=C:=C:\x PATH`, true, "", `=C:=C:\x PATH=n`, `=C:=C:\x`},
		{"", true, "", "PATH=n", ""},
	} {
		entries := strings.Fields(test.env)
		env := Env{slices.Clone(entries), test.anyCase}
		if got := env.Get("PATH"); got != test.value {
			t.Errorf("%q, any case %v: PATH is %q, want %q", entries, test.anyCase, got, test.value)
		}
		if got := strings.Join(env.With("PATH", "n").Entries, " "); got != test.with {
			t.Errorf("%q, any case %v, with another PATH: %q, want %q", entries, test.anyCase, got, test.with)
		}
		if got := strings.Join(env.Without("PATH").Entries, " "); got != test.withouts {
			t.Errorf("%q, any case %v, without PATH: %q, want %q", entries, test.anyCase, got, test.withouts)
		}
		if !slices.Equal(env.Entries, entries) {
			t.Errorf("%q has become %q", entries, env.Entries)
		}
	}
}

// TestEnvironAnyCase has an environment as Windows hands it to a program.
func TestEnvironAnyCase(t *testing.T) {
	t.Parallel()
	env := Env{[]string{"Path=p", "goroot=/x", "GoToolchain=go1.21.0", "gosw_depth=2"}, true}
	got := Environ(env, Use{Version: version(t, "go1.22.5"), Pinned: true})
	want := []string{"Path=p", "GoToolchain=go1.21.0", "GOSW_DEPTH=3"}
	if !slices.Equal(got.Entries, want) {
		t.Errorf("%q, want %q", got.Entries, want)
	}
	if got := got.With("PATH", "t;"+got.Get("PATH")).Entries; !slices.Equal(got, []string{"GoToolchain=go1.21.0", "GOSW_DEPTH=3", "PATH=t;p"}) {
		t.Errorf("as exec sets PATH: %q", got)
	}
}
