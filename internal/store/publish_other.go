//go:build !linux

package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// syncTree puts the files below dir on the disk, one after the other: only
// Linux has one call for all.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
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

// renameNew renames from to to. That to does not exist is ensured by the
// version's lock: only Linux can check it in the same step.
func renameNew(from, to string) error { return os.Rename(from, to) }
