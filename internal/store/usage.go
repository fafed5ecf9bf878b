package store

import (
	"io/fs"
	"os"
	"path/filepath"

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
// version by a hard link, frees nothing; one that several of the versions share
// is counted once, in the total.
func (s *Store) Measure(versions []gover.Version) Usage {
	var usage Usage
	all := make(tally)
	for _, v := range versions {
		one := make(tally)
		for _, path := range []string{s.home.Dir(v), s.receiptFile(v), s.sumsFile(v)} {
			one.add(path)
			all.add(path)
		}
		usage.Versions = append(usage.Versions, one.freed())
	}
	left := make(tally)
	for _, path := range s.unused() {
		left.add(path)
		all.add(path)
	}
	usage.Leftovers, usage.Total = left.freed(), all.freed()
	return usage
}

// unused returns what a sweep would remove: entries of staging whose lock is
// free and that no process runs from, and receipts without a toolchain.
func (s *Store) unused() []string {
	var paths []string
	pending := s.Pending()
	for lock := range s.leftovers() {
		v, err := gover.Parse(lock)
		release, ok := s.tryLock(lock)
		if !ok {
			continue
		}
		entries, _ := os.ReadDir(s.staging())
		for _, entry := range entries {
			path := filepath.Join(s.staging(), entry.Name())
			if owner(entry.Name()) == lock && (!isGrave(path) || err != nil || pending[v] == nil) {
				paths = append(paths, path)
			}
		}
		if err == nil && !s.home.Has(v) {
			paths = append(paths, s.receiptFile(v), s.sumsFile(v))
		}
		release()
	}
	return paths
}

// A fileID is the device and inode of a file.
type fileID struct{ device, inode uint64 }

// A tally counts the names and bytes of files.
type tally map[fileID]*struct {
	names, links uint64 // seen, and all there are
	bytes        int64
}

func (t tally) add(path string) {
	_ = filepath.WalkDir(path, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // what is gone takes no space
		}
		info, err := entry.Info()
		if err != nil {
			return nil
		}
		id, names, bytes := measure(info)
		if info.IsDir() || id == (fileID{}) {
			names = 1 // a folder's other names are its own entries
		}
		if id == (fileID{}) {
			id.inode = uint64(len(t)) + 1
		}
		if t[id] == nil {
			t[id] = &struct {
				names, links uint64
				bytes        int64
			}{links: names, bytes: bytes}
		}
		t[id].names++
		return nil
	})
}

// freed returns the bytes of the files whose every name was counted.
func (t tally) freed() (bytes int64) {
	for _, file := range t {
		if file.names >= file.links {
			bytes += file.bytes
		}
	}
	return bytes
}
