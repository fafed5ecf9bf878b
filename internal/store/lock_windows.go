package store

import (
	"os"

	"golang.org/x/sys/windows"
)

// openLock opens the file of a lock.
func openLock(path string, mode lockMode) (*os.File, error) {
	flags := os.O_RDWR
	if mode != looking {
		flags |= os.O_CREATE
	}
	return os.OpenFile(path, flags, 0o644)
}

// flock locks f. With wait it returns when it has the lock, else at once. What
// is locked lies behind the words of the holder, which others are to read.
func flock(f *os.File, mode lockMode, wait bool) error {
	flags := uint32(windows.LOCKFILE_EXCLUSIVE_LOCK)
	if mode == shared {
		flags = 0
	}
	if !wait {
		flags |= windows.LOCKFILE_FAIL_IMMEDIATELY
	}
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{OffsetHigh: 1})
	return os.NewSyscallError("LockFileEx", err)
}

// unlock releases the lock and closes f.
func unlock(f *os.File) { _ = f.Close() }
