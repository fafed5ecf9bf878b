package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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
// has the name b.
func swapInSteps(a, b string) error {
	aside := a + "0" // beside a, so that the sweep knows whose it is
	if err := os.Rename(b, aside); err != nil {
		return err
	}
	if err := os.Rename(a, b); err != nil {
		return errors.Join(err, os.Rename(aside, b))
	}
	return os.Rename(aside, a)
}
