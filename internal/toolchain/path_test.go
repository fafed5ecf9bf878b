package toolchain

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/gosw/gosw/internal/gover"
)

func TestFindPath(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		system string
		want   Path
		err    string
	}{
		{"", Path{"/r"}, ""},
		{"/s", Path{"/r", "/s"}, ""},
		{"/s/../s/", Path{"/r", "/s"}, ""},
		{"/r/", Path{"/r"}, ""},
		{"s", nil, "GOSW_SYSTEM_ROOT is not an absolute path"},
	} {
		if filepath.Separator != '/' {
			t.Skip("absolute paths are others here")
		}
		got, err := FindPath(func(name string) string {
			return map[string]string{"GOSW_ROOT": "/r", "GOSW_SYSTEM_ROOT": test.system}[name]
		})
		if !slices.Equal(got, test.want) || errorText(err) != test.err {
			t.Errorf("%q: %v, %v; want %v, %v", test.system, got, err, test.want, test.err)
		}
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	user := newHome(t, "go1.22.4 go1.21.13 go1.20.14", [2]string{"1.22", "go1.22.4"})
	system := newHome(t, "go1.22.12 go1.21.0 go1.21.13", [2]string{"1.22", "go1.22.12"}, [2]string{"latest", "go1.22.12"})
	both := Path{user, system}
	for _, test := range []struct {
		path Path
		spec string
		want string
		of   Home
	}{
		{both, "1.22", "go1.22.12", system},
		{both, "1.22.4", "go1.22.4", user},
		{both, "1.21.0", "go1.21.0", system},
		{both, "1.21.13", "go1.21.13", user}, // both have it
		{both, "1.20", "go1.20.14", user},
		{both, "latest", "go1.22.12", system},
		{both, "oldstable", "go1.21.13", user},
		{both, "1.19", "", ""},
		{both, "1.22.5", "", ""},
		{Path{user}, "1.22", "go1.22.4", user},
		{Path{user}, "1.21.0", "", ""},
		{Path{user, Home(t.TempDir())}, "1.22", "go1.22.4", user}, // a system store that does not exist
	} {
		spec, err := gover.ParseSpec(test.spec)
		if err != nil {
			t.Fatal(err)
		}
		v, ok, err := test.path.Lookup(spec)
		if err != nil || ok != (test.want != "") || ok && v.String() != test.want {
			t.Errorf("%s: %v, %v, %v; want %q", test.spec, v, ok, err, test.want)
		}
		if !ok {
			continue
		}
		of, ofErr := test.path.Of(v)
		if has, err := test.path.Has(v); of != test.of || !has || err != nil || ofErr != nil {
			t.Errorf("%v is in %s, want %s (%v, %v)", v, of, test.of, ofErr, err)
		}
	}
	installed, err := both.Installed()
	if err != nil || len(installed) != 5 {
		t.Errorf("installed: %v, %v; want five, each once", installed, err)
	}
}
