package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// removeAll is os.RemoveAll, also for a tree in which somebody has taken the
// right to write or read away from folders that are ours.
func removeAll(path string) error {
	err := os.RemoveAll(path)
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	// WalkDir calls with a folder before it lists it. What can't be changed
	// shows when the removal fails again.
	_ = filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			_ = os.Chmod(path, 0o700)
		}
		return nil
	})
	return os.RemoveAll(path)
}
