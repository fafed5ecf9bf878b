package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gosw/gosw/internal/fsx"
)

// discard deletes an entry of staging if it is this user's. Nothing else can be
// reached from there, whatever links there are.
func (s *Store) discard(name string) error {
	staging, err := s.openStaging()
	if err != nil {
		return err
	}
	defer staging.Close()
	if info, err := staging.Lstat(name); err != nil || !mine(info) {
		return err
	}
	return removeAll(staging, name)
}

// unlessBusy is what becomes of a change that has happened but for the deletion of
// path: where that failed as another program has a file open, the next sweep tries
// again.
func (s *Store) unlessBusy(path string, err error) error {
	if fsx.IsBusy(err) {
		s.Warn(fmt.Errorf("%s is not deleted yet: %w", path, err))
		return nil
	}
	return err
}

// removeAll deletes name in root, also what somebody has taken the right to write or
// read away from.
func removeAll(root *os.Root, name string) error {
	err := root.RemoveAll(name)
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	// WalkDir calls with a directory before it lists it. What can't be changed
	// shows when the removal fails again.
	_ = fs.WalkDir(root.FS(), name, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			_ = root.Chmod(path, 0o700)
		}
		return nil
	})
	return root.RemoveAll(name)
}

// openStaging opens staging, which is no link to elsewhere.
func (s *Store) openStaging() (*os.Root, error) {
	if err := checkPath(s.staging(), true, Write); err != nil {
		return nil, err
	}
	return os.OpenRoot(s.staging())
}
