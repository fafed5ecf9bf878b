package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/tree"
)

// A Sibling is an installed toolchain from which a tree is assembled that has
// mostly the same files. It needs no lock: its files are never written to, it
// has them open while it reads them, and what it has read it hashes.
type Sibling struct {
	store   *Store // for which the tree is built
	version gover.Version
	user    int                 // that runs gosw
	sums    map[string][32]byte // of its manifest, by path
	paths   func() map[[32]byte]string

	mu     sync.RWMutex // held to read by those who use what follows
	closed bool
	tree   *handle  // the toolchain
	into   *handle  // the tree that is being built
	root   *os.Root // the same, as it was given

	readers sync.Pool // of *reader
}

// sibling opens the toolchain from which v is best assembled in root, an empty
// directory of staging: the nearest installed patch of its line, else of the
// line before it, else of the one after. It looks into this store and into those
// that belong to the same root (the root itself, and each platforms/<os>-<arch>
// below it) and are on the same file system; there v itself is the nearest. It
// returns nil if there is none, or it can't be had. The caller closes it before the
// tree is published.
func (s *Store) sibling(v gover.Version, root *os.Root) *Sibling {
	if s.check(Write) != nil { // who else can write may have the files open
		return nil
	}
	for _, c := range s.candidates(v) {
		if b, err := s.openSibling(c.home, c.version, root); err == nil {
			return b
		}
	}
	return nil
}

// Close ends it. What was shared stays. There is nothing to do if b is nil.
func (b *Sibling) Close() error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	return errors.Join(b.tree.Close(), b.into.Close())
}

// A candidate is an installed toolchain that might be a sibling.
type candidate struct {
	home    toolchain.Home
	version gover.Version
}

// candidates returns the toolchains that share files with v, those first that
// share the most.
func (s *Store) candidates(v gover.Version) []candidate {
	var all []candidate
	homes, _ := s.family()
	for _, home := range homes {
		versions, _ := home.Installed() // one that can't be listed has none to offer
		for _, w := range versions {
			if (w != v || home != s.home) && nearLine(v, w) {
				all = append(all, candidate{home, w})
			}
		}
	}
	slices.SortStableFunc(all, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(kinship(v, x.version), kinship(v, y.version)), compareNear(v, x.version, y.version))
	})
	return all
}

// nearLine reports whether two versions are of one line or of neighbours. Those
// further apart have little in common, and to read all of one costs more.
func nearLine(v, w gover.Version) bool {
	return max(v.Minor()-w.Minor(), w.Minor()-v.Minor()) <= 1
}

// kinship is 0 for v itself on another platform, 1 for its line, 2 for older
// lines, 3 for newer ones.
func kinship(v, w gover.Version) int {
	switch {
	case w == v:
		return 0
	case w.Line() == v.Line():
		return 1
	case gover.Compare(w, v) < 0:
		return 2
	}
	return 3
}

// compareNear orders two versions of one kinship to v, the nearer one first.
func compareNear(v, x, y gover.Version) int {
	switch kinship(v, x) {
	case 1:
		return cmp.Or(cmp.Compare(patches(v, x), patches(v, y)), gover.Compare(y, x))
	case 2:
		return gover.Compare(y, x)
	}
	return gover.Compare(x, y)
}

// patches returns how many patches of a line lie between two.
func patches(v, w gover.Version) int { return max(v.Patch()-w.Patch(), w.Patch()-v.Patch()) }

// family returns the stores of the root that s belongs to, s first.
func (s *Store) family() ([]toolchain.Home, error) {
	homes := []toolchain.Home{s.home}
	root := rootOf(s.home)
	platforms := filepath.Join(root, "platforms")
	entries, err := readDir(platforms)
	all := []toolchain.Home{toolchain.Home(root)}
	for _, entry := range entries {
		all = append(all, toolchain.Home(filepath.Join(platforms, entry.Name())))
	}
	for _, home := range all {
		if home != s.home && s.related(home) {
			homes = append(homes, home)
		}
	}
	return homes, err
}

// related reports whether the store at home belongs to the same root as s and
// is as safe as s.
func (s *Store) related(home toolchain.Home) bool {
	other := &Store{home: home}
	return rootOf(home) == rootOf(s.home) && other.check(Run) == nil && other.checkFormat() == nil
}

// rootOf returns the root that a store belongs to: itself, or that in whose
// platforms/ it lies.
func rootOf(home toolchain.Home) string {
	if above := filepath.Dir(string(home)); filepath.Base(above) == "platforms" {
		return filepath.Dir(above)
	}
	return string(home)
}

// openSibling opens w in the store at home. Its manifest has to be that of its
// receipt; what the receipt is worth shows when the new tree is proven.
func (s *Store) openSibling(home toolchain.Home, w gover.Version, root *os.Root) (*Sibling, error) {
	if err := s.step("share/open"); err != nil {
		return nil, err
	}
	m, err := (&Store{home: home}).ownManifest(w)
	if err != nil {
		return nil, err
	}
	into, err := openHandle(root)
	if err != nil {
		return nil, err
	}
	from, err := openTree(home.Dir(w))
	if err == nil && home != s.home && deviceOf(home.Dir(w)) != deviceOf(root.Name()) {
		err = errors.Join(fmt.Errorf("%s is on another file system", home), from.Close())
	}
	if err != nil {
		return nil, errors.Join(err, into.Close())
	}
	b := &Sibling{store: s, version: w, user: os.Geteuid(), tree: from, into: into, root: root, sums: make(map[string][32]byte, len(m.Files))}
	for _, f := range m.Files {
		b.sums[f.Path] = f.Sum
	}
	b.paths = sync.OnceValue(func() map[[32]byte]string {
		paths := make(map[[32]byte]string, len(m.Files))
		for _, f := range m.Files {
			paths[f.Sum] = f.Path
		}
		return paths
	})
	b.readers.New = func() any { return newReader() }
	return b, nil
}

// ownManifest returns the manifest of v if it is the one of its receipt.
func (s *Store) ownManifest(v gover.Version) (*tree.Manifest, error) {
	receipt, err := s.Receipt(v)
	if err != nil {
		return nil, err
	}
	sums, err := readFile(s.sumsFile(v))
	if err != nil {
		return nil, err
	}
	m, err := tree.ParseManifest(sums)
	if err == nil {
		err = receipt.agrees(v, m, true)
	}
	if err == nil && tree.H1(sums) != receipt.H1 {
		err = fmt.Errorf("%s: hashes to %s, the receipt has %s", s.sumsFile(v), tree.H1(sums), receipt.H1)
	}
	return m, err
}

// A handle is an open directory, below which files are opened and made.
type handle struct {
	*tree.Dir
	// byProc is set when a file was to be linked by its descriptor alone, and the
	// system wants that by way of /proc.
	byProc atomic.Bool
}

func openHandle(root *os.Root) (*handle, error) {
	dir, err := tree.OpenDir(root)
	return &handle{Dir: dir}, err
}

// deviceOf tells the file system of a directory from others. Where files are copied
// anyway, it is 0.
func deviceOf(dir string) uint64 {
	info, err := os.Stat(dir)
	if err != nil {
		return 0
	}
	id, _, _ := measure(info)
	return id.device
}

// openTree opens the directory at dir, and not what a link there leads to.
func openTree(dir string) (*handle, error) {
	named, err := os.Lstat(dir)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	opened, err := root.Stat(".")
	if err == nil && (!named.IsDir() || !os.SameFile(named, opened)) {
		err = &fs.PathError{Op: "open", Path: dir, Err: fs.ErrInvalid}
	}
	if err != nil {
		return nil, err
	}
	return openHandle(root)
}
