//go:build !windows

package store

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// openNoFollow opens path to read, but not what a link there leads to, and
// does not wait for the other end of a pipe.
func openNoFollow(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
}

// A rawFile is a file that is read once, from beginning to end. An os.File
// would be offered to the poller and get a finalizer, which for 10,000 small
// files takes a tenth of the whole time.
type rawFile int

// openRaw opens path as openNoFollow does, if possible without a trace in what
// [Store.LastUsed] looks at.
func openRaw(path string) (rawFile, error) {
	return openWith(path, syscall.O_NOFOLLOW|noAccessTime)
}

func openWith(path string, flags int) (rawFile, error) {
	flags |= syscall.O_RDONLY | syscall.O_NONBLOCK | syscall.O_CLOEXEC
	for {
		fd, err := syscall.Open(path, flags, 0)
		switch {
		case errors.Is(err, syscall.EPERM) && flags&noAccessTime != 0: // of another user
			flags &^= noAccessTime
		case !errors.Is(err, syscall.EINTR):
			return rawFile(fd), err
		}
	}
}

func (f rawFile) close() { _ = syscall.Close(int(f)) }

// Read reads on.
func (f rawFile) Read(buf []byte) (int, error) {
	for {
		n, err := syscall.Read(int(f), buf)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return 0, err
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

// stat returns mode and size.
func (f rawFile) stat() (fs.FileMode, int64, error) {
	var st syscall.Stat_t
	if err := syscall.Fstat(int(f), &st); err != nil {
		return 0, 0, err
	}
	return modeOf(&st), st.Size, nil
}

func modeOf(st *syscall.Stat_t) fs.FileMode {
	mode := fs.FileMode(st.Mode & 0o777)
	if st.Mode&syscall.S_ISUID != 0 {
		mode |= fs.ModeSetuid
	}
	if st.Mode&syscall.S_ISGID != 0 {
		mode |= fs.ModeSetgid
	}
	if st.Mode&syscall.S_ISVTX != 0 {
		mode |= fs.ModeSticky
	}
	switch st.Mode & syscall.S_IFMT {
	case syscall.S_IFREG:
	case syscall.S_IFDIR:
		mode |= fs.ModeDir
	case syscall.S_IFIFO:
		mode |= fs.ModeNamedPipe
	default:
		mode |= fs.ModeDevice
	}
	return mode
}
