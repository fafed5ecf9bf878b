package store

import (
	"cmp"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// A survey is what the toolchains of a root take on the disk, and what they share
// with each other, without the names of their files: enough to tell for any of them
// together what they take, and what it would free to remove them.
type survey struct {
	trees []tree
	parts []part
}

// A tree is a toolchain in one of the stores of a root.
type tree struct {
	home    toolchain.Home
	version gover.Version
}

func (t tree) dir() string { return t.home.Dir(t.version) }

// A part is the files, or the blocks of clones, that the very same trees have.
type part struct {
	bytes int64
	names uint64 // that each of the files has, anywhere; 0 for clones
	in    []share
}

// A share is how often a tree has each file of a part.
type share struct {
	tree  int
	names uint64
}

// taken returns the bytes that chosen trees take together.
func (s *survey) taken(chosen func(int) bool) (bytes int64) {
	for _, p := range s.parts {
		if slices.ContainsFunc(p.in, func(in share) bool { return chosen(in.tree) }) {
			bytes += p.bytes
		}
	}
	return bytes
}

// freed returns the bytes that are free if chosen trees go: of files whose every
// name is in them, and if clones count, of those that are in them more than once
// and nowhere else.
func (s *survey) freed(chosen func(int) bool, clones bool) (bytes int64) {
	for _, p := range s.parts {
		var seen uint64
		elsewhere := false
		for _, in := range p.in {
			if chosen(in.tree) {
				seen += in.names
			} else {
				elsewhere = true
			}
		}
		switch {
		case seen == 0:
		case p.names > 0 && seen >= p.names, p.names == 0 && clones && seen > 1 && !elsewhere:
			bytes += p.bytes
		}
	}
	return bytes
}

// choose returns what tells the trees of versions of a store.
func (s *survey) choose(home toolchain.Home, versions []gover.Version) func(tree int) bool {
	chosen := make([]bool, len(s.trees))
	for _, v := range versions {
		if i := s.find(home, v); i >= 0 {
			chosen[i] = true
		}
	}
	return func(tree int) bool { return chosen[tree] }
}

// find returns where a version of a store is in trees, -1 if it is not.
func (s *survey) find(home toolchain.Home, v gover.Version) int {
	return slices.Index(s.trees, tree{home, v})
}

// treesOf returns the toolchains of homes, in an order that is always the same.
func treesOf(homes []toolchain.Home) []tree {
	var trees []tree
	for _, home := range homes {
		versions, _ := home.Installed()
		for _, v := range versions {
			trees = append(trees, tree{home, v})
		}
	}
	slices.SortFunc(trees, func(a, b tree) int {
		return cmp.Or(cmp.Compare(a.home, b.home), gover.Compare(a.version, b.version))
	})
	return trees
}

// A surveyor looks at each file of trees, once for all trees that have it.
type surveyor struct {
	mu     sync.RWMutex
	files  map[fileID]found
	clones map[place]found
	sets   [][]share         // that files are in
	known  map[string]int    // by what they have
	steps  map[[3]uint64]int // the set after another one, a tree, and its names
	loose  []int64           // of each tree, what is in no other and has one name
}

// A found is a file, or a run of blocks, that may be in several trees.
type found struct {
	names uint64
	bytes int64
	set   int
}

// look surveys trees.
func look(trees []tree) *survey {
	s := &surveyor{
		files: make(map[fileID]found), clones: make(map[place]found),
		sets: [][]share{nil}, known: map[string]int{"": 0}, steps: make(map[[3]uint64]int), loose: make([]int64, len(trees)),
	}
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, t := range trees {
		group.Go(func() error {
			one := newTally()
			one.addUnknown(t.dir(), s.fileFacts)
			s.merge(i, one)
			return nil
		})
	}
	_ = group.Wait() // none fails
	return &survey{trees, s.parts()}
}

// fileFacts returns what is known of a file with several names.
func (s *surveyor) fileFacts(id fileID) (fileFacts, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	f, ok := s.files[id]
	return fileFacts{id: id, names: f.names, bytes: f.bytes}, ok
}

// merge adds what was counted in a tree.
func (s *surveyor) merge(tree int, one *tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loose[tree] = one.loose
	for id, c := range one.files {
		f := s.files[id]
		s.files[id] = found{c.names, c.bytes, s.step(f.set, tree, c.seen)}
	}
	for p, c := range one.extents {
		f := s.clones[p]
		s.clones[p] = found{0, c.bytes, s.step(f.set, tree, c.seen)}
	}
}

// step returns the number of the set that has what another one has, and a tree.
func (s *surveyor) step(set, tree int, names uint64) int {
	key := [3]uint64{uint64(set), uint64(tree), names}
	if next, ok := s.steps[key]; ok {
		return next
	}
	shares := append(slices.Clone(s.sets[set]), share{tree, names})
	slices.SortFunc(shares, func(a, b share) int { return a.tree - b.tree })
	text := string(appendShares(nil, shares))
	next, ok := s.known[text]
	if !ok {
		next = len(s.sets)
		s.sets, s.known[text] = append(s.sets, shares), next
	}
	s.steps[key] = next
	return next
}

func appendShares(text []byte, shares []share) []byte {
	for _, in := range shares {
		text = strconv.AppendInt(append(text, ' '), int64(in.tree), 10)
		text = strconv.AppendUint(append(text, ' '), in.names, 10)
	}
	return text
}

// parts sums up what was found, in an order that is always the same.
func (s *surveyor) parts() []part {
	type kind struct {
		set   int
		names uint64
	}
	sums := make(map[kind]int64)
	for _, found := range s.files {
		sums[kind{found.set, found.names}] += found.bytes
	}
	for _, found := range s.clones {
		sums[kind{found.set, 0}] += found.bytes
	}
	var parts []part
	for tree, bytes := range s.loose {
		parts = append(parts, part{bytes, 1, []share{{tree, 1}}})
	}
	for k, bytes := range sums {
		parts = append(parts, part{bytes, k.names, s.sets[k.set]})
	}
	slices.SortFunc(parts, func(a, b part) int {
		return slices.Compare(a.numbers(), b.numbers())
	})
	return parts
}

func (p part) numbers() []int64 {
	numbers := []int64{int64(p.names), p.bytes}
	for _, in := range p.in {
		numbers = append(numbers, int64(in.tree), int64(in.names))
	}
	return numbers
}
