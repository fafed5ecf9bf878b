//go:build !windows

package tree

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gosw/gosw/internal/fsx"
)

// A Dir is an open directory, below which files are opened: no link is followed on
// the way, and no pipe is waited for.
type Dir struct {
	file *os.File
	FD   int // of the directory
}

// OpenDir opens the directory that root is.
func OpenDir(root *os.Root) (*Dir, error) {
	file, err := root.Open(".")
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: root.Name(), Err: fsx.Cause(err)}
	}
	return &Dir{file, int(file.Fd())}, nil
}

// Close closes it. What was opened below it stays open.
func (d *Dir) Close() error { return d.file.Close() }

const openFlags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC

// Open opens the file or directory at path to read it.
func (d *Dir) Open(path string) (Raw, error) { return d.open(path, openFlags) }

// List returns what is in the directory at path, which is "." for d itself, and what
// that is.
func (d *Dir) List(path string) (entries []fs.DirEntry, st Stat, err error) {
	// What is a directory need not be kept from waiting, nor be offered to the poller.
	raw, err := d.open(path, openFlags&^unix.O_NONBLOCK|unix.O_DIRECTORY)
	if err != nil {
		return nil, st, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	f := raw.file(path)
	defer f.Close()
	if st, err = raw.Stat(); err == nil {
		entries, err = f.ReadDir(-1)
	}
	return entries, st, err
}

// walk opens what is at path, directory by directory.
func (d *Dir) walk(path string, flags int) (int, error) {
	at := d.FD
	for {
		name, rest, more := strings.Cut(path, "/")
		how := flags
		if more {
			how = openFlags | unix.O_DIRECTORY
		}
		fd, err := openat(at, name, how)
		if at != d.FD {
			_ = unix.Close(at)
		}
		if err != nil || !more {
			return fd, err
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

// A Raw is an open file that is read from beginning to end. An os.File would be
// offered to the poller and get a finalizer, which for 10,000 small files takes a
// tenth of the whole time.
type Raw int

// Close closes it.
func (r Raw) Close() { _ = syscall.Close(int(r)) }

// Read reads on.
func (r Raw) Read(buf []byte) (int, error) {
	for {
		n, err := syscall.Read(int(r), buf)
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

// Rewind begins again.
func (r Raw) Rewind() error {
	_, err := syscall.Seek(int(r), 0, io.SeekStart)
	return err
}

// Stat tells what the file is.
func (r Raw) Stat() (Stat, error) {
	var st syscall.Stat_t
	if err := syscall.Fstat(int(r), &st); err != nil {
		return Stat{}, err
	}
	return Stat{modeOf(&st), st.Size, int(st.Uid), uint64(st.Dev), st.Ino}, nil
}

// file makes a file of it, to be closed instead.
func (r Raw) file(name string) *os.File { return os.NewFile(uintptr(r), name) }

// is reports whether it is the file that was listed.
func (r Raw) is(listed fs.FileInfo) bool {
	want, ok := listed.Sys().(*syscall.Stat_t)
	got, err := r.Stat()
	return ok && err == nil && got.Device == uint64(want.Dev) && got.Inode == want.Ino
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
