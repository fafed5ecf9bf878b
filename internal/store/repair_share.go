package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/tree"
)

// A Sharer is a toolchain that has damaged files of another one: not files of
// the same content, but the very same, as hard links.
type Sharer struct {
	Home    toolchain.Home // this store, or another of the same root
	Version gover.Version
	Paths   []string // of the files, in the other one, sorted
}

// sharers returns the other toolchains that have files of which report says that
// they are damaged, or of which nothing is known. They are certainly all: nobody would
// look for them again once the files here are replaced.
func (s *Store) sharers(report *Report) ([]Sharer, error) {
	damaged := make(map[fileID]string)
	for _, f := range report.Tree {
		path := filepath.Join(s.home.Dir(report.Version), filepath.FromSlash(f.Path))
		if err := openDir(path); err != nil {
			return nil, err
		}
		unknown := f.Kind == tree.Extra && len(report.against) == 0
		if f.Kind != tree.Changed && f.Kind != tree.Mode && f.Kind != tree.Unreadable && !unknown {
			continue // no matter of the file itself
		}
		info, err := os.Lstat(path)
		if err != nil && !toolchain.Missing(err) {
			return nil, err
		}
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if id, names, _ := measure(info); names > 1 {
			damaged[id] = f.Path
		}
	}
	if len(damaged) == 0 {
		return nil, nil
	}
	homes, err := s.family()
	if err != nil {
		return nil, err
	}
	var found []Sharer
	for _, home := range homes {
		versions, err := home.Installed()
		if err != nil {
			return nil, err
		}
		slices.SortFunc(versions, gover.Compare)
		for _, w := range versions {
			if home == s.home && w == report.Version {
				continue
			}
			paths, err := sharedPaths(home.Dir(w), damaged)
			if err != nil {
				return nil, err
			}
			if len(paths) > 0 {
				found = append(found, Sharer{home, w, paths})
			}
		}
	}
	return found, nil
}

// openDir makes a damaged directory one that can be looked into, if it is closed
// to its owner: else nobody would know who shares what is in it.
func openDir(path string) error {
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() || info.Mode().Perm()&0o500 == 0o500 {
		return nil // what else is wrong with it, others tell
	}
	return os.Chmod(path, 0o755)
}

// sharedPaths returns the paths of files that are in the tree at dir, too, sorted.
func sharedPaths(dir string, files map[fileID]string) (paths []string, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		id, _, _ := measure(info)
		if path, ok := files[id]; ok && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
		return nil
	})
	slices.Sort(paths)
	return paths, err
}

// sources are the other toolchains that a repair takes files from: who shared a
// damaged file was repaired before, so what was downloaded once is enough for
// all, and shared again. They are opened when the first file is asked for.
type sources struct {
	store   *Store
	version gover.Version // that is repaired
	root    *os.Root      // the new tree
	opened  bool
	list    []*Sibling
}

// take puts a file into the tree, if one of the sources has its content.
func (o *sources) take(f tree.File) bool {
	if !o.opened {
		o.opened = true
		for _, c := range o.store.candidates(o.version) {
			if b, err := o.store.openSibling(c.home, c.version, o.root); err == nil {
				o.list = append(o.list, b)
			}
		}
	}
	return slices.ContainsFunc(o.list, func(b *Sibling) bool { return b.take(f.Path, f.Sum) })
}

func (o *sources) close() {
	for _, b := range o.list {
		_ = b.Close() // handles on directories have nothing to lose
	}
}
