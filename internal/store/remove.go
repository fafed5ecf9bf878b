package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/goroot"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// Remove takes toolchain v out of the store and reports whether it was there.
//
// It loses its name in one step, and from then on nobody finds it. Its files go
// after that, unless a process runs from it: a build goes on to start compilers
// by the path that it began with, so that path goes on to lead to them, by a
// link, until the last such process has ended. [Store.Pending] tells. The next
// change of the store, or [Store.Tidy], then deletes the files.
func (s *Store) Remove(ctx context.Context, v gover.Version) (removed bool, err error) {
	if there, err := s.home.Has(v); !there {
		return false, err
	}
	if err := s.create(ctx); err != nil {
		return false, err
	}
	removed, err = s.remove(ctx, v)
	return removed, errors.Join(err, s.Tidy(ctx))
}

func (s *Store) remove(ctx context.Context, v gover.Version) (bool, error) {
	release, err := s.lockAt(ctx, "uninstall/lock", v.String(), "uninstalling")
	if err != nil {
		return false, err
	}
	defer release()
	if there, err := s.home.Has(v); !there { // another process was first
		return false, err
	}
	if err := s.checkOwn(v); err != nil {
		return false, err
	}
	grave, err := s.dig(v)
	if err == nil {
		err = s.takeName(ctx, v, grave)
	}
	if err != nil {
		there, hasErr := s.home.Has(v)
		return !there && hasErr == nil, errors.Join(err, hasErr)
	}
	if err := s.do("uninstall/receipt", func() error { return s.removeReceipt(v) }); err != nil {
		return true, err
	}
	return true, s.unlessBusy(grave, fsx.Retry(func() error { return s.bury(v, grave) }))
}

// graveTree is the name of an uninstalled tree in its grave, a directory in
// staging.
const graveTree = "tree"

// dig makes the grave for v. In it is, until the tree comes, the link that is
// going to take the tree's place.
func (s *Store) dig(v gover.Version) (string, error) {
	if err := s.step("uninstall/stage"); err != nil {
		return "", err
	}
	grave, err := os.MkdirTemp(s.staging(), v.String()+".*")
	if err != nil || !linksSupported {
		return grave, err
	}
	return grave, os.Symlink(graveLink(grave), filepath.Join(grave, graveTree))
}

// graveLink is the target of a link from toolchains/ to the tree in grave.
func graveLink(grave string) string {
	return filepath.Join("..", "staging", filepath.Base(grave), graveTree)
}

// graveOf returns the grave that the link in the place of v leads to, "" if there
// is no such link.
func (s *Store) graveOf(v gover.Version) (grave string, err error) {
	target, err := readLink(s.home.Dir(v))
	grave = filepath.Join(s.staging(), filepath.Base(filepath.Dir(target)))
	if err != nil || target != graveLink(grave) {
		return "", err
	}
	return grave, nil
}

// readLink returns the target of the link at path, "" if there is none.
func readLink(path string) (string, error) {
	target, err := os.Readlink(path)
	if err == nil || toolchain.Missing(err) {
		return target, nil
	}
	if info, statErr := os.Lstat(path); statErr == nil && info.Mode()&fs.ModeSymlink == 0 {
		return "", nil
	}
	return "", err
}

// takeName moves the tree of v to its grave, or deletes it where it can't be moved. What links to it goes first, and
// nobody fixes links meanwhile, so that no link ever leads to nothing.
func (s *Store) takeName(ctx context.Context, v gover.Version, grave string) error {
	release, err := s.lockAt(ctx, "link/lock", storeLock, "changing")
	if err != nil {
		return err
	}
	defer release()
	if err := s.relink(v); err != nil {
		return err
	}
	err = s.do("uninstall/rename", func() error {
		tree := filepath.Join(grave, graveTree)
		if err := mendMode(s.home.Dir(v)); err != nil {
			return err
		}
		if !linksSupported {
			return fsx.Rename(s.home.Dir(v), tree)
		}
		return s.swap(tree, s.home.Dir(v))
	})
	if errors.Is(err, syscall.EXDEV) {
		err = s.deleteInPlace(v, grave)
	}
	return err
}

