package store

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/gosw/gosw/internal/tree"
)

// clone makes a file at to that shares the blocks of src. It is an inode of its
// own: to write to one does not change the other. It would have the attributes of src,
// too: one that macOS has put into quarantine is left to be copied.
func (h *handle) clone(src tree.Raw, to string) error {
	if n, _ := unix.Fgetxattr(int(src), "com.apple.quarantine", nil); n > 0 {
		return errCannot
	}
	err := unix.Fclonefileat(int(src), h.FD, to, 0)
	if err == nil {
		return nil
	} else if isOneOf(err, unix.ENOTSUP, unix.EXDEV, unix.EINVAL, unix.ENOSYS, unix.EPERM) {
		return errCannot
	}
	return &os.PathError{Op: "clonefile", Path: to, Err: err}
}

// link is not for macOS, which keeps the state of a program's signature by file,
// so that a hard link to one upsets it.
func (h *handle) link(_ *handle, _ tree.Raw, _ fileID, _, _ string) error { return errCannot }
