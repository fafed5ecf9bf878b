// Package fsx is the small kit that everything above the floor shares: read a
// small file, replace a file, divide work among the processors, look a program
// up on PATH, keep a bounded part of an output.
//
// A file that is not regular is an error at once, never something to wait for:
// to open a FIFO would block, and to open a device can have effects. Only what
// is known to be small is read as a whole, up to a limit that the caller names.
//
// The package knows nothing of gosw. It reads no environment and prints nothing.
package fsx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Links says what becomes of a name that is a symbolic link. Links in the
// directories above it are always followed.
type Links int

// What becomes of links.
const (
	Follow   Links = iota // to what they lead to
	NoFollow              // they are as little a regular file as a FIFO is
)

// IsAbsent reports whether err says for certain that there is no such file:
// nothing has the name (ENOENT), or a file stands where a directory above it
// would (ENOTDIR). Every other error leaves that open.
func IsAbsent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// Open opens a regular file to read it. It looks before it opens, and again
// afterwards, since another file may have taken the place.
func Open(name string, links Links) (*os.File, fs.FileInfo, error) {
	look, flags := os.Stat, os.O_RDONLY|nonBlock
	if links == NoFollow {
		look, flags = os.Lstat, flags|noFollow
	}
	if _, err := regular(look(name)); err != nil {
		return nil, nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	f, err := os.OpenFile(name, flags, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := regular(f.Stat())
	if err != nil {
		_ = f.Close()
		return nil, nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return f, info, nil
}

func regular(info fs.FileInfo, err error) (fs.FileInfo, error) {
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	return info, Cause(err)
}

// Cause is err without what a *fs.PathError adds to it.
func Cause(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	return err
}

// Read returns the content of a regular file of at most limit bytes; a larger
// one is an error. The null device, by whose name or by a link to which users
// say that they want no such file, is an empty one.
func Read(name string, limit int64, links Links) ([]byte, error) {
	f, info, err := Open(name, links)
	if err != nil && links == Follow && isNull(name) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	size := info.Size()
	if size <= limit {
		data := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead)) // which sees the end without growing
		size, err = data.ReadFrom(io.LimitReader(f, limit+1))        // it may have grown, or live in /proc
		if err != nil {
			return nil, err
		}
		if size <= limit {
			return data.Bytes(), nil
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fmt.Errorf("larger than %s", inWords(limit))}
}

func isNull(name string) bool {
	info, err := os.Stat(name)
	null, nullErr := os.Stat(os.DevNull)
	return err == nil && nullErr == nil && os.SameFile(info, null)
}

// inWords returns a limit in the largest unit that needs no fraction.
func inWords(limit int64) string {
	switch {
	case limit%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", limit>>20)
	case limit%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", limit>>10)
	}
	return fmt.Sprintf("%d bytes", limit)
}
