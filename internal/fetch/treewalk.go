package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/module"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/goroot"
	"github.com/gosw/gosw/internal/web"
)

// Bounds on what a tree of somebody else may make us do.
const (
	maxTreeEntries = 250_000 // Go ships 17,000; a module cache may be in there
	maxTreeDepth   = 64      // folders within each other; Go has 12
)

// A treeFile is a regular file of a GOROOT, the left-out folders excepted.
type treeFile struct {
	path string      // below the tree
	name string      // in a zip, without the prefix
	info fs.FileInfo // when it was listed

	hashed bool // so that sum and crc hold
	sum    [32]byte
	crc    uint32
	err    error // why it could not be read
}

// A goRoot is what is in a GOROOT that somebody else has made.
type goRoot struct {
	root  *os.Root
	files []*treeFile
	bytes int64 // of all files, of each at most one more than any release has

	// cached says that it is a folder of the module cache: each go.mod has the
	// name _go.mod, as in the zip. The go command puts a copy beside it when it
	// runs such a toolchain; these are in copies, by the name of their _go.mod.
	cached bool
	copies map[string]*treeFile

	odd       []oddEntry // what no zip of a toolchain can hold
	leftOut   []string   // folders that are not part of the module
	uncovered int        // files in there
	entries   int
}

// An oddEntry is no regular file, has a name that no zip has, or can't be read.
type oddEntry struct {
	path   string // below the tree; what can't be looked into ends with a slash
	kind   string // Type is Extra where the release has nothing of that name
	detail string
}

// isLeftOut reports whether a folder is in the archives that Go publishes, but
// not in the module of a release; see cmd/distpack.
func isLeftOut(dir string) bool {
	switch dir {
	case ".github", "api", "doc", "misc", "test":
		return true
	}
	return false
}

// A walk is one folder that is still to be listed.
type walk struct {
	path    string
	info    fs.FileInfo // nil for the tree itself
	leftOut bool
	depth   int
}

// walkGoRoot lists a tree. It follows no link, whoever changes the tree
// meanwhile: what is opened has to be what was listed.
func walkGoRoot(ctx context.Context, root *os.Root) (*goRoot, error) {
	t := &goRoot{root: root}
	todo := []walk{{path: "."}}
	for len(todo) > 0 {
		next := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		found, err := t.list(ctx, next)
		if err != nil {
			return nil, err
		}
		slices.Reverse(found) // so that folders come in their order
		todo = append(todo, found...)
	}
	slices.Sort(t.leftOut)
	t.nameFiles()
	return t, nil
}

// list adds what is in a folder and returns its folders.
func (t *goRoot) list(ctx context.Context, w walk) ([]walk, error) {
	dir, err := openListed(t.root, w.path, w.info)
	if err != nil {
		return nil, t.unlisted(w, err)
	}
	defer dir.Close()
	var folders []walk
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		entries, err := dir.ReadDir(1024)
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return folders, t.unlisted(w, err)
		}
		if t.entries += len(entries); t.entries > maxTreeEntries {
			return nil, fmt.Errorf("more than %d files: no release of Go has so many", maxTreeEntries)
		}
		for _, entry := range entries {
			info, err := entry.Info()
			if err != nil {
				return nil, err
			}
			if folder, ok := t.add(w, info); ok {
				folders = append(folders, folder)
			}
		}
	}
	slices.SortFunc(folders, func(x, y walk) int { return strings.Compare(x.path, y.path) })
	return folders, nil
}

// unlisted notes a folder that can't be listed. That is an error only for the
// tree as a whole, and nothing where nothing of it is covered.
func (t *goRoot) unlisted(w walk, err error) error {
	if w.info == nil {
		return err
	}
	if !w.leftOut {
		t.odd = append(t.odd, oddEntry{w.path + "/", Unreadable, web.CleanLine(withoutPath(err).Error())})
	}
	return nil
}

// add takes note of an entry of folder w, and returns it if it is a folder to
// look into.
func (t *goRoot) add(w walk, info fs.FileInfo) (walk, bool) {
	name := path.Join(w.path, info.Name())
	isDir := info.IsDir()
	out := w.leftOut || isDir && isLeftOut(name)
	switch {
	case isDir && w.depth >= maxTreeDepth:
		t.odd = append(t.odd, oddEntry{name + "/", Type, "too deep"})
		return walk{}, false
	case isDir:
		if out && !w.leftOut {
			t.leftOut = append(t.leftOut, name)
		}
		return walk{name, info, out, w.depth + 1}, true
	case out:
		t.uncovered++
	case !info.Mode().IsRegular():
		t.odd = append(t.odd, oddEntry{name, Type, typeWord(info.Mode())})
	case module.CheckFilePath(name) != nil:
		t.odd = append(t.odd, oddEntry{name, Extra, ""})
	default:
		t.files = append(t.files, &treeFile{path: name, info: info})
		t.bytes += min(info.Size(), archive.MaxUnpacked+1)
	}
	return walk{}, false
}

// nameFiles gives each file the name that it has in a zip. Which of go.mod and
// _go.mod is the original depends on who made the tree.
func (t *goRoot) nameFiles() {
	originals, others := make(map[string]bool), 0
	for _, f := range t.files {
		switch path.Base(f.path) {
		case "_go.mod":
			originals[f.path] = true
		case "go.mod":
			others++
		}
	}
	t.cached = 2*len(originals) > others
	t.copies = make(map[string]*treeFile)
	t.files = slices.DeleteFunc(t.files, func(f *treeFile) bool {
		if f.name = t.nameOf(f.path); f.name != "" {
			return false
		}
		if original := path.Join(path.Dir(f.path), "_go.mod"); t.cached && originals[original] {
			t.copies[original] = f
		} else {
			t.odd = append(t.odd, oddEntry{f.path, Extra, ""})
		}
		return true
	})
}

// nameOf returns what a zip calls the file of this tree, "" for what a zip
// can't have.
func (t *goRoot) nameOf(file string) string {
	switch base := path.Base(file); {
	case t.cached && base == "go.mod", !t.cached && base == "_go.mod":
		return ""
	case t.cached:
		return file
	}
	return goroot.Name(file)
}

// pathOf returns the path in this tree of what a zip calls name.
func (t *goRoot) pathOf(name string) string {
	if t.cached {
		return name
	}
	return goroot.Path(name)
}

// openListed opens what was listed, and nothing that took its place since.
func openListed(root *os.Root, name string, listed fs.FileInfo) (*os.File, error) {
	f, err := root.OpenFile(name, readFlags, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && listed != nil && !os.SameFile(info, listed) {
		err = errChanging
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// errChanging says that a tree is not at rest, so that nothing can be said
// about it.
var errChanging = errors.New("changed while it was read")

func typeWord(mode fs.FileMode) string {
	switch mode.Type() {
	case fs.ModeSymlink:
		return "symbolic link"
	case fs.ModeNamedPipe:
		return "pipe"
	case fs.ModeSocket:
		return "socket"
	case fs.ModeDir:
		return "folder"
	}
	return "device"
}

// withoutPath drops the path from an error whose message has it already.
func withoutPath(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
