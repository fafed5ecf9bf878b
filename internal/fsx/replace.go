package fsx

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Replacing says how [Replace] does its work. The zero value writes the new file
// beside the old one and leaves the time of its way to the disk to the system.
type Replacing struct {
	// Temp is the path of the new file until it gets its name, as a pattern of
	// os.CreateTemp, in a directory that exists and is in the same file system.
	Temp string
	// Durable puts the file on the disk before it gets its name, and the name
	// after that: once Replace returns, a loss of power can't take it back.
	Durable bool
	// Ready is called with the new file when all is written to it.
	Ready func(*os.File) error
	// Step is called in the place of each step, which it takes by calling do:
	// Step stands before each step ("create", "write", "sync", "rename",
	// "syncdir") and takes it by calling do, or returns an error instead.
	Step func(name string, do func() error) error
}

// Replace gives the file name the content data and a mode in one step: readers
// see the old file or the new one. Unless how.Temp says where else, the new one
// is made beside it, in a directory that is made if it is missing.
func Replace(name string, data []byte, mode fs.FileMode, how Replacing) error {
	step := how.Step
	if step == nil {
		step = func(_ string, do func() error) error { return do() }
	}
	var f *os.File
	err := step("create", func() (err error) {
		f, err = how.create(name)
		return err
	})
	if err != nil {
		return err
	}
	err = step("write", func() error {
		_, err := f.Write(data)
		if err == nil && how.Ready != nil {
			err = how.Ready(f)
		}
		return errors.Join(err, f.Chmod(mode))
	})
	if err == nil && how.Durable {
		err = step("sync", f.Sync)
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = step("rename", func() error { return Rename(f.Name(), name) })
	}
	if err != nil {
		return errors.Join(err, Remove(f.Name()))
	}
	if how.Durable {
		return step("syncdir", func() error { return SyncDir(filepath.Dir(name)) })
	}
	return nil
}

// MkdirAll is [os.MkdirAll] that tells what is wrong where a directory that is there
// can't be looked at. os.MkdirAll says then that it exists.
func MkdirAll(dir string, mode fs.FileMode) error {
	err := os.MkdirAll(dir, mode)
	if path := (*fs.PathError)(nil); errors.Is(err, fs.ErrExist) && errors.As(err, &path) {
		if _, statErr := os.Stat(path.Path); statErr != nil && !errors.Is(statErr, fs.ErrNotExist) {
			return statErr
		}
	}
	return err
}

func (how Replacing) create(name string) (*os.File, error) {
	if how.Temp != "" {
		return os.CreateTemp(filepath.Dir(how.Temp), filepath.Base(how.Temp))
	}
	dir := filepath.Dir(name)
	if err := MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return os.CreateTemp(dir, ".new-*")
}
