package tree

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/mod/module"
	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/goroot"
)

// Bounds on what a tree of somebody else may make us do.
const (
	maxEntries = 250_000 // Go ships 17,000; a module cache may be in there
	maxDepth   = 64      // directories within each other; Go has 12
	maxLength  = 1 << 40 // bytes of a file that are counted
)

// A Regular is a regular file of a tree, the left-out directories excepted.
type Regular struct {
	Path string // below the tree
	Name string // in a module zip, without the prefix
	Size int64  // when it was listed or, in a sealed tree, read

	Hashed bool // so that Sum and CRC hold
	Sum    [32]byte
	CRC    uint32 // not of a sealed tree
	Err    error  // why it could not be read

	mode   fs.FileMode // when it was read
	listed fs.FileInfo // nil in a sealed tree
}

// A Tree is what lies below a directory.
type Tree struct {
	Files []*Regular // directory by directory
	Bytes int64      // of all files, as they were listed

	// Cached says that it is a directory of the module cache: each go.mod has the
	// name _go.mod, as in the zip. The go command puts a copy beside it when it
	// runs such a toolchain; these are in copies, by the name of their _go.mod.
	Cached bool
	copies map[string]*Regular

	LeftOut   []string // directories that are not part of the module
	Uncovered int      // files in there

	root *os.Root
	// sealed says that it is one of a store: it has the files of the module and no
	// others, with their modes. Elsewhere modes don't count, and what is read has
	// to be what was listed.
	sealed  bool
	dirs    map[string]fs.FileMode // that were listed
	odd     []oddEntry
	entries int
}

// An oddEntry is no regular file, has a name that no zip has, or can't be read.
type oddEntry struct {
	path   string
	kind   Kind // Type is Extra where the release has nothing of that name
	detail string
	dir    bool
}

// Walk lists the tree at root, whoever has made it and changes it meanwhile. Root
// has to stay open for [Tree.Hash].
func Walk(ctx context.Context, root *os.Root) (*Tree, error) { return walk(ctx, root, false) }

// Sealed lists and hashes the tree of a store at dir. What can't be read is no error.
func Sealed(ctx context.Context, dir string) (*Tree, error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	} else if err != nil {
		return &Tree{sealed: true, odd: []oddEntry{{".", Unreadable, reason(err), true}}}, nil
	}
	defer root.Close()
	t, err := walk(ctx, root, true)
	if err == nil {
		err = t.Hash(ctx, t.Files, nil)
	}
	return t, err
}

func walk(ctx context.Context, root *os.Root, sealed bool) (*Tree, error) {
	dir, err := OpenDir(root)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	l := &lister{Tree: &Tree{root: root, sealed: sealed, dirs: make(map[string]fs.FileMode)}, dir: dir}
	l.group.SetLimit(runtime.GOMAXPROCS(0))
	l.group.Go(func() error { return l.list(ctx, branch{path: "."}) })
	if err := l.group.Wait(); err != nil {
		return nil, err
	}
	t := l.Tree
	slices.Sort(t.LeftOut)
	t.nameFiles()
	return t, nil
}

// A lister lists directories side by side.
type lister struct {
	*Tree
	dir   *Dir
	group errgroup.Group
	mu    sync.Mutex // on the tree
}

// A branch is a directory that is still to be listed.
type branch struct {
	path    string
	listed  fs.FileInfo // nil for the tree itself, and in a sealed one
	leftOut bool
	depth   int
}

// list adds what is in a directory and below.
func (l *lister) list(ctx context.Context, b branch) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	below, err := l.read(b)
	if err != nil {
		return err
	}
	for _, next := range below {
		do := func() error { return l.list(ctx, next) }
		if !l.group.TryGo(do) { // all others are busy
			if err := do(); err != nil {
				return err
			}
		}
	}
	return nil
}

