package tree

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A Dir is an open directory, below which files are opened: no link is followed.
type Dir struct{ root *os.Root }

// OpenDir opens the directory that root is.
func OpenDir(root *os.Root) (*Dir, error) {
	again, err := root.OpenRoot(".")
	return &Dir{again}, err
}

// Close closes it. What was opened below it stays open.
func (d *Dir) Close() error { return d.root.Close() }

// Open opens the file or directory at path to read it.
func (d *Dir) Open(path string) (Raw, error) {
	name := filepath.FromSlash(path)
	if info, err := d.root.Lstat(name); err != nil {
		return Raw{}, err
	} else if !info.Mode().IsRegular() && !info.IsDir() {
		return Raw{}, &fs.PathError{Op: "open", Path: path, Err: fs.ErrInvalid}
	}
	f, err := d.root.Open(name)
	return Raw{f}, err
}

// List returns what is in the directory at path, which is "." for d itself, and what
// that is.
func (d *Dir) List(path string) (entries []fs.DirEntry, st Stat, err error) {
	f, err := d.root.Open(filepath.FromSlash(path))
	if err != nil {
		return nil, st, err
	}
	defer f.Close()
	if st, err = (Raw{f}).Stat(); err == nil {
		entries, err = f.ReadDir(-1)
	}
	return entries, st, err
}

// A Raw is an open file that is read from beginning to end.
type Raw struct{ *os.File }

// Close closes it.
func (r Raw) Close() { _ = r.File.Close() }

// Rewind begins again.
func (r Raw) Rewind() error {
	_, err := r.Seek(0, io.SeekStart)
	return err
}

// Stat tells what the file is.
func (r Raw) Stat() (Stat, error) {
	info, err := r.File.Stat()
	if err != nil {
		return Stat{}, err
	}
	return Stat{Mode: info.Mode(), Size: info.Size()}, nil
}

// file makes a file of it, to be closed instead.
func (r Raw) file(string) *os.File { return r.File }

// is reports whether it is the file that was listed. Not all file systems list the
// numbers of files, FAT and network drives among them; then what else is known decides.
func (r Raw) is(listed fs.FileInfo) bool {
	info, err := r.File.Stat()
	return err == nil && (os.SameFile(info, listed) || info.Mode() == listed.Mode() && info.ModTime().Equal(listed.ModTime()) &&
		(info.IsDir() || info.Size() == listed.Size()))
}
