package store

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/gosw/gosw/internal/gover"
)

// A Usage says what removing things would free.
type Usage struct {
	Versions  []int64 // bytes that each version alone would free
	Leftovers int64   // bytes of what killed processes left
	Total     int64   // bytes that all of it together would free
}

// Measure returns what removing versions, and the sweep that comes with it,
// would free on the disk. A file that something else shares, such as another
// version by a hard link or as a clone, frees nothing; one that several of the
// versions share is counted once, in the total. Fresh is for those who are about to
// remove them: all files are looked at then, whatever was found out before.
func (s *Store) Measure(versions []gover.Version, fresh bool) Usage {
	return s.measure(s.survey(fresh), versions)
}

// measure is Measure by a survey, if there is one.
func (s *Store) measure(known *survey, versions []gover.Version) Usage {
	if known == nil || slices.ContainsFunc(versions, func(v gover.Version) bool { return known.find(s.home, v) < 0 }) {
		return s.measureNow(versions)
	}
	var usage Usage
	for _, v := range versions {
		bytes := known.freed(known.choose(s.home, []gover.Version{v}), false)
		proof := newTally()
		for _, path := range []string{s.receiptFile(v), s.sumsFile(v)} {
			if facts, ok := lookAt(path); ok {
				proof.see(facts)
			}
		}
		usage.Versions = append(usage.Versions, bytes+proof.freed(nil))
		usage.Total += proof.freed(nil)
	}
	left := newTally()
	for _, path := range s.Unused() {
		left.add(path)
	}
	usage.Leftovers = left.freed(nil)
	usage.Total += usage.Leftovers + known.freed(known.choose(s.home, versions), true)
	return usage
}

// measureNow is Measure where there is no survey.
func (s *Store) measureNow(versions []gover.Version) Usage {
	var usage Usage
	all := newTally()
	for _, v := range versions {
		one := newTally()
		for _, path := range []string{s.home.Dir(v), s.receiptFile(v), s.sumsFile(v)} {
			one.add(path)
		}
		all.merge(one)
		usage.Versions = append(usage.Versions, one.freed(nil))
	}
	left := newTally()
	for _, path := range s.Unused() {
		left.add(path)
	}
	all.merge(left)
	usage.Leftovers, usage.Total = left.freed(nil), all.freed(s.elsewhere(versions, all))
	return usage
}

// elsewhere counts the toolchains that stay when versions go, in all stores of
// the root, if all of what goes has clones that they might share.
func (s *Store) elsewhere(versions []gover.Version, all *tally) *tally {
	stay := newTally()
	if len(all.extents) == 0 {
		return stay
	}
	for _, home := range s.family() {
		installed, _ := home.Installed()
		for _, v := range installed {
			if home != s.home || !slices.Contains(versions, v) {
				stay.add(home.Dir(v))
			}
		}
	}
	return stay
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

// A fileID is the device and inode of a file.
type fileID struct{ device, inode uint64 }
