package resolve

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/gover"
)

// tree makes files below a new directory and returns it. A name that ends in a
// slash is a directory.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		path := filepath.Join(root, name)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if strings.HasSuffix(name, "/") {
			err = errors.Join(err, os.MkdirAll(path, 0o755))
		} else {
			err = errors.Join(err, os.WriteFile(path, []byte(content), 0o644))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestFor has a row for each rule; ../../conformance has all the rest.
func TestFor(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{
		"store/default":        "1.20\n",
		"store/broken":         "x\n",
		"store/empty":          "",
		"none/":                "",
		"a/.go-version":        "# x\n1.22\n",
		"a/b/c/":               "",
		"a/b/d/.tool-versions": "node 20\n",
		"a/e/.tool-versions":   "node 20\ngolang 1.21\n",
		"a/f/.go-version":      "",
		"a/g/.go-version/":     "",
		"a/h/.go-version":      "1.22\n1.21\n",
	})
	for _, test := range []struct {
		dir, goVersion, file string
		spec                 string
		rule                 Rule
		source, err          string
	}{
		{"a", "1.19", "default", "1.19", FromEnv, "GO_VERSION", ""},
		{"a", " 1.19\t", "default", "1.19", FromEnv, "GO_VERSION", ""},
		{"a", "../x", "default", "", 0, "", `GO_VERSION: "../x": not a Go version`},
		{"a", "", "default", "1.22", FromFile, "a/.go-version:2", ""},
		{"a/b/c", "", "default", "1.22", FromFile, "a/.go-version:2", ""},
		{"a/b/d", "", "default", "1.22", FromFile, "a/.go-version:2", ""},
		{"a/not/there", "", "default", "1.22", FromFile, "a/.go-version:2", ""},
		{"a/e", "", "default", "1.21", FromFile, "a/e/.tool-versions:2", ""},
		{"a/f", "", "default", "", 0, "", "a/f/.go-version: names no version"},
		{"a/g", "", "default", "", 0, "", "a/g/.go-version: is a directory"},
		{"a/h", "", "default", "", 0, "", "a/h/.go-version:2: a second version"},
		{"none", "", "default", "1.20", FromDefault, "store/default:1", ""},
		{"none", "", "missing", "system", FromSystem, "system", ""},
		{"none", "", "", "system", FromSystem, "system", ""},
		{"none", "", "broken", "", 0, "", `store/broken:1: "x": not a Go version`},
		{"none", "", "empty", "", 0, "", "store/empty: names no version"},
	} {
		env := Env{Variable: "GO_VERSION", Value: test.goVersion}
		if test.file != "" {
			env.DefaultFile = filepath.Join(root, "store", test.file)
		}
		choice, err := For(env, filepath.Join(root, test.dir))
		if test.err != "" {
			pin := (*PinError)(nil)
			if got := relative(root, errorText(err)); !errors.As(err, &pin) || !strings.HasPrefix(got, test.err) {
				t.Errorf("%s: %v, %q, want %q", test.dir, choice, got, test.err)
			}
			continue
		}
		pinned := test.rule == FromEnv || test.rule == FromFile
		if got := relative(root, choice.Source()); err != nil || choice.Spec.String() != test.spec ||
			choice.Rule != test.rule || got != test.source || choice.Pinned() != pinned {
			t.Errorf("%s: %+v (%s), %v, want %+v", test.dir, choice, got, err, test)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// relative makes paths in text relative to root, with slashes.
func relative(root, text string) string {
	return filepath.ToSlash(strings.ReplaceAll(text, root+string(filepath.Separator), ""))
}

func TestPinError(t *testing.T) {
	t.Parallel()
	err := &PinError{Source: "/x/.go-version", Err: &fs.PathError{Op: "open", Path: "/x/.go-version", Err: fs.ErrPermission}}
	if got := err.Error(); got != "/x/.go-version: permission denied" || !errors.Is(err, fs.ErrPermission) {
		t.Error(got)
	}
	_, cause := gover.ParseSpec("x")
	if syntax := (*gover.SyntaxError)(nil); !errors.As(&PinError{"GO_VERSION", 0, cause}, &syntax) {
		t.Error("the cause is lost")
	}
}

func TestDir(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{"a/b/": "", "elsewhere/deep/": ""})
	for _, test := range []struct{ args, want string }{
		{"", "a"},
		{"version", "a"},
		{"-C", "a"},
		{"build -C", "a"},
		{"-C b version", "a/b"},
		{"--C b version", "a/b"},
		{"---C b version", "a"},
		{"-C=b version", "a/b"},
		{"--C=b version", "a/b"},
		{"-C= version", "a"},
		{"-C ./b/. version", "a/b"},
		{"-C .. version", "."},
		{"-C b/.. version", "a"},
		{"-C nowhere/../.. version", "."},
		{"-C ROOT/elsewhere version", "elsewhere"},
		{"-C ROOT/elsewhere/../a version", "a"},
		{"build -C b", "a/b"},
		{"build -C=b ./...", "a/b"},
		{"mod -C b tidy", "a/b"},
		{"mod tidy -C b", "a/b"},
		{"work sync --C=b", "a/b"},
		{"mod", "a"},
		{"mod tidy", "a"},
		{"mod tidy -v -C b", "a"},
		{"test -v -C b", "a"},
		{"run . -C b", "a"},
		{"build C=b", "a"},
		{"C b", "a"},
		{"-Cb version", "a"},
		{"-v -C b", "a"},
	} {
		args := strings.Fields(strings.ReplaceAll(test.args, "ROOT", filepath.ToSlash(root)))
		want := filepath.Join(root, test.want)
		if got := Dir(filepath.Join(root, "a"), args); got != want {
			t.Errorf("%s: %s, want %s", test.args, got, want)
		}
	}
	if got := Dir(root, []string{"-C", "", "version"}); got != root {
		t.Errorf("an empty -C leads to %s", got)
	}
}

// TestDirLink makes sure that ".." is what it is for chdir.
func TestDirLink(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{"a/": "", "elsewhere/deep/": ""})
	if err := os.Symlink(filepath.Join("..", "elsewhere", "deep"), filepath.Join(root, "a", "link")); err != nil && runtime.GOOS == "windows" {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(root, "elsewhere")
	if got := Dir(filepath.Join(root, "a", "link"), []string{"-C", ".."}); got != want {
		t.Errorf("upward from a link: %s, want %s", got, want)
	}
	if got := Dir(filepath.Join(root, "a"), []string{"-C", "link/.."}); got != want {
		t.Errorf("upward through a link: %s, want %s", got, want)
	}
	if got, want := Dir(filepath.Join(root, "a"), []string{"-C", "link"}), filepath.Join(root, "a", "link"); got != want {
		t.Errorf("to a link: %s, want %s", got, want)
	}
}

// TestFiles checks which files decide, or would if they were there.
func TestFiles(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{
		"a/b/":             "",
		"a/.tool-versions": "nodejs 20\n",
		"pin/.go-version":  "1.22\n", "pin/.tool-versions": "golang 1.21\n", "pin/sub/": "",
		"asdf/.tool-versions": "golang 1.21\n",
		"broken/.go-version":  "x\n",
	})
	above := Files("", root)
	for _, test := range []struct {
		dir  string
		want []string
		up   bool // the files above root and the default too
	}{
		{"a/b", []string{"a/b/.go-version", "a/b/.tool-versions", "a/b/mise.local.toml", "a/b/mise.toml", "a/.go-version", "a/.tool-versions", "a/mise.local.toml", "a/mise.toml"}, true},
		{"pin/sub", []string{"pin/sub/.go-version", "pin/sub/.tool-versions", "pin/sub/mise.local.toml", "pin/sub/mise.toml", "pin/.go-version"}, false},
		{"asdf", []string{"asdf/.go-version", "asdf/.tool-versions"}, false},
		{"broken", []string{"broken/.go-version"}, false},
	} {
		var want []string
		for _, file := range test.want {
			want = append(want, filepath.Join(root, filepath.FromSlash(file)))
		}
		if test.up {
			want = append(append(want, above...), "default")
		}
		if got := Files("default", filepath.Join(root, test.dir)); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", test.dir, got, want)
		}
	}
	if n := len(above); n < 4 || above[n-1] != filepath.Join(filepath.VolumeName(root)+string(filepath.Separator), "mise.toml") {
		t.Errorf("not up to the root: %q", above)
	}
}
