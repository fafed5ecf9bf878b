package tree

import (
	"errors"

	"golang.org/x/sys/unix"
)

// open opens the file or directory at path to read it, if possible without a trace
// in its time of access, which tells when a toolchain was last used. No link is
// followed on the way, which takes the kernel one call since Linux 5.6.
func (d *Dir) open(path string, flags int) (Raw, error) {
	fd, err := d.openBeneath(path, flags|unix.O_NOATIME)
	if errors.Is(err, unix.EPERM) { // it is another user's, or see openBeneath
		fd, err = d.openBeneath(path, flags)
	} else {
		flags |= unix.O_NOATIME
	}
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
		fd, err = d.walk(path, flags)
	}
	return Raw(fd), err
}

// openBeneath is openat2. A container that does not know the call may say EPERM.
func (d *Dir) openBeneath(path string, flags int) (int, error) {
	how := unix.OpenHow{Flags: uint64(flags), Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS}
	for {
		fd, err := unix.Openat2(d.FD, path, &how)
		if !errors.Is(err, unix.EINTR) && !errors.Is(err, unix.EAGAIN) {
			return fd, err
		}
	}
}
