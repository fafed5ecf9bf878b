package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/goroot"
	"github.com/gosw/gosw/internal/tree"
)

// seal makes every file read-only, and directories such as only their owner can
// write to. Only regular files and directories are let through: a link in a
// toolchain could lead out of it. A file that is shared was sealed by its first
// toolchain, and is not this one's to change. If the files are final, they were made
// with their modes, and need not be looked at one by one.
//
// It returns how many files there are, so that one too many is found: what is in
// no manifest was not proven, whoever has put it there.
//
// Directories are listed side by side: nothing else can go on meanwhile.
func seal(root *os.Root, final bool) (files int, err error) {
	dir, err := tree.OpenDir(root)
	if err != nil {
		return 0, err
	}
	s := sealer{root: root, dir: dir, final: final}
	s.group.SetLimit(runtime.GOMAXPROCS(0))
	s.group.Go(func() error { return s.seal(".") })
	err = s.group.Wait()
	return int(s.files.Load()), errors.Join(err, dir.Close())
}

// A sealer seals a tree.
type sealer struct {
	root  *os.Root
	dir   *tree.Dir // the same
	final bool
	group errgroup.Group
	files atomic.Int64
}

// seal seals the directory at a path and what is in it.
func (s *sealer) seal(at string) error {
	entries, st, err := s.dir.List(at)
	if err == nil && st.Mode&tree.Rights != goroot.DirMode {
		err = s.root.Chmod(filepath.FromSlash(at), goroot.DirMode)
	}
	if err == nil && !s.final {
		err = s.sealFiles(at, entries)
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		below := path.Join(at, entry.Name())
		switch {
		case entry.Type().IsRegular():
			s.files.Add(1)
			continue
		case !entry.IsDir():
			return fmt.Errorf("seal %s: not a regular file", below)
		}
		next := func() error { return s.seal(below) }
		if !s.group.TryGo(next) { // all others are busy
			if err := next(); err != nil {
				return err
			}
		}
	}
	return nil
}

// sealFiles seals those of entries, in the directory at a path, that are files.
func (s *sealer) sealFiles(at string, entries []fs.DirEntry) error {
	dir, err := s.root.OpenRoot(filepath.FromSlash(at))
	if err != nil {
		return err
	}
	defer dir.Close()
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			continue
		}
		info, err := dir.Lstat(entry.Name())
		if err == nil {
			err = sealFile(dir, path.Join(at, entry.Name()), info)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sealFile seals a file of dir, which has the path at in the tree.
func sealFile(dir *os.Root, at string, info fs.FileInfo) error {
	want := fs.FileMode(0o444)
	switch {
	case !info.Mode().IsRegular():
		return fmt.Errorf("seal %s: not a regular file", at)
	case info.Mode()&0o111 != 0:
		want = 0o555
	}
	if info.Mode()&tree.Rights == want {
		return nil
	}
	if _, names, _ := measure(info); names > 1 {
		return fmt.Errorf("seal %s: shared, and has mode %s", at, tree.Octal(info.Mode()))
	}
	return dir.Chmod(path.Base(at), want)
}

// seal seals the tree that r is about, which has just as many files as r has sums
// for.
func (r *Receipt) seal(root *os.Root) error {
	files, err := seal(root, r.Final)
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
