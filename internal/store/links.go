package store

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// Relink makes the links what the installed toolchains say they are:
//
//	toolchains/1.22     -> go1.22.12                     newest of each line
//	toolchains/latest   -> go1.27.4                      newest release
//	bin/go1.22.4        -> ../toolchains/go1.22.4/bin/go each toolchain
//
// It writes only what is wrong, each link in one step. One process at a time
// does it, so that an older view of the store never wins over a newer one.
// Files that are no links are not ours, and stay.
func (s *Store) Relink(ctx context.Context) error {
	// Mostly there is nothing to do, and then a store need not be writable.
	if changes, err := s.linkChanges(); err != nil || len(changes) == 0 {
		return err
	}
	release, err := s.lockAt(ctx, "link/lock", storeLock, "changing")
	if err != nil {
		return err
	}
	defer release()
	return s.relink()
}

// WrongLinks returns the links that [Store.Relink] would change, sorted.
func (s *Store) WrongLinks() ([]string, error) {
	changes, err := s.linkChanges()
	return slices.Sorted(maps.Keys(changes)), err
}

// relink is Relink for a caller that holds storeLock. The links become what
// they are to be without the versions in without, which are about to go.
func (s *Store) relink(without ...gover.Version) error {
	changes, err := s.linkChanges(without...)
	if err != nil || len(changes) == 0 {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(changes)) {
		if err := s.changeLink(path, changes[path]); err != nil {
			return err
		}
	}
	return s.do("link/sync", func() error {
		return errors.Join(fsx.SyncDir(s.home.Bin()), fsx.SyncDir(s.home.Toolchains()))
	})
}

func (s *Store) changeLink(path, target string) error {
	kind := "line"
	if filepath.Dir(path) == s.home.Bin() {
		kind = "command"
	}
	if target != "" {
		return s.link(kind, target, path)
	}
	return s.do(kind+"/remove", func() error {
		err := s.free(path)
		if removeErr := fsx.Remove(path); !fsx.IsAbsent(removeErr) { // it may have been moved aside
			err = errors.Join(err, removeErr)
		}
		return err
	})
}

// linkChanges returns what is wrong with the links: for the path of each, the
// target that it should have, "" for a link that should not be.
func (s *Store) linkChanges(without ...gover.Version) (map[string]string, error) {
	versions, err := s.home.Installed()
	if err != nil {
		return nil, err
	}
	versions = slices.DeleteFunc(versions, func(v gover.Version) bool { return slices.Contains(without, v) })
	changes := make(map[string]string)
	return changes, s.wrongLinks(changes, versions)
}

// lineLinks maps the name of each link in toolchains/ to its target.
func lineLinks(versions []gover.Version) map[string]string {
	links := make(map[string]string)
	for _, v := range versions {
		for _, text := range []string{v.Line(), "latest"} {
			spec, err := gover.ParseSpec(text)
			if err != nil || links[toolchain.Link(spec)] != "" {
				continue
			}
			if newest, ok := spec.Newest(versions); ok {
				links[toolchain.Link(spec)] = newest.String()
			}
		}
	}
	return links
}

// commandLinks maps the name of each link in bin/ to its target. These names
// are where cmd/go looks for another toolchain before it downloads one. They
// lead to the real program, not to the shim: cmd/go passes argv[0] on
// unchanged, so a shim could not tell which version is wanted.
func commandLinks(versions []gover.Version) map[string]string {
	links := make(map[string]string)
	for _, v := range versions {
		links[v.String()] = filepath.Join("..", "toolchains", v.String(), "bin", "go")
	}
	return links
}

// LineLinks returns the names of the links in toolchains/ that lead to each
// version, as they are: "1.22", then "latest".
func (s *Store) LineLinks() map[gover.Version][]string {
	links := make(map[gover.Version][]string)
	entries, _ := os.ReadDir(s.home.Toolchains())
	for _, entry := range entries {
		if entry.Type()&fs.ModeSymlink == 0 || !isLineLink(entry.Name()) {
			continue
		}
		target, _ := os.Readlink(filepath.Join(s.home.Toolchains(), entry.Name()))
		if v, ok := versionOf(target); ok {
			links[v] = append(links[v], entry.Name())
		}
	}
	return links
}

// Linked returns the versions that links in toolchains/ and bin/ lead to which are
// not ours, but somebody's own, and one such link for each.
func (s *Store) Linked() (map[gover.Version]string, error) {
	links := make(map[gover.Version]string)
	trees, err := follow(s.home.Toolchains())
	if err != nil {
		return nil, err
	}
	for _, dir := range []string{s.home.Toolchains(), s.home.Bin()} {
		entries, err := readDir(dir)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			path := filepath.Join(dir, entry.Name())
			if entry.Type()&fs.ModeSymlink == 0 || isLineLink(entry.Name()) || isCommandLink(entry.Name()) {
				continue
			}
			target, err := follow(path)
			if err != nil {
				return nil, err
			}
			below, ok := strings.CutPrefix(target, trees+string(filepath.Separator))
			name, _, _ := strings.Cut(below, string(filepath.Separator))
			if v, named := versionOf(name); ok && named {
				links[v] = path
			}
		}
	}
	return links, nil
}

// follow is filepath.EvalSymlinks that returns "" for what leads to nothing.
func follow(path string) (string, error) {
	target, err := filepath.EvalSymlinks(path)
	if err == nil {
		return target, nil
	}
	if _, statErr := os.Stat(path); toolchain.Missing(statErr) || errors.Is(statErr, syscall.ELOOP) {
		return "", nil
	}
	return "", err
}

func isLineLink(name string) bool {
	spec, err := gover.ParseSpec(name)
	return err == nil && toolchain.Link(spec) == name
}

// versionOf returns the version of which name is the one name in a store.
func versionOf(name string) (v gover.Version, ok bool) {
	v, err := gover.Parse(name)
	return v, err == nil && v.String() == name
}

func isCommandLink(name string) bool {
	_, ok := versionOf(name)
	return ok
}

// link makes path a symbolic link to target, in one step also where path is a
// link already. The caller holds storeLock.
func (s *Store) link(kind, target, path string) error {
	if err := s.step(kind + "/stage"); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(s.staging(), storeLock+".*")
	if err != nil {
		return err
	}
	temporary := filepath.Join(dir, "link")
	err = s.do(kind+"/link", func() error { return s.makeLink(target, temporary) })
	if err == nil {
		err = s.do(kind+"/rename", func() error { return errors.Join(s.free(path), fsx.Rename(temporary, path)) })
	}
	return errors.Join(err, fsx.Retry(func() error { return os.RemoveAll(dir) }))
}
