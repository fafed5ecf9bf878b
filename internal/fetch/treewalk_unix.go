//go:build !windows

package fetch

import (
	"os"
	"syscall"
)

// readFlags open a file to read, and don't wait for the other end of a pipe.
const readFlags = os.O_RDONLY | syscall.O_NONBLOCK
