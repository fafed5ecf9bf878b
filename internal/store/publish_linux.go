package store

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// syncTree puts all that was written in the file system of dir on the disk. One
// syncfs takes a tenth of the time of an fsync for each of 10,000 files.
func syncTree(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		return &os.PathError{Op: "syncfs", Path: dir, Err: err}
	}
	return nil
}

// renameNew renames from to to in one step and fails if to exists. Where the
// file system can't promise that, the version's lock has to do.
func renameNew(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		return os.Rename(from, to)
	} else if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}
