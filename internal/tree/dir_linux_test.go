package tree

import (
	"os"
	"path/filepath"
	"testing"
)

// TestOpenFollowsNothing looks through links in the place of directories and files,
// with the kernel's call for it and without.
func TestOpenFollowsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "src", "p1"), 0o755), os.WriteFile(filepath.Join(dir, "src", "p1", "f1.go"), nil, 0o444),
		os.WriteFile(filepath.Join(dir, "VERSION"), nil, 0o444), os.Symlink("p1", filepath.Join(dir, "src", "link")),
		os.Symlink("f1.go", filepath.Join(dir, "src", "p1", "link.go")), os.Symlink("/etc", filepath.Join(dir, "etc")))
	root, err := os.OpenRoot(dir)
	must(t, err)
	defer root.Close()
	d, err := OpenDir(root)
	must(t, err)
	defer func() { must(t, d.Close()) }()
	walk := func(path string) (Raw, error) {
		fd, err := d.walk(path, openFlags)
		return Raw(fd), err
	}
	for _, open := range []func(string) (Raw, error){d.Open, walk} {
		for path, want := range map[string]bool{
			"src/p1/f1.go": true, "VERSION": true,
			"src/link/f1.go": false, "src/p1/link.go": false, "etc/passwd": false, "src/missing": false, "VERSION/x": false,
		} {
			f, err := open(path)
			if err == nil {
				f.Close()
			}
			if (err == nil) != want {
				t.Errorf("open %s: %v, want one: %v", path, err, want)
			}
		}
	}
}
