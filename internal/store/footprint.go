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
	f, sure := s.footprint(known)
	if !sure {
		f, _ = s.footprint(nil)
	}
	return f, usage
}

// footprint is Footprint with what a survey says of toolchains, if there is one. It
// is not sure if what is beside them shares files with them.
func (s *Store) footprint(known *survey) (f Footprint, sure bool) {
	all, skip := newTally(), make(map[string]bool)
	sum := int64(0) // so far
	measure := func(part *int64, path string) {
		if known != nil {
			all.addBeside(path, skip)
		} else {
			all.add(path)
		}
		before := sum
		sum = all.taken()
		*part += sum - before
	}
	platforms := filepath.Join(string(s.home), "platforms")
	if known != nil {
		for _, one := range known.trees {
			skip[one.dir()] = true
		}
		mine := func(i int) bool { return known.trees[i].home == s.home }
		below := func(i int) bool { return mine(i) || filepath.Dir(string(known.trees[i].home)) == platforms }
		f.Toolchains = known.taken(mine)
		f.Platforms = known.taken(below) - f.Toolchains
	}
	measure(&f.Toolchains, s.home.Toolchains())
	var staged []string
	entries, _ := os.ReadDir(s.staging())
	for _, entry := range entries {
		if path := filepath.Join(s.staging(), entry.Name()); isGrave(path) {
			measure(&f.Graves, path)
		} else {
			staged = append(staged, path)
		}
	}
	for _, path := range staged {
		measure(&f.Staging, path)
	}
	measure(&f.Receipts, s.receipts())
	measure(&f.Platforms, platforms)
	parts := []string{s.home.Toolchains(), s.staging(), s.receipts(), platforms}
	entries, _ = os.ReadDir(string(s.home))
	for _, entry := range entries {
		if path := filepath.Join(string(s.home), entry.Name()); !slices.Contains(parts, path) {
			measure(&f.Other, path)
		}
	}
	f.Total = f.Toolchains + f.Graves + f.Staging + f.Receipts + f.Platforms + f.Other
	return f, known == nil || len(all.files) == 0
}

// addBeside counts what is at path and below, but for folders to skip.
func (t *tally) addBeside(path string, skip map[string]bool) {
	if skip[path] {
		return
	}
	facts, ok := lookAt(path)
	if ok {
		t.see(facts)
	}
	if !facts.folder { // which could be a FIFO
		return
	}
	entries, _ := os.ReadDir(path)
	for _, entry := range entries {
		t.addBeside(filepath.Join(path, entry.Name()), skip)
	}
}

// DiskUsage returns the bytes of blocks of what is at path and below; what is
// not there takes nothing.
func DiskUsage(path string) int64 {
	t := newTally()
	t.add(path)
	return t.taken()
}
