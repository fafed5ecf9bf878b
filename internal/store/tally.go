package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"
)

// A fileID is the device and inode of a file.
type fileID struct{ device, inode uint64 }

// A tally adds up what files and directories take on the disk, in bytes of blocks,
// each file once, whatever names it has. Blocks that are shared in another way, as
// those of clones, count for each file that has them.
type tally struct {
	taken int64 // bytes of all of it
	alone int64 // bytes of what has no other name
	files map[fileID]counted
}

// A counted file has several names.
type counted struct {
	names, seen uint64 // all of them, and those that were counted
	bytes       int64
}

func newTally() *tally { return &tally{files: make(map[fileID]counted)} }

// tallyOf counts what is at path and below.
func tallyOf(path string) *tally {
	t := newTally()
	walkAll(path, t.add)
	return t
}

// walkAll calls visit with what is at path and below. What can't be looked at is
// passed over. A directory that is open gives all that is in it at two thirds of what
// [filepath.WalkDir] takes to look at it by paths.
func walkAll(path string, visit func(fs.FileInfo)) {
	if info, err := os.Lstat(path); err == nil {
		visit(info)
		if info.IsDir() {
			walkBelow(path, visit)
		}
	}
}

func walkBelow(dir string, visit func(fs.FileInfo)) {
	f, err := os.Open(dir)
	if err != nil {
		return
	}
	infos, _ := f.Readdir(-1)
	_ = f.Close()
	for _, info := range infos {
		visit(info)
		if info.IsDir() {
			walkBelow(filepath.Join(dir, info.Name()), visit)
		}
	}
}

// add adds one file or directory.
func (t *tally) add(info fs.FileInfo) {
	id, names, bytes := measure(info)
	if names <= 1 || info.IsDir() { // whose other names are its own entries
		t.alone += bytes
		t.taken += bytes
		return
	}
	t.count(id, counted{names, 1, bytes})
}

func (t *tally) count(id fileID, c counted) {
	known, ok := t.files[id]
	if !ok {
		t.taken += c.bytes
	}
	c.seen += known.seen
	t.files[id] = c
}

// merge adds what other has, which was counted elsewhere.
func (t *tally) merge(other *tally) {
	t.alone += other.alone
	t.taken += other.alone
	for id, c := range other.files {
		t.count(id, c)
	}
}

// freed returns the bytes that are free if all of it goes: those of files whose
// every name was counted.
func (t *tally) freed() int64 {
	bytes := t.alone
	for _, c := range t.files {
		if c.seen >= c.names {
			bytes += c.bytes
		}
	}
	return bytes
}

// tallies counts what is at each of paths, on all processors, and hands it to
// visit, in any order, but one at a time.
func tallies(paths []string, visit func(path string, t *tally)) {
	var (
		mu    sync.Mutex
		group errgroup.Group
	)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, path := range paths {
		group.Go(func() error {
			t := tallyOf(path)
			mu.Lock()
			defer mu.Unlock()
			visit(path, t)
			return nil
		})
	}
	_ = group.Wait() // none fails
}

// DiskUsage returns the bytes of blocks of what is at path and below; what is
// not there takes nothing.
func DiskUsage(path string) int64 { return tallyOf(path).taken }

// entriesOf returns the paths of what is in a directory.
func entriesOf(dir string) (paths []string) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		paths = append(paths, filepath.Join(dir, entry.Name()))
	}
	return paths
}
