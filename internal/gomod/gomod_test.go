package gomod_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/gomod"
	"github.com/gosw/gosw/internal/gover"
)

// tree writes files, named by slash-separated paths, and returns their root.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestFind(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		files  map[string]string
		dir    string
		gowork string
		file   string // relative; "" for none
		line   int
		spec   string
	}{
		{"nothing", nil, "", "", "", 0, ""},
		{"go line", map[string]string{"go.mod": "module m\n\ngo 1.22\n"}, "", "", "go.mod", 3, "1.22"},
		{"go line with patch", map[string]string{"go.mod": "module m\ngo 1.22.3\n"}, "", "", "go.mod", 2, "1.22.3"},
		{"candidate", map[string]string{"go.mod": "module m\ngo 1.23rc1\n"}, "", "", "go.mod", 2, "1.23rc1"},
		{"toolchain line", map[string]string{"go.mod": "module m\ngo 1.22.3\ntoolchain go1.23.4\n"}, "", "", "go.mod", 2, "1.23.4"},
		{"toolchain default", map[string]string{"go.mod": "module m\ngo 1.22.3\ntoolchain default\n"}, "", "", "go.mod", 2, "1.22.3"},
		{"older toolchain line", map[string]string{"go.mod": "module m\ngo 1.24.1\ntoolchain go1.23.4\n"}, "", "", "go.mod", 2, "1.24.1"},
		{"no go line", map[string]string{"go.mod": "module m\n"}, "", "", "go.mod", 0, ""},
		{"above", map[string]string{"go.mod": "module m\ngo 1.22\n", "a/b/x": ""}, "a/b", "", "go.mod", 2, "1.22"},
		{"nearest", map[string]string{"go.mod": "module m\ngo 1.22\n", "a/go.mod": "module n\ngo 1.21\n"}, "a", "", "a/go.mod", 2, "1.21"},
		{"go.work wins", map[string]string{"go.work": "go 1.24.2\nuse ./a\n", "a/go.mod": "module n\ngo 1.21\n"}, "a", "", "go.work", 1, "1.24.2"},
		{"GOWORK off", map[string]string{"go.work": "go 1.24.2\nuse ./a\n", "a/go.mod": "module n\ngo 1.21\n"}, "a", "off", "a/go.mod", 2, "1.21"},
		{"unknown directives in go.work", map[string]string{"go.work": "go 1.22\ntoolchain go1.22.3\nuse ./x\nfuture y\n"}, "", "", "go.work", 1, "1.22.3"},
		{"unknown directives", map[string]string{"go.mod": "module m\ngo 1.22\nfuture (\n\tx\n)\n"}, "", "", "go.mod", 2, "1.22"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root := tree(t, test.files)
			r, found, err := gomod.Find(filepath.Join(root, test.dir), test.gowork)
			if err != nil {
				t.Fatal(err)
			}
			if test.file == "" {
				if found {
					t.Fatalf("found %+v, want nothing", r)
				}
				return
			}
			if want := filepath.Join(root, test.file); r.File != want || r.GoLine != test.line {
				t.Errorf("found %s:%d, want %s:%d", r.File, r.GoLine, want, test.line)
			}
			if spec, err := r.Spec(); err != nil || spec.String() != test.spec {
				t.Errorf("Spec = %v, %v; want %s", spec, err, test.spec)
			}
		})
	}
}

func TestFindErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"broken":    {"module m\ngo go go\n", "go.mod:2"},
		"go line":   {"module m\ngo ../../x\n", "go.mod:2"},
		"toolchain": {"module m\ngo 1.21\ntoolchain go1.21.0-custom\n", "not a Go version"},
		"too large": {strings.Repeat("//\n", 6<<20), "larger than 16 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _, err := gomod.Find(tree(t, map[string]string{"go.mod": test.text}), "")
			if err == nil {
				_, err = r.Spec()
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	if _, _, err := gomod.Find(t.TempDir(), "/nonexistent/go.work"); err == nil {
		t.Error("GOWORK names a missing file: want an error")
	}
	if _, _, err := gomod.Find(t.TempDir(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("GOWORK names a directory: got %v", err)
	}
}

func TestAllows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		goLine, version string
		want            bool
	}{
		{"", "1.4", true},
		{"1.22", "1.22rc1", true},
		{"1.22", "1.22.0", true},
		{"1.22", "1.21.13", false},
		{"1.22.3", "1.22.2", false},
		{"1.22.3", "1.22.3", true},
		{"1.22.3", "1.23rc1", true},
		{"1.18", "1.18beta1", false},
	} {
		v, err := gover.Parse(test.version)
		if err != nil {
			t.Fatal(err)
		}
		if got := (gomod.Requirement{Go: test.goLine}).Allows(v); got != test.want {
			t.Errorf("go %s allows %v: %v, want %v", test.goLine, v, got, test.want)
		}
	}
}
