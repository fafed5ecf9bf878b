//go:build !windows

package store

import (
	"errors"
	"os"
	"syscall"
)

// linksSupported reports whether the store keeps symbolic links. Without them
// a line is looked up by listing, and there are no go1.X.Y commands.
const linksSupported = true

// isShim reports whether path is the shim program already.
func (s *Store) isShim(path, program string) bool {
	target, err := os.Readlink(path)
	return err == nil && target == program
}

// shim makes path the shim program. The caller holds storeLock.
func (s *Store) shim(program, path string) error { return s.link("shim", program, path) }

// syncFile hands what was written to the file or directory called name to the disk,
// which may keep it in its own memory until the next SyncDir: on macOS, where Sync makes
// the disk write all that it has. A thousand times that would take minutes.
func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		switch err := syscall.Fsync(int(f.Fd())); {
		case err == nil:
			return nil
		case !errors.Is(err, syscall.EINTR):
			return &os.PathError{Op: "fsync", Path: name, Err: err}
		}
	}
}
