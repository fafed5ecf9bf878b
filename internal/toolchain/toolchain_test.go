package toolchain

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/gover"
)

func TestFind(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("paths as on Unix")
	}
	for _, test := range []struct {
		root, home string
		want       Home
		err        string
	}{
		{"", "/home/u", "/home/u/.local/go", ""},
		{"/r", "/home/u", "/r", ""},
		{"/r/../s/", "", "/s", ""},
		{"", "", "", "HOME is not set"},
		{"", "u", "", "HOME is not an absolute path"},
		{"", ".", "", "HOME is not an absolute path"},
		{"r", "/home/u", "", "GOSW_ROOT is not an absolute path"},
	} {
		got, err := Find(func(name string) string {
			return map[string]string{"GOSW_ROOT": test.root, "HOME": test.home}[name]
		})
		if got != test.want || errorText(err) != test.err {
			t.Errorf("GOSW_ROOT=%s HOME=%s: %q, %v, want %q, %v", test.root, test.home, got, err, test.want, test.err)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// newHome returns a store with empty toolchains, and links given as name,
// target.
func newHome(t *testing.T, versions string, links ...[2]string) Home {
	t.Helper()
	h := Home(t.TempDir())
	for name := range strings.FieldsSeq(versions) {
		if err := os.MkdirAll(filepath.Join(h.Toolchains(), name, "bin"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, link := range links {
		if err := os.Symlink(link[1], filepath.Join(h.Toolchains(), link[0])); err != nil && runtime.GOOS == "windows" {
			t.Skip(err)
		} else if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Readlink(filepath.Join(h.Toolchains(), link[0])); err != nil && runtime.GOOS == "windows" { // Wine makes something else
			t.Skip(err)
		} else if err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func TestPaths(t *testing.T) {
	t.Parallel()
	h := Home(filepath.FromSlash("/r"))
	v := version(t, "go1.22.5")
	for got, want := range map[string]string{
		h.Bin():            "/r/bin",
		h.Toolchains():     "/r/toolchains",
		h.DefaultFile():    "/r/default",
		h.Dir(v):           "/r/toolchains/go1.22.5",
		h.Tool(v, "gofmt"): "/r/toolchains/go1.22.5/bin/gofmt" + Exe,
	} {
		if filepath.ToSlash(got) != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestInstalled(t *testing.T) {
	t.Parallel()
	h := newHome(t, "go1.22.5 go1.20 go1.20.0 1.22.4 go1.24rc1 other .hidden", [2]string{"1.22", "go1.22.5"}, [2]string{"go1.21.0", "go1.22.5"})
	if err := os.WriteFile(filepath.Join(h.Toolchains(), "go1.19"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	versions, err := h.Installed()
	slices.SortFunc(versions, gover.Compare)
	want := []gover.Version{version(t, "go1.20"), version(t, "go1.22.5"), version(t, "go1.24rc1")}
	if err != nil || !slices.Equal(versions, want) {
		t.Errorf("%v, %v, want %v", versions, err, want)
	}
	for _, name := range []string{"go1.20", "go1.22.5", "go1.19", "go1.21.0", "go1.22.4"} {
		v := version(t, name)
		if got, err := h.Has(v); err != nil || got != slices.Contains(want, v) {
			t.Errorf("Has(%v) = %v, %v", v, got, err)
		}
	}
	if versions, err := Home(filepath.Join(string(h), "none")).Installed(); err != nil || len(versions) > 0 {
		t.Errorf("no store: %v, %v", versions, err)
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	const some = "go1.20 go1.20.14 go1.22.4 go1.22.10 go1.23.1 go1.24rc1"
	for _, test := range []struct {
		name, spec, want string
		link             [2]string
	}{
		{"exact", "1.22.4", "go1.22.4", [2]string{}},
		{"exact, point zero", "1.20.0", "go1.20", [2]string{}},
		{"exact, missing", "1.22.5", "", [2]string{}},
		{"candidate", "1.24rc1", "go1.24rc1", [2]string{}},
		{"line without a link", "1.22", "go1.22.10", [2]string{}},
		{"line, as the link says", "1.22", "go1.22.4", [2]string{"1.22", "go1.22.4"}},
		{"line, nothing installed", "1.21", "", [2]string{}},
		{"line with a candidate only", "1.24", "", [2]string{}},
		{"link that dangles", "1.22", "go1.22.10", [2]string{"1.22", "go1.22.9"}},
		{"link to another line", "1.22", "go1.22.10", [2]string{"1.22", "go1.23.1"}},
		{"link to a candidate", "1.24", "", [2]string{"1.24", "go1.24rc1"}},
		{"link to a path", "1.22", "go1.22.10", [2]string{"1.22", "../toolchains/go1.22.4"}},
		{"link with a slash", "1.22", "go1.22.10", [2]string{"1.22", "go1.22.4/"}},
		{"link in another spelling", "1.22", "go1.22.10", [2]string{"1.22", "1.22.4"}},
		{"link to somebody's directory", "1.22", "go1.22.10", [2]string{"1.22", "/usr"}},
		{"latest", "latest", "go1.23.1", [2]string{}},
		{"latest, as the link says", "latest", "go1.22.4", [2]string{"latest", "go1.22.4"}},
		{"latest, a candidate", "latest", "go1.23.1", [2]string{"latest", "go1.24rc1"}},
		{"oldstable", "oldstable", "go1.22.10", [2]string{}},
		{"constraint", ">1.21", "", [2]string{}},
		{"system", "system", "", [2]string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var links [][2]string
			if test.link[0] != "" {
				links = append(links, test.link)
			}
			h := newHome(t, some, links...)
			spec, err := gover.ParseSpec(test.spec)
			if err != nil {
				t.Fatal(err)
			}
			v, ok, err := h.Lookup(spec)
			if err != nil || ok != (test.want != "") || ok && v.String() != test.want {
				t.Errorf("%v, %v, %v, want %q", v, ok, err, test.want)
			}
		})
	}
}

func TestLookupError(t *testing.T) {
	t.Parallel()
	h := Home(t.TempDir())
	if err := os.WriteFile(h.Toolchains(), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	spec, err := gover.ParseSpec("latest")
	if err != nil {
		t.Fatal(err)
	}
	if v, ok, err := h.Lookup(spec); ok || err == nil && runtime.GOOS != "windows" {
		t.Errorf("a file for a directory: %v, %v, %v", v, ok, err)
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"1.22": "1.22", "1.x": "latest", "1.22.5": "", "oldstable": "", "system": "", ">1": ""} {
		spec, err := gover.ParseSpec(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := Link(spec); got != want {
			t.Errorf("Link(%s) = %q, want %q", text, got, want)
		}
	}
}
