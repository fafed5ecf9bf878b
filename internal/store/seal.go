package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"
)

// seal makes every file read-only, and folders such as only their owner can
// write to. Only regular files and folders are let through: a link in a
// toolchain could lead out of it. A file that is shared was sealed by its first
// toolchain, and is not this one's to change.
//
// It returns how many files there are, so that one too many is found: what is in
// no manifest was not proven, whoever has put it there.
//
// It takes one level of folders after the other, those of a level at the same
// time: nothing else can go on meanwhile.
func seal(root *os.Root) (files int, err error) {
	info, err := root.Lstat(".")
	if err == nil {
		err = sealOne(root, ".", info)
	}
	for level := []string{"."}; len(level) > 0 && err == nil; {
		var mu sync.Mutex
		var below []string
		var g errgroup.Group
		g.SetLimit(runtime.GOMAXPROCS(0))
		for _, dir := range level {
			g.Go(func() error {
				found, n, err := sealDir(root, dir)
				mu.Lock()
				defer mu.Unlock()
				below = append(below, found...)
				files += n
				return err
			})
		}
		err = g.Wait()
		level = below
	}
	return files, err
}

// sealDir seals what is in dir and returns the folders among it, and the number
// of files.
func sealDir(root *os.Root, dir string) (folders []string, files int, err error) {
	f, err := root.Open(dir)
	if err != nil {
		return nil, 0, err
	}
	infos, err := f.Readdir(-1)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, 0, err
	}
	for _, info := range infos {
		name := path.Join(dir, info.Name())
		if err := sealOne(root, name, info); err != nil {
			return nil, 0, err
		}
		if info.IsDir() {
			folders = append(folders, name)
		} else {
			files++
		}
	}
	return folders, files, nil
}

func sealOne(root *os.Root, name string, info fs.FileInfo) error {
	want := fs.FileMode(0o444)
	switch {
	case info.IsDir():
		want = 0o755
	case !info.Mode().IsRegular():
		return fmt.Errorf("seal %s: not a regular file", name)
	case info.Mode()&0o111 != 0:
		want = 0o555
	}
	if info.Mode()&(fs.ModePerm|fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky) == want {
		return nil
	}
	if _, names, _ := measure(info); names > 1 && !info.IsDir() {
		return fmt.Errorf("seal %s: shared, and has mode %s", name, octal(info.Mode()))
	}
	return root.Chmod(name, want)
}

// seal seals the tree that r is about, which has just as many files as r has sums
// for.
func (r *Receipt) seal(root *os.Root) error {
	files, err := seal(root)
	switch proven := bytes.Count(r.Sums, []byte("\n")); {
	case err != nil:
		return err
	case files > proven:
		return fmt.Errorf("seal: %d files, and only %d are proven", files, proven)
	case files < proven:
		return fmt.Errorf("seal: %d files, and %d are to be", files, proven)
	}
	return nil
}
