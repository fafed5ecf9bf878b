package store

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/gosw/gosw/internal/goroot"
	"github.com/gosw/gosw/internal/tree"
)

// clone makes a file at to that shares the blocks of src. It is an inode of its
// own: to write to one does not change the other.
func (h *handle) clone(src tree.Raw, to string) error {
	fd, err := unix.Openat(h.FD, to, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, uint32(goroot.Mode(to)))
	if err != nil {
		return &os.PathError{Op: "create", Path: to, Err: err}
	}
	err = unix.IoctlFileClone(fd, int(src))
	if err == nil {
		err = unix.Fchmod(fd, uint32(goroot.Mode(to))) // of which the umask may have taken some
	}
	if isOneOf(err, unix.EOPNOTSUPP, unix.ENOTTY, unix.EINVAL, unix.EXDEV, unix.ENOSYS, unix.EPERM) {
		err = errCannot
	}
	if err = errors.Join(err, unix.Close(fd)); err != nil {
		return errors.Join(err, unix.Unlinkat(h.FD, to, 0))
	}
	return nil
}

// link gives src, which has the name from in tree, the name to as well. The
// descriptor is what is linked, so that it is the file that was read, whatever
// the name leads to now. Linux lets everybody do that since 6.10, before that
// only root; the way through /proc takes twice as long.
func (h *handle) link(sibling *handle, src tree.Raw, id fileID, from, to string) error {
	if !h.byProc.Load() {
		err := unix.Linkat(int(src), "", h.FD, to, unix.AT_EMPTY_PATH)
		if !errors.Is(err, unix.ENOENT) { // which is the answer to who may not, too
			return linkError(to, err)
		}
	}
	proc := "/proc/self/fd/" + strconv.Itoa(int(src))
	err := unix.Linkat(unix.AT_FDCWD, proc, h.FD, to, unix.AT_SYMLINK_FOLLOW)
	if err == nil {
		h.byProc.Store(true)
	}
	if errors.Is(err, unix.ENOENT) && unix.Access("/proc/self/fd", unix.F_OK) != nil {
		return h.linkByName(sibling, id, from, to)
	}
	return linkError(to, err)
}

// linkByName is link for where there is no /proc. It looks at what it has
// linked.
func (h *handle) linkByName(sibling *handle, id fileID, from, to string) error {
	if err := unix.Linkat(sibling.FD, from, h.FD, to, 0); err != nil {
		return linkError(to, err)
	}
	var st unix.Stat_t
	err := unix.Fstatat(h.FD, to, &st, unix.AT_SYMLINK_NOFOLLOW)
	if err == nil && (fileID{uint64(st.Dev), st.Ino}) != id {
		err = unix.ESTALE
	}
	if err != nil {
		return errors.Join(linkError(to, err), unix.Unlinkat(h.FD, to, 0))
	}
	return nil
}

// linkError is errCannot where a copy is worth a try: the file has all the names
// that it can have, it belongs to another (who may forbid links to it), or the
// file system has no links.
func linkError(to string, err error) error {
	if err == nil {
		return nil
	} else if isOneOf(err, unix.EMLINK, unix.EXDEV, unix.EPERM, unix.EOPNOTSUPP, unix.ENOSYS) {
		return errCannot
	}
	return &os.PathError{Op: "link", Path: to, Err: err}
}
