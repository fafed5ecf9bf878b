//go:build !windows

package toolchain

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNextTool(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	p := Path{Home(filepath.Join(top, "store"))}
	write := func(name string, mode os.FileMode) {
		path := filepath.Join(top, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, mode)); err != nil {
			t.Fatal(err)
		}
	}
	link := func(target, name string) {
		path := filepath.Join(top, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.Symlink(target, path)); err != nil {
			t.Fatal(err)
		}
	}
	write("shim", 0o755)
	write("store/bin/go", 0o755) // a copy, as on Windows
	write("plain/go", 0o644)
	write("directory/go/x", 0o644)
	write("real/go", 0o755)
	write("second/go", 0o755)
	write("store/toolchains/go1.22.5/bin/go", 0o755)
	link(filepath.Join(top, "shim"), "linked/go")
	link("../real/go", "indirect/go")
	link("nowhere", "dangling/go")
	link("store", "other-way")
	for _, test := range []struct{ path, want string }{
		{"", ""},
		{"real", "real/go"},
		{"real second", "real/go"},
		{"store/bin real", "real/go"},
		{"store/bin/ store/../store/bin real", "real/go"},
		{"other-way/bin real", "real/go"},
		{"store/toolchains/go1.22.5/bin real", "real/go"},
		{"linked real", "real/go"},
		{"plain directory dangling none real", "real/go"},
		{"indirect real", "indirect/go"},
		{"store/bin linked plain", ""},
	} {
		var dirs []string
		for dir := range strings.FieldsSeq(test.path) {
			dirs = append(dirs, top+"/"+dir)
		}
		path := "relative:.::" + strings.Join(dirs, ":")
		want := ""
		if test.want != "" {
			want = filepath.Join(top, test.want)
		}
		if got := p.NextTool(path, "go", filepath.Join(top, "shim")); got != want {
			t.Errorf("%s: %q, want %q", test.path, got, want)
		}
	}
	if got := p.NextTool(filepath.Join(top, "real"), "gofmt", ""); got != "" {
		t.Errorf("gofmt: %q", got)
	}
}

func TestExecError(t *testing.T) {
	t.Parallel()
	err := Exec(filepath.Join(t.TempDir(), "none"), []string{"none"}, nil)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "none") {
		t.Error(err)
	}
}
