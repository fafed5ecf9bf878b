package store

import (
	"io/fs"
	"os"
)

// openNoFollow opens path to read, but not what a link there leads to.
func openNoFollow(path string) (*os.File, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrInvalid}
	}
	return os.Open(path)
}

// A rawFile is a file that is read once, from beginning to end.
type rawFile struct{ *os.File }

func openRaw(path string) (rawFile, error) {
	f, err := openNoFollow(path)
	return rawFile{f}, err
}

func (f rawFile) close() { _ = f.Close() }

// stat returns mode and size.
func (f rawFile) stat() (fs.FileMode, int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, 0, err
	}
	return info.Mode(), info.Size(), nil
}
