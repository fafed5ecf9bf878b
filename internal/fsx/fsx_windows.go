package fsx

import (
	"errors"
	"os"
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

// SyncFile puts what was written to the file called name on the disk. Windows wants
// it open for writing, which a read-only one has to allow for a moment.
func SyncFile(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if info.Mode()&0o200 == 0 {
		if err := os.Chmod(name, 0o644); err != nil {
			return err
		}
		defer func() { _ = os.Chmod(name, info.Mode()) }()
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// SyncDir puts the entries of dir on the disk. Windows has no call for it.
func SyncDir(string) error { return nil }
