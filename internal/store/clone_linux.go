package store

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/gosw/gosw/internal/goroot"
)

// open opens the file at path to read it. No link is followed on the way, which
// takes the kernel one call since Linux 5.6.
func (h *handle) open(path string) (rawFile, error) {
	how := unix.OpenHow{Flags: openFlags, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS}
	for {
		fd, err := unix.Openat2(h.fd, path, &how)
		switch {
		case isOneOf(err, unix.EINTR, unix.EAGAIN):
		case isOneOf(err, unix.ENOSYS, unix.EPERM): // EPERM is what a container says that does not know the call
			return h.walk(path)
		default:
			return rawFile(fd), err
		}
	}
}

// clone makes a file at to that shares the blocks of src. It is an inode of its
// own: to write to one does not change the other.
func (h *handle) clone(src rawFile, to string) error {
	fd, err := unix.Openat(h.fd, to, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, uint32(goroot.Mode(to)))
	if err != nil {
		return &os.PathError{Op: "create", Path: to, Err: err}
	}
	err = unix.IoctlFileClone(fd, int(src))
	if isOneOf(err, unix.EOPNOTSUPP, unix.ENOTTY, unix.EINVAL, unix.EXDEV, unix.ENOSYS, unix.EPERM) {
		err = errCannot
	}
	if err = errors.Join(err, unix.Close(fd)); err != nil {
		return errors.Join(err, unix.Unlinkat(h.fd, to, 0))
	}
	return nil
}

// link gives src, which has the name from in tree, the name to as well. The
// descriptor is what is linked, so that it is the file that was read, whatever
// the name leads to now. Linux lets everybody do that since 6.10, before that
// only root; the way through /proc takes twice as long.
func (h *handle) link(tree *handle, src rawFile, id fileID, from, to string) error {
	if !h.byProc.Load() {
		err := unix.Linkat(int(src), "", h.fd, to, unix.AT_EMPTY_PATH)
		if !errors.Is(err, unix.ENOENT) { // which is the answer to who may not, too
			return linkError(to, err)
		}
	}
	proc := "/proc/self/fd/" + strconv.Itoa(int(src))
	err := unix.Linkat(unix.AT_FDCWD, proc, h.fd, to, unix.AT_SYMLINK_FOLLOW)
	if err == nil {
		h.byProc.Store(true)
	}
	if errors.Is(err, unix.ENOENT) && unix.Access("/proc/self/fd", unix.F_OK) != nil {
		return h.linkByName(tree, id, from, to)
	}
	return linkError(to, err)
}

// linkByName is link for where there is no /proc. It looks at what it has
// linked.
func (h *handle) linkByName(tree *handle, id fileID, from, to string) error {
	if err := unix.Linkat(tree.fd, from, h.fd, to, 0); err != nil {
		return linkError(to, err)
	}
	var st unix.Stat_t
	err := unix.Fstatat(h.fd, to, &st, unix.AT_SYMLINK_NOFOLLOW)
	if err == nil && (fileID{st.Dev, st.Ino}) != id {
		err = unix.ESTALE
	}
	if err != nil {
		return errors.Join(linkError(to, err), unix.Unlinkat(h.fd, to, 0))
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
