package fsx

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

// Flags of open: no file of this system would be waited for; whether it is a link
// is what the look before says.
const (
	nonBlock = 0
	noFollow = 0
)

// IsBusy reports whether err says that another program has a file open. A directory
// below which one has gives the error of a missing right.
func IsBusy(err error) bool {
	var errno syscall.Errno
	return errors.As(err, &errno) && (errno == windows.ERROR_SHARING_VIOLATION || errno == windows.ERROR_ACCESS_DENIED)
}

// SyncDir puts the entries of dir on the disk. Windows has no call for it.
func SyncDir(string) error { return nil }
