//go:build !windows

package store

import (
	"os"
	"syscall"
)

// openNoFollow opens path to read, but not what a link there leads to, and
// does not wait for the other end of a pipe.
func openNoFollow(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
}
