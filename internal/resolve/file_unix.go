//go:build !windows

package resolve

import (
	"io/fs"
	"os"
	"syscall"
)

// open is os.Open for a regular file, which never blocks: it leaves out the Go
// runtime's poller, which takes eight system calls to set up.
func open(file string) (*os.File, error) {
	for {
		fd, err := syscall.Open(file, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		if err == nil {
			return os.NewFile(uintptr(fd), file), nil
		}
		if err != syscall.EINTR { // of a network's or a user's file system
			return nil, &fs.PathError{Op: "open", Path: file, Err: err}
		}
	}
}
