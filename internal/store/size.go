package store

import (
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/gover"
)

// A Size is what a toolchain takes on the disk, in bytes of blocks.
type Size struct {
	Own    int64 `json:"own"`    // of what nothing else has
	Shared int64 `json:"shared"` // of what something else has as well: by hard links, or as clones
}

// Sizes returns the size of each of versions, and what all of them take together:
// what several share counts once there. What does not exist takes nothing. Which
// blocks are those of clones is known on XFS, Btrfs and bcachefs; where the kernel
// can't tell they count as own.
func (s *Store) Sizes(versions []gover.Version) (sizes []Size, total int64) {
	known := s.survey(false)
	if known == nil || slices.ContainsFunc(versions, func(v gover.Version) bool { return known.find(s.home, v) < 0 }) {
		return s.sizesNow(versions)
	}
	chosen := known.choose(s.home, versions)
	for _, v := range versions {
		alone := known.choose(s.home, []gover.Version{v})
		own := known.freed(alone, false)
		sizes = append(sizes, Size{own, known.taken(alone) - own})
	}
	return sizes, known.taken(chosen)
}

// sizesNow is Sizes where there is no survey.
func (s *Store) sizesNow(versions []gover.Version) (sizes []Size, total int64) {
	sizes = make([]Size, len(versions))
	var (
		mu    sync.Mutex
		all   = newTally()
		group errgroup.Group
	)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, v := range versions {
		group.Go(func() error {
			one := newTally()
			one.add(s.home.Dir(v))
			own := one.freed(nil)
			mu.Lock()
			defer mu.Unlock()
			sizes[i] = Size{own, one.taken() - own}
			all.merge(one)
			return nil
		})
	}
	_ = group.Wait() // none fails
	return sizes, all.taken()
}

// A place is where on which device an extent begins.
type place struct{ device, physical uint64 }

// An extent is a run of blocks.
type extent struct {
	place place
	bytes int64
}

// fileFacts are what a walk tells of a file or folder.
type fileFacts struct {
	id     fileID // zero where that can't be told
	names  uint64 // 1 for a folder
	bytes  int64  // of its blocks, clones included
	folder bool
	// clones are blocks that other files have, too, if they were asked for.
	clones []extent
}

// A tally counts files and extents, each once.
type tally struct {
	files   map[fileID]*counted
	extents map[place]*counted
	loose   int64 // bytes of files of which each is its own
}

type counted struct {
	seen, names uint64 // names that were come across, and all there are
	bytes       int64
}

func newTally() *tally {
	return &tally{files: make(map[fileID]*counted), extents: make(map[place]*counted)}
}

// add counts what is at path and below.
func (t *tally) add(path string) { t.addUnknown(path, nil) }

// addUnknown is add, but that it looks only at files that known does not know.
func (t *tally) addUnknown(path string, known func(fileID) (fileFacts, bool)) {
	walkUnknown(path, true, known, t.see)
}

// see counts a file or folder.
func (t *tally) see(f fileFacts) {
	if c := t.files[f.id]; c != nil && f.names > 1 {
		c.seen++
		return
	}
	bytes := f.bytes
	for _, e := range f.clones {
		bytes -= e.bytes
		t.count(e.place, counted{1, 0, e.bytes})
	}
	if bytes = max(bytes, 0); f.names > 1 {
		t.files[f.id] = &counted{1, f.names, bytes}
	} else {
		t.loose += bytes
	}
}

func (t *tally) count(p place, c counted) {
	if known := t.extents[p]; known != nil {
		known.seen += c.seen
	} else {
		t.extents[p] = &c
	}
}

// merge adds what other has counted, which lies elsewhere.
func (t *tally) merge(other *tally) {
	t.loose += other.loose
	for id, c := range other.files {
		if known := t.files[id]; known != nil {
			known.seen += c.seen
		} else {
			again := *c
			t.files[id] = &again
		}
	}
	for p, c := range other.extents {
		t.count(p, *c)
	}
}

// taken returns the bytes that all of it takes.
func (t *tally) taken() int64 {
	bytes := t.loose
	for _, c := range t.files {
		bytes += c.bytes
	}
	for _, c := range t.extents {
		bytes += c.bytes
	}
	return bytes
}

// freed returns the bytes that are free if all of it goes: of files whose every
// name was counted, and of clones that were counted more than once and that
// elsewhere, if it is known, does not have. Clones of which nobody here knows who
// shares them are taken for shared.
func (t *tally) freed(elsewhere *tally) int64 {
	bytes := t.loose
	for _, c := range t.files {
		if c.seen >= c.names {
			bytes += c.bytes
		}
	}
	if elsewhere == nil {
		return bytes
	}
	for p, c := range t.extents {
		if c.seen > 1 && elsewhere.extents[p] == nil {
			bytes += c.bytes
		}
	}
	return bytes
}
