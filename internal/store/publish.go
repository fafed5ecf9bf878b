package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/gosw/gosw/internal/gover"
)

// syncEach puts the files and folders below dir on the disk, one after the
// other, for where there is no call for all of them.
func syncEach(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return syncDir(path)
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		// Windows refuses to sync a file that is open for reading only.
		if err := f.Sync(); err != nil && !errors.Is(err, fs.ErrPermission) {
			return errors.Join(err, f.Close())
		}
		return f.Close()
	})
}

// swapInSteps is swap for where there is no call for it: for a moment nothing
// has the name b. If it is cut short there, putBack mends it.
func swapInSteps(a, b string) error {
	aside := a + asideSuffix // beside a, so that the sweep knows whose it is
	if err := os.Rename(b, aside); err != nil {
		return err
	}
	if err := os.Rename(a, b); err != nil {
		return errors.Join(err, os.Rename(aside, b))
	}
	return os.Rename(aside, a)
}

// isMissing reports whether nothing has the name path; also where a file is in
// the place of a folder above.
func isMissing(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// asideSuffix marks a tree that is without a name only while two are exchanged.
const asideSuffix = "0"

// putBack mends what a process left that was killed in the middle of swapInSteps:
// it gives v its name again or, where the other tree or the link has that already,
// puts the old tree where it was to go, as processes may run from it. The caller
// holds the lock of v.
func (s *Store) putBack(v gover.Version) error {
	staged, err := os.ReadDir(s.staging())
	if err != nil {
		return err
	}
	for _, entry := range staged {
		if owner(entry.Name()) != v.String() {
			continue
		}
		tree := filepath.Join(s.staging(), entry.Name(), graveTree)
		aside := tree + asideSuffix
		switch {
		case isMissing(aside):
		case isMissing(s.home.Dir(v)):
			return os.Rename(aside, s.home.Dir(v))
		case isMissing(tree):
			return os.Rename(aside, tree)
		}
	}
	return nil
}
