//go:build !windows

package store

import (
	"cmp"
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// openLock opens the file of a lock: a regular one that this user has made, or
// to read also one of root's. No link is followed, as what it leads to would be
// written to, and no pipe is waited for.
func openLock(path string, mode lockMode) (*os.File, error) {
	flags := map[lockMode]int{exclusive: os.O_RDWR | os.O_CREATE, shared: os.O_RDONLY | os.O_CREATE}[mode]
	f, err := os.OpenFile(path, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o644)
	if err != nil {
		return nil, cmp.Or(checkPath(path, false, Run), err) // a link, say
	}
	purpose := Run
	if mode == exclusive {
		purpose = Write
	}
	info, err := f.Stat()
	if err == nil {
		err = judge(path, info, false, purpose)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// flock locks f. With wait it returns when it has the lock, else at once.
func flock(f *os.File, mode lockMode, wait bool) error {
	how := unix.LOCK_EX
	if mode == shared {
		how = unix.LOCK_SH
	}
	if !wait {
		how |= unix.LOCK_NB
	}
	for {
		if err := unix.Flock(int(f.Fd()), how); !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("flock", err)
		}
	}
}

// unlock releases the lock and closes f. Closing alone may be late: a process that
// another goroutine is starting right now has f open until it runs its program.
func unlock(f *os.File) {
	_ = unix.Flock(int(f.Fd()), unix.LOCK_UN)
	_ = f.Close()
}
