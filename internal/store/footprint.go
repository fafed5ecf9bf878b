package store

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/gosw/gosw/internal/gover"
)

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
// [Store.Measure].
func (s *Store) Footprint(versions []gover.Version) (Footprint, Usage) {
	known := s.survey(false)
	usage := s.measure(known, versions)
	if known != nil {
		if f, ok := s.footprint(known); ok {
			return f, usage
		}
	}
	return s.footprintNow(), usage
}

// footprint is Footprint by a survey. It can't tell if what is beside toolchains
// shares files with them.
func (s *Store) footprint(known *survey) (f Footprint, ok bool) {
	skip := make(map[string]bool)
	for _, one := range known.trees {
		skip[one.dir()] = true
	}
	platforms := filepath.Join(string(s.home), "platforms")
	parts := map[string]*int64{s.home.Toolchains(): &f.Toolchains, s.receipts(): &f.Receipts, platforms: &f.Platforms}
	all := newTally()
	entries, _ := os.ReadDir(string(s.home))
	for _, entry := range entries {
		path := filepath.Join(string(s.home), entry.Name())
		part := parts[path]
		if part == nil {
			part = &f.Other
		}
		if path != s.staging() { // where nothing is
			before := all.taken()
			all.addBeside(path, entry.IsDir(), skip)
			*part += all.taken() - before
		}
	}
	mine := func(i int) bool { return known.trees[i].home == s.home }
	below := func(i int) bool { return mine(i) || filepath.Dir(string(known.trees[i].home)) == platforms }
	f.Toolchains += known.taken(mine)
	f.Platforms += known.taken(below) - known.taken(mine)
	f.Total = f.Toolchains + f.Receipts + f.Platforms + f.Other
	return f, len(all.files) == 0
}

// addBeside counts what is at path and below, but for folders to skip.
func (t *tally) addBeside(path string, folder bool, skip map[string]bool) {
	if skip[path] {
		return
	}
	if facts, ok := lookAt(path); ok {
		t.see(facts)
	}
	if !folder { // which could be a FIFO
		return
	}
	entries, _ := os.ReadDir(path)
	for _, entry := range entries {
		t.addBeside(filepath.Join(path, entry.Name()), entry.IsDir(), skip)
	}
}

// footprintNow is Footprint where there is no survey.
func (s *Store) footprintNow() Footprint {
	var f Footprint
	all := newTally()
	measure := func(part *int64, paths ...string) {
		before := all.taken()
		for _, path := range paths {
			one := newTally()
			one.add(path)
			all.merge(one)
		}
		*part = all.taken() - before
	}
	measure(&f.Toolchains, s.home.Toolchains())
	var graves, staged []string
	entries, _ := os.ReadDir(s.staging())
	for _, entry := range entries {
		if path := filepath.Join(s.staging(), entry.Name()); isGrave(path) {
			graves = append(graves, path)
		} else {
			staged = append(staged, path)
		}
	}
	measure(&f.Graves, graves...)
	measure(&f.Staging, staged...)
	measure(&f.Receipts, s.receipts())
	measure(&f.Platforms, filepath.Join(string(s.home), "platforms"))
	known := []string{filepath.Base(s.home.Toolchains()), filepath.Base(s.staging()), filepath.Base(s.receipts()), "platforms"}
	var others []string
	entries, _ = os.ReadDir(string(s.home))
	for _, entry := range entries {
		if !slices.Contains(known, entry.Name()) {
			others = append(others, filepath.Join(string(s.home), entry.Name()))
		}
	}
	measure(&f.Other, others...)
	f.Total = all.taken()
	return f
}

// DiskUsage returns the bytes of blocks of what is at path and below; what is
// not there takes nothing.
func DiskUsage(path string) int64 {
	t := newTally()
	t.add(path)
	return t.taken()
}
