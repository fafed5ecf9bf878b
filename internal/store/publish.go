package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

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

// asideSuffix marks a tree that is without a name only while two are exchanged.
const asideSuffix = "0"

// putBack gives v its name again if the process that took it away was killed in
// the middle of swapInSteps. The caller holds the lock of v.
func (s *Store) putBack(v gover.Version) error {
	staged, err := os.ReadDir(s.staging())
	if err != nil {
		return err
	}
	for _, entry := range staged {
		if owner(entry.Name()) != v.String() {
			continue
		}
		aside := filepath.Join(s.staging(), entry.Name(), graveTree+asideSuffix)
		_, asideErr := os.Lstat(aside)
		_, nameErr := os.Lstat(s.home.Dir(v))
		if asideErr == nil && errors.Is(nameErr, fs.ErrNotExist) {
			return os.Rename(aside, s.home.Dir(v))
		}
	}
	return nil
}