// mendMode makes the tree at dir one that can be moved: a directory that its owner
// can't write to can't be given another parent.
func mendMode(dir string) error {
	if err := os.Chmod(dir, goroot.DirMode); err != nil && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

// bury deletes the tree of v that lies in grave, and the link to it, unless a
// process runs from there, or from another grave: that of v before it was
// installed again, or repaired, and the name is the same to it. The caller holds
// the lock of v.
func (s *Store) bury(v gover.Version, grave string) error {
	if users, err := s.usersOf(v); len(users) > 0 || err != nil {
		return err
	}
	if found, err := s.graveOf(v); err != nil {
		return err
	} else if found == grave {
		if err := s.do("delete/link", func() error { return fsx.Remove(s.home.Dir(v)) }); err != nil {
			return err
		}
		// A shim that looked v up just before it lost its name may have become
		// its go since. Later ones don't find it.
		if users, err := s.usersOf(v); len(users) > 0 || err != nil {
			return errors.Join(err, os.Symlink(graveLink(grave), s.home.Dir(v)))
		}
	}
	// Or else, after a power cut, half a toolchain might have the name again.
	if err := s.do("delete/sync", func() error { return fsx.SyncDir(s.home.Toolchains()) }); err != nil {
		return err
	}
	return s.do("delete/files", func() error { return s.discard(filepath.Base(grave)) })
}

// A Process is one that uses a toolchain.
type Process struct {
	ID      int    `json:"pid"`
	Command string `json:"command"` // such as "go build"
}

// Users returns the processes that run from each of versions, as far as that can be
// told: on Linux, those that this user may look at. It looks at each process once.
func (s *Store) Users(versions ...gover.Version) (map[gover.Version][]Process, error) {
	dirs := make(map[gover.Version][]string)
	var all []string
	for _, v := range versions {
		graves, err := s.graves(v)
		if err != nil {
			return nil, err
		}
		dirs[v] = append(graves, s.home.Dir(v))
		all = append(all, dirs[v]...)
	}
	found, err := processesBy(all)
	users := make(map[gover.Version][]Process)
	for _, v := range versions {
		users[v] = together(found, dirs[v])
	}
	return users, err
}

// usersOf returns the processes that run from trees of v that lost their name.
func (s *Store) usersOf(v gover.Version) ([]Process, error) {
	graves, err := s.graves(v)
	if err != nil {
		return nil, err
	}
	found, err := processesBy(graves)
	return together(found, graves), err
}

func together(found map[string][]Process, dirs []string) (all []Process) {
	for _, dir := range dirs {
		for _, p := range found[dir] {
			if !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all
}

// Pending returns the versions that are uninstalled but for their files, and
// the processes that still need those.
func (s *Store) Pending() (map[gover.Version][]Process, error) {
	pending := make(map[gover.Version][]Process)
	staged, err := s.staged()
	for _, entry := range staged {
		v, parseErr := gover.Parse(owner(entry.Name()))
		if parseErr != nil || pending[v] != nil {
			continue
		}
		users, usersErr := s.usersOf(v)
		if len(users) > 0 {
			pending[v] = users
		}
		err = errors.Join(err, usersErr)
	}
	return pending, err
}

// graves returns the directories in staging with trees of v that lost their name.
func (s *Store) graves(v gover.Version) (graves []string, err error) {
	staged, err := s.staged()
	for _, entry := range staged {
		path := filepath.Join(s.staging(), entry.Name())
		if owner(entry.Name()) == v.String() && isGrave(path) {
			graves = append(graves, path)
		}
	}
	return graves, err
}

// readDir is os.ReadDir for a directory that need not be there.
func readDir(dir string) ([]fs.DirEntry, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return entries, err
}

// isGrave reports whether a directory in staging is that of an uninstalled tree, or may
// be.
func isGrave(path string) bool {
	return !isMissing(filepath.Join(path, graveTree))
}
