//go:build !windows

package store

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// A handle is an open folder, below which files are opened and made.
type handle struct {
	dir *os.File
	fd  int // of dir
	// byProc is set when a file was to be linked by its descriptor alone, and the
	// system wants that by way of /proc.
	byProc atomic.Bool
}

func openHandle(root *os.Root) (*handle, error) {
	dir, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	return &handle{dir: dir, fd: int(dir.Fd())}, nil
}

func (h *handle) close() error { return h.dir.Close() }

// facts are what decides whether a file may be shared.
type facts struct {
	mode fs.FileMode
	size int64
	ours bool // it belongs to this user, or to root
	id   fileID
}

func (f rawFile) facts() (facts, error) {
	var st syscall.Stat_t
	if err := syscall.Fstat(int(f), &st); err != nil {
		return facts{}, err
	}
	ours := int(st.Uid) == os.Geteuid() || st.Uid == 0
	return facts{modeOf(&st), st.Size, ours, fileID{uint64(st.Dev), st.Ino}}, nil
}

func (f rawFile) rewind() error {
	_, err := syscall.Seek(int(f), 0, io.SeekStart)
	return err
}

// sameDevice reports whether two folders are in one file system.
func sameDevice(a, b *handle) bool {
	first, err := rawFile(a.fd).facts()
	second, err2 := rawFile(b.fd).facts()
	return err == nil && err2 == nil && first.id.device == second.id.device
}

const openFlags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC

// walk opens the file at path, folder by folder: a link in the place of one is
// not followed.
func (h *handle) walk(path string) (rawFile, error) {
	at := h.fd
	for {
		name, rest, more := strings.Cut(path, "/")
		flags := openFlags
		if more {
			flags |= unix.O_DIRECTORY
		}
		fd, err := openat(at, name, flags)
		if at != h.fd {
			_ = unix.Close(at)
		}
		if err != nil || !more {
			return rawFile(fd), err
		}
		at, path = fd, rest
	}
}

func openat(dir int, name string, flags int) (int, error) {
	for {
		fd, err := unix.Openat(dir, name, flags, 0)
		if !errors.Is(err, unix.EINTR) {
			return fd, err
		}
	}
}

// isOneOf reports whether a call failed with one of errnos.
func isOneOf(err error, errnos ...unix.Errno) bool {
	var errno unix.Errno
	return errors.As(err, &errno) && slices.Contains(errnos, errno)
}
