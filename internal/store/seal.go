package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/tree"
)

// seal makes every file read-only, and directories such as only their owner can
// write to. Only regular files and directories are let through: a link in a
// toolchain could lead out of it. A file that is shared was sealed by its first
// toolchain, and is not this one's to change.
//
// It returns how many files there are, so that one too many is found: what is in
// no manifest was not proven, whoever has put it there.
//
// Directories are opened from the one above, and side by side: nothing else can go on
// meanwhile.
func seal(root *os.Root) (files int, err error) {
	info, err := root.Lstat(".")
	if err == nil {
		err = sealOne(root, ".", info)
	}
	if err != nil {
		return 0, err
	}
	top, err := root.OpenRoot(".")
	if err != nil {
		return 0, err
	}
	var s sealer
	s.group.SetLimit(runtime.GOMAXPROCS(0))
	s.group.Go(func() error { return s.seal(top, "") })
	err = s.group.Wait()
	return int(s.files.Load()), err
}

// A sealer seals a tree.
type sealer struct {
	group errgroup.Group
	files atomic.Int64
}

// seal seals what is in dir, which has that path, and closes it.
func (s *sealer) seal(dir *os.Root, at string) error {
	defer dir.Close()
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	infos, err := f.Readdir(-1)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	for _, info := range infos {
		if err := sealOne(dir, path.Join(at, info.Name()), info); err != nil {
			return err
		}
		if !info.IsDir() {
			s.files.Add(1)
			continue
		}
		below, err := dir.OpenRoot(info.Name())
		if err != nil {
			return err
		}
		next := func() error { return s.seal(below, path.Join(at, info.Name())) }
		if !s.group.TryGo(next) { // all others are busy
			if err := next(); err != nil {
				return err
			}
		}
	}
	return nil
}

// sealOne seals a file or directory of dir, which has the path at in the tree.
func sealOne(dir *os.Root, at string, info fs.FileInfo) error {
	want := fs.FileMode(0o444)
	switch {
	case info.IsDir():
		want = 0o755
	case !info.Mode().IsRegular():
		return fmt.Errorf("seal %s: not a regular file", at)
	case info.Mode()&0o111 != 0:
		want = 0o555
	}
	if info.Mode()&tree.Rights == want {
		return nil
	}
	if _, names, _ := measure(info); names > 1 && !info.IsDir() {
		return fmt.Errorf("seal %s: shared, and has mode %s", at, tree.Octal(info.Mode()))
	}
	return dir.Chmod(path.Base(at), want)
}

// seal seals the tree that r is about, which has just as many files as r has sums
// for.
func (r *Receipt) seal(root *os.Root) error {
	files, err := seal(root)
	switch proven := bytes.Count(r.Sums, []byte("\n")); {
	case err != nil:
		return err
	case files > proven:
		return fmt.Errorf("seal: %d files, but only %d are verified", files, proven)
	case files < proven:
		return fmt.Errorf("seal: %d files instead of %d", files, proven)
	}
	return nil
}