// read adds what is in a directory and returns its directories.
func (l *lister) read(b branch) (below []branch, err error) {
	raw, err := l.dir.Open(b.path)
	if err != nil {
		return nil, l.unlisted(b, err)
	}
	f := raw.file(b.path)
	defer f.Close()
	st, err := raw.Stat()
	if err == nil && (!st.Mode.IsDir() || b.listed != nil && !raw.is(b.listed)) {
		err = errChanging
	}
	for err == nil {
		var entries []fs.DirEntry
		entries, err = l.entriesOf(f)
		l.mu.Lock()
		if l.entries += len(entries); l.entries > maxEntries && !l.sealed {
			l.mu.Unlock()
			return nil, fmt.Errorf("more than %d files: no release of Go has so many", maxEntries)
		}
		for _, entry := range entries {
			if next, ok := l.add(b, entry); ok {
				below = append(below, next)
			}
		}
		l.mu.Unlock()
	}
	if !errors.Is(err, io.EOF) {
		return below, l.unlisted(b, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dirs[b.path] = st.Mode
	return below, nil
}

// entriesOf reads on in a directory, to [io.EOF]. In a sealed tree, what the directory
// itself says of its files is enough.
func (l *lister) entriesOf(f *os.File) ([]fs.DirEntry, error) {
	if l.sealed {
		entries, err := f.ReadDir(-1)
		return entries, cmp.Or(err, io.EOF)
	}
	infos, err := f.Readdir(1024)
	entries := make([]fs.DirEntry, len(infos))
	for i, info := range infos {
		entries[i] = fs.FileInfoToDirEntry(info)
	}
	return entries, err
}

// unlisted notes a directory that can't be listed. That is an error only for
// somebody else's tree as a whole, and nothing where nothing of it is covered.
func (l *lister) unlisted(b branch, err error) error {
	if b.path == "." && !l.sealed || isOurs(err) {
		return &fs.PathError{Op: "open", Path: l.abs(b.path), Err: err}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !b.leftOut {
		l.odd = append(l.odd, oddEntry{b.path, Unreadable, reason(err), true})
	}
	return nil
}

// add takes note of an entry, and returns it if it is a directory to look into.
func (l *lister) add(b branch, entry fs.DirEntry) (branch, bool) {
	name, isDir := entry.Name(), entry.IsDir()
	if b.path != "." {
		name = b.path + "/" + name
	}
	out := b.leftOut || isDir && !l.sealed && !goroot.InModule(name)
	var listed fs.FileInfo
	if !l.sealed {
		listed, _ = entry.Info() // which is there already
	}
	switch {
	case isDir && b.depth >= maxDepth:
		l.odd = append(l.odd, oddEntry{name, Type, "too deep", true})
	case isDir:
		if out && !b.leftOut {
			l.LeftOut = append(l.LeftOut, name)
		}
		return branch{name, listed, out, b.depth + 1}, true
	case out:
		l.Uncovered++
	case !entry.Type().IsRegular():
		l.odd = append(l.odd, oddEntry{name, Type, TypeName(entry.Type()), false})
	case !l.sealed && module.CheckFilePath(name) != nil:
		l.odd = append(l.odd, oddEntry{name, Extra, "", false})
	default:
		f := &Regular{Path: name, listed: listed}
		if listed != nil {
			f.Size = listed.Size()
			l.Bytes += min(f.Size, maxLength)
		}
		l.Files = append(l.Files, f)
	}
	return branch{}, false
}

// Forget takes files out of the tree that are no part of the release, as if they were
// in a directory that is left out.
func (t *Tree) Forget(added func(path string) bool) {
	t.Files = slices.DeleteFunc(t.Files, func(f *Regular) bool {
		if !added(f.Path) {
			return false
		}
		t.Bytes -= min(f.Size, maxLength)
		t.leaveOut(f.Path)
		return true
	})
	t.odd = slices.DeleteFunc(t.odd, func(o oddEntry) bool {
		if !added(o.path) {
			return false
		}
		t.leaveOut(o.path)
		return true
	})
	slices.Sort(t.LeftOut)
}

// leaveOut counts a file, and names it or the directory that it is in.
func (t *Tree) leaveOut(file string) {
	if first, _, _ := strings.Cut(file, "/"); first != "bin" {
		file = first
	}
	if t.Uncovered++; !slices.Contains(t.LeftOut, file) {
		t.LeftOut = append(t.LeftOut, file)
	}
}

func (t *Tree) abs(path string) string { return filepath.Join(t.root.Name(), filepath.FromSlash(path)) }

// nameFiles gives each file the name that it has in a zip. Which of go.mod and
// _go.mod is the original depends on who made the tree.
func (t *Tree) nameFiles() {
	originals, others := make(map[string]bool), 0
	for _, f := range t.Files {
		switch path.Base(f.Path) {
		case "_go.mod":
			originals[f.Path] = true
		case "go.mod":
			others++
		}
	}
	t.Cached = !t.sealed && 2*len(originals) > others
	t.copies = make(map[string]*Regular)
	t.Files = slices.DeleteFunc(t.Files, func(f *Regular) bool {
		if f.Name = t.nameOf(f.Path); f.Name != "" {
			return false
		}
		if original := path.Join(path.Dir(f.Path), "_go.mod"); t.Cached && originals[original] {
			t.copies[original] = f
		} else {
			t.odd = append(t.odd, oddEntry{f.Path, Extra, "", false})
		}
		return true
	})
}

// nameOf returns what a zip calls the file of this tree, "" for what a zip
// can't have.
func (t *Tree) nameOf(file string) string {
	switch base := path.Base(file); {
	case t.Cached && base == "go.mod", !t.Cached && base == "_go.mod":
		return ""
	case t.Cached:
		return file
	}
	return goroot.Name(file)
}

// pathOf returns the path in this tree of what a zip calls name.
func (t *Tree) pathOf(name string) string {
	if t.Cached {
		return name
	}
	return goroot.Path(name)
}

// OpenIn opens a file or directory below root, and nothing that a link leads to. It has
// to be the one that was listed, unless that is nil.
func OpenIn(root *os.Root, name string, listed fs.FileInfo) (*os.File, error) {
	dir, err := OpenDir(root)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	raw, err := dir.Open(name)
	if err == nil && listed != nil && !raw.is(listed) {
		raw.Close()
		err = errChanging
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return raw.file(name), nil
}
