//go:build !windows

package store

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// linksSupported reports whether the store keeps symbolic links. Without them
// a line is looked up by listing, and there are no go1.X.Y commands.
const linksSupported = true

// isShim reports whether path is the shim program already.
func isShim(path, program string) bool {
	target, err := os.Readlink(path)
	return err == nil && target == program
}

// shim makes path the shim program. The caller holds storeLock.
func (s *Store) shim(program, path string) error { return s.link("shim", program, path) }

// tryLook is tryLock for one who only looks: it makes no file, and leaves no
// word in one.
func (s *Store) tryLook(what string) (release func(), ok bool) {
	f, err := os.Open(s.lockFile(what))
	if errors.Is(err, fs.ErrNotExist) {
		return func() {}, true // nobody has ever held it
	} else if err != nil {
		return nil, false
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, false
	}
	return func() { _ = f.Close() }, true
}

// tryLock is lock without waiting for another process.
func (s *Store) tryLock(what string) (release func(), ok bool) {
	f, err := os.OpenFile(s.lockFile(what), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, false
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, false
	}
	sign(f, "sweep")
	return func() { _ = f.Close() }, true
}
