package archive

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// createBeneath makes a file below dir in one call, which Linux has since 5.6: no link is
// followed on the way, and nothing leads out of dir. It is [errors.ErrUnsupported] where
// there is no such call; a container that does not know it may say EPERM. The mode is final,
// whatever the umask: that leaves it as it is, if exact.
//
// What it returns is no os.File, which is offered to the poller: for 10,000 small files,
// that is five more calls for each.
func createBeneath(dir *os.File, path string, mode fs.FileMode, exact bool) (io.WriteCloser, error) {
	const flags = unix.O_WRONLY | unix.O_CREAT | unix.O_EXCL | unix.O_NOFOLLOW | unix.O_CLOEXEC
	how := unix.OpenHow{Flags: flags, Mode: uint64(mode), Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS}
	fd, err := retry(func() (int, error) { return unix.Openat2(int(dir.Fd()), path, &how) })
	f := &rawFile{fd: fd, name: filepath.Join(dir.Name(), path)}
	switch {
	case errors.Is(err, unix.EPERM):
		return nil, errors.ErrUnsupported
	case err != nil:
		return nil, f.error("openat2", err)
	case !exact:
		err = unix.Fchmod(fd, uint32(mode))
	}
	if err != nil {
		_ = f.Close()
		return nil, f.error("chmod", err)
	}
	return f, nil
}

// A rawFile is a file that is written.
type rawFile struct {
	fd   int
	name string
	size int // bytes written
}

// Write writes all of data.
func (f *rawFile) Write(data []byte) (written int, err error) {
	for written < len(data) && err == nil {
		var n int
		n, err = retry(func() (int, error) { return unix.Write(f.fd, data[written:]) })
		written += max(n, 0)
	}
	f.size += written
	return written, f.error("write", err)
}

// Close closes it. After an error, it is closed, too. A disk begins to write what is
// large, for which it would wait until the end otherwise.
func (f *rawFile) Close() error {
	if f.size >= large {
		_ = unix.SyncFileRange(f.fd, 0, 0, unix.SYNC_FILE_RANGE_WRITE)
	}
	return f.error("close", unix.Close(f.fd))
}

func (f *rawFile) error(op string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: f.name, Err: err}
}

// retry calls again what a signal has interrupted.
func retry(call func() (int, error)) (n int, err error) {
	for {
		if n, err = call(); !errors.Is(err, unix.EINTR) && !errors.Is(err, unix.EAGAIN) {
			return n, err
		}
	}
}
