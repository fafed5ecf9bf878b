package store

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"github.com/gosw/gosw/internal/fsx"
)

// syncTree puts all that was written in the file system of dir on the disk. One
// syncfs takes a tenth of the time of an fsync for each of 10,000 files.
func (s *Store) syncTree(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	err = unix.ENOSYS
	if !s.plain {
		err = unix.Syncfs(int(f.Fd()))
	}
	if missing(err) {
		return syncEach(dir)
	} else if err != nil {
		return &os.PathError{Op: "syncfs", Path: dir, Err: err}
	}
	return nil
}

// renameNew renames from to to in one step and fails if to exists. Where the
// file system can't promise that, the version's lock has to do.
func (s *Store) renameNew(from, to string) error {
	err := s.rename2(from, to, unix.RENAME_NOREPLACE)
	if missing(err) {
		return fsx.Rename(from, to)
	}
	return err
}

// swap exchanges what has the names a, in staging, and b in one step. Where the
// file system can't, there is a moment in which nothing has the name b.
func (s *Store) swap(a, b string) error {
	err := s.rename2(a, b, unix.RENAME_EXCHANGE)
	if missing(err) {
		return swapInSteps(a, b)
	}
	return err
}

// onOverlay reports whether dir is on an overlay, which renames no directory of a lower
// layer, and copies each file of one that is linked to.
func onOverlay(dir string) bool {
	var info unix.Statfs_t
	return unix.Statfs(dir, &info) == nil && info.Type == unix.OVERLAYFS_SUPER_MAGIC
}

func (s *Store) rename2(from, to string, flags uint) error {
	err := error(unix.EINVAL)
	if !s.plain {
		err = unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, flags)
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}

// missing reports whether the kernel or the file system does not have a call,
// or not with these flags.
func missing(err error) bool {
	return errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS)
}
