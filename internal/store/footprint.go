package store

import (
	"os"
	"path/filepath"
	"slices"
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

// Footprint measures the store.
func (s *Store) Footprint() Footprint {
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
