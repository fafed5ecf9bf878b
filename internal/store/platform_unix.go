//go:build !windows

package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/gosw/gosw/internal/gover"
)

// linksSupported reports whether the store keeps symbolic links. Without them
// a line is looked up by listing.
const linksSupported = true

// isShim reports whether path is the shim program already.
func (s *Store) isShim(path, program string) bool {
	target, err := os.Readlink(path)
	return err == nil && target == program
}

// wrongLinks adds to changes what is wrong with the links for versions.
func (s *Store) wrongLinks(changes map[string]string, versions []gover.Version) error {
	return errors.Join(
		compareLinks(changes, s.home.Toolchains(), lineLinks(versions), isLineLink),
		compareLinks(changes, s.home.Bin(), commandLinks(versions), isCommandLink),
	)
}

// compareLinks adds to changes what is to be done so that the links of dir are
// those of want. Among what is there already, only links whose name is ours
// count.
func compareLinks(changes map[string]string, dir string, want map[string]string, ours func(name string) bool) error {
	entries, err := readDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		path := filepath.Join(dir, name)
		if entry.Type()&fs.ModeSymlink == 0 {
			delete(want, name) // somebody's file, which is not for us to replace
			continue
		}
		target, err := readLink(path)
		switch {
		case err != nil:
			return err
		case want[name] == target:
			delete(want, name)
		case want[name] == "" && ours(name):
			changes[path] = ""
		}
	}
	for name, target := range want {
		changes[filepath.Join(dir, name)] = target
	}
	return nil
}

// makeLink makes path, where nothing is, a link to target.
func (s *Store) makeLink(target, path string) error { return os.Symlink(target, path) }

// free makes room for another file at path where that can't be replaced or deleted.
func (s *Store) free(string) error { return nil }

// shim makes path the shim program. The caller holds storeLock.
func (s *Store) shim(program, path string) error { return s.link("shim", program, path) }

// syncFile hands what was written to the file or directory called name to the disk,
// which may keep it in its own memory until the next SyncDir: on macOS, where Sync makes
// the disk write all that it has. A thousand times that would take minutes.
func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		switch err := syscall.Fsync(int(f.Fd())); {
		case err == nil:
			return nil
		case !errors.Is(err, syscall.EINTR):
			return &os.PathError{Op: "fsync", Path: name, Err: err}
		}
	}
}
