package store

import (
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/gosw/gosw/internal/gover"
)

// A Size is what a toolchain takes on the disk, in bytes of blocks.
type Size struct {
	Own    int64 `json:"own"`    // of what nothing else has
	Shared int64 `json:"shared"` // of what something else has as well, by hard links
}

// Sizes returns the size of each of the toolchains in dirs, and what all of them take
// together: what several share counts once there. What does not exist takes nothing.
func Sizes(dirs []string) (sizes map[string]Size, total int64) {
	sizes, all := make(map[string]Size), newTally()
	tallies(dirs, func(dir string, t *tally) {
		own := t.freed()
		sizes[dir] = Size{own, t.taken - own}
		all.merge(t)
	})
	return sizes, all.taken
}

// A Usage says what removing things would free.
type Usage struct {
	Versions  map[gover.Version]int64 // bytes that each alone would free
	Leftovers int64                   // bytes of what killed processes left
	Total     int64                   // bytes that all of it together would free
}

// Measure returns what removing versions, and the sweep that comes with it,
// would free on the disk. A file that something else shares by a hard link, such as
// another version, frees nothing; one that several of the versions share is counted
// once, in the total. A clone counts as if nothing else had its blocks.
func (s *Store) Measure(versions []gover.Version) Usage {
	r := s.removal(versions)
	tallies(slices.Collect(maps.Keys(r.dirs)), r.add)
	return r.usage()
}

// A removal adds up what it would free to remove versions.
type removal struct {
	store *Store
	dirs  map[string]gover.Version
	each  map[gover.Version]int64
	all   *tally
}

func (s *Store) removal(versions []gover.Version) *removal {
	r := &removal{s, make(map[string]gover.Version), make(map[gover.Version]int64), newTally()}
	for _, v := range versions {
		r.dirs[s.home.Dir(v)] = v
	}
	return r
}

// add adds the tree in dir, if it is one that goes, with its receipt.
func (r *removal) add(dir string, t *tally) {
	v, goes := r.dirs[dir]
	if !goes {
		return
	}
	walkAll(r.store.receiptFile(v), t.add)
	walkAll(r.store.sumsFile(v), t.add)
	r.each[v] = t.freed()
	r.all.merge(t)
}

func (r *removal) usage() Usage {
	left := newTally()
	for _, path := range r.store.Unused() {
		walkAll(path, left.add)
	}
	r.all.merge(left)
	return Usage{r.each, left.freed(), r.all.freed()}
}

// A Footprint is what a store takes on the disk, in bytes of blocks. What several
// parts share counts in the first of them.
type Footprint struct {
	Toolchains int64 `json:"toolchains"`
	Graves     int64 `json:"graves"`    // uninstalled trees that are not deleted yet
	Staging    int64 `json:"staging"`   // what is being installed, or was left
	Receipts   int64 `json:"receipts"`  // with the manifests
	Platforms  int64 `json:"platforms"` // toolchains of other platforms
	Other      int64 `json:"other"`     // links, shims, lists
	Total      int64 `json:"total"`
}

// Footprint measures the store, and what removing versions would free, see
// [Store.Measure]. It looks at each file once for both.
func (s *Store) Footprint(versions []gover.Version) (f Footprint, usage Usage) {
	r, all := s.removal(versions), newTally()
	// measure counts what is at paths and below, and directories alone.
	measure := func(paths []string, dirs ...string) int64 {
		before := all.taken
		for _, dir := range dirs {
			if info, err := os.Lstat(dir); err == nil {
				all.add(info)
			}
		}
		tallies(paths, func(path string, t *tally) {
			all.merge(t)
			r.add(path, t)
		})
		return all.taken - before
	}
	var graves, staged []string
	for _, path := range entriesOf(s.staging()) {
		if isGrave(path) {
			graves = append(graves, path)
		} else {
			staged = append(staged, path)
		}
	}
	toolchains, platforms := s.home.Toolchains(), filepath.Join(string(s.home), "platforms")
	other := slices.DeleteFunc(entriesOf(string(s.home)), func(path string) bool {
		return slices.Contains([]string{toolchains, s.staging(), s.receipts(), platforms}, path)
	})
	f.Toolchains = measure(entriesOf(toolchains), toolchains)
	f.Graves = measure(graves)
	f.Staging = measure(staged)
	f.Receipts = measure([]string{s.receipts()})
	f.Platforms = measure([]string{platforms})
	f.Other = measure(other, string(s.home), s.staging())
	f.Total = all.taken
	return f, r.usage()
}

// Unused returns what a sweep would remove: entries of staging whose lock is
// free and that no process runs from, and receipts without a toolchain.
func (s *Store) Unused() []string {
	var paths []string
	pending, pendingErr := s.Pending()
	for lock := range s.leftovers() {
		v, err := gover.Parse(lock)
		release, ok := s.tryLook(lock)
		if !ok {
			continue
		}
		entries, _ := os.ReadDir(s.staging())
		for _, entry := range entries {
			path := filepath.Join(s.staging(), entry.Name())
			if owner(entry.Name()) == lock && (!isGrave(path) || err != nil || pending[v] == nil && pendingErr == nil) {
				paths = append(paths, path)
			}
		}
		if err == nil && s.lacks(v) {
			paths = append(paths, s.receiptFile(v), s.sumsFile(v))
		}
		release()
	}
	return paths
}
