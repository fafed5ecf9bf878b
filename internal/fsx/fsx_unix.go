//go:build !windows

package fsx

import (
	"os"
	"syscall"
)

// Flags of open: don't wait for the other end of a pipe; don't follow a link.
const (
	nonBlock = syscall.O_NONBLOCK
	noFollow = syscall.O_NOFOLLOW
)

// IsBusy reports whether err says that another program has a file open. No rename or
// deletion fails by that here.
func IsBusy(error) bool { return false }

// SyncDir puts the entries of dir on the disk.
func SyncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
