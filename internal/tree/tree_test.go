package tree

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/goroot"
)

func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func openRoot(t testing.TB, dir string) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(dir)
	must(t, err)
	t.Cleanup(func() { must(t, root.Close()) })
	return root
}

// distTree writes the toy of a version as Go's archives have it: writable, with
// the directories that are no part of the module.
func distTree(t testing.TB, v string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range fetchtest.Files(v, runtime.GOOS, runtime.GOARCH) {
		put(t, dir, goroot.Path(f[0]), f[1])
	}
	for _, name := range []string{"api/go1.txt", "doc/go_spec.html", "misc/go.mod", "test/fixedbugs/bug1.go", ".github/x.yml"} {
		put(t, dir, name, "not covered\n")
	}
	return dir
}

func put(t testing.TB, dir, name, content string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	must(t, os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(content), 0o644))
}

func remove(t testing.TB, dir, name string) {
	t.Helper()
	must(t, os.RemoveAll(filepath.Join(dir, filepath.FromSlash(name))))
}

func link(t testing.TB, dir, name, to string) {
	t.Helper()
	remove(t, dir, name)
	must(t, os.Symlink(to, filepath.Join(dir, filepath.FromSlash(name))))
}
