package tree

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/goroot"
)

// Compare names what t has besides or instead of the wanted files, which have the
// names of a zip, and what it has not, sorted by path. A wanted file is as it should
// be if same says so. Where nothing is wanted, only what is no file of any release
// is named.
func Compare[V any](t *Tree, want map[string]V, same func(*Regular, V) bool) []Finding {
	c := &comparison{tree: t, taken: make(map[string]bool), dirs: map[string]bool{".": true}, extra: make(map[string]int)}
	for name := range want {
		for dir := parent(name); !c.dirs[dir]; dir = parent(dir) {
			c.dirs[dir] = true
		}
	}
	wanted := func(name string) bool { _, ok := want[name]; return ok }
	for _, o := range t.odd {
		c.addOdd(o, wanted)
	}
	there := 0
	for _, f := range t.Files {
		v, ok := want[f.Name]
		if ok {
			there++
		}
		switch {
		case f.Err != nil && (ok || !t.sealed):
			c.add(Unreadable, f.Path, reason(f.Err))
		case want == nil:
		case !ok:
			c.addExtra(f.Path)
		default:
			if !same(f, v) {
				c.add(Changed, f.Path, "")
			}
			c.checkMode(f.Path, f.mode, goroot.Mode(f.Path))
		}
	}
	c.addCopies()
	if t.sealed {
		c.addDirs(wanted)
	}
	if there == len(want) {
		return c.sorted()
	}
	for _, f := range t.Files {
		c.taken[f.Name] = true
	}
	for name := range want {
		if !c.taken[name] {
			c.addMissing(name)
		}
	}
	return c.sorted()
}

// CompareManifest is [Compare] with what a manifest has.
func CompareManifest(t *Tree, m *Manifest) []Finding {
	return Compare(t, m.Sums(), func(f *Regular, sum [32]byte) bool { return f.Hashed && f.Sum == sum })
}

// parent is path.Dir of a clean path, which need not be cleaned again.
func parent(name string) string {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i]
	}
	return "."
}

// A comparison grows to what Compare returns.
type comparison struct {
	tree    *Tree
	list    []Finding
	taken   map[string]bool // names of files, whatever they are
	dirs    map[string]bool // of the release
	blocked []oddEntry      // what is in the place of a directory, or can't be listed
	extra   map[string]int  // directories that the release does not have, with their files
}

func (c *comparison) add(kind Kind, path, detail string) {
	c.list = append(c.list, Finding{kind, path, detail})
}

func (c *comparison) addOdd(o oddEntry, wanted func(string) bool) {
	file := c.tree.nameOf(o.path)
	if c.dirs[o.path] {
		c.blocked = append(c.blocked, o)
	} else if o.kind == Type && !wanted(file) || c.tree.sealed && !wanted(file) {
		o.kind = Extra
	}
	if o.kind == Type {
		c.taken[file] = true
	}
	if o.dir && (o.kind == Extra || !c.tree.sealed) {
		o.path += "/"
	}
	c.add(o.kind, o.path, o.detail)
}

// addExtra adds a file that the release does not have. Of somebody else's tree it is
// counted for the outermost directory that the release does not have.
func (c *comparison) addExtra(file string) {
	outermost := ""
	for dir := parent(file); !c.dirs[dir] && !c.tree.sealed; dir = parent(dir) {
		outermost = dir
	}
	switch {
	case c.tree.sealed && c.dirs[file]:
		c.add(Type, file, TypeName(0))
	case outermost == "":
		c.add(Extra, file, "")
	default:
		c.extra[outermost]++
	}
}

// checkMode compares the mode of a sealed file or directory with what it should be.
func (c *comparison) checkMode(path string, mode, want fs.FileMode) {
	if !c.tree.sealed || runtime.GOOS == "windows" { // has no such bits
		return
	}
	if got := mode & Rights; got != want {
		c.add(Mode, path, Octal(got)+", not "+Octal(want))
	}
}

// addDirs compares the directories of a sealed tree with those of the release.
func (c *comparison) addDirs(wanted func(string) bool) {
	for dir, mode := range c.tree.dirs {
		name := c.tree.nameOf(dir)
		switch {
		case c.dirs[dir]:
			c.checkMode(dir, mode, goroot.DirMode)
		case wanted(name):
			c.taken[name] = true
			c.add(Type, dir, TypeName(fs.ModeDir))
		default:
			c.add(Extra, dir+"/", "")
		}
	}
}

// addCopies compares the go.mod files that the go command has added with their
// originals. It makes all of them, or none.
func (c *comparison) addCopies() {
	if len(c.tree.copies) == 0 {
		return
	}
	for _, f := range c.tree.Files {
		if path.Base(f.Path) != "_go.mod" {
			continue
		}
		switch duplicate := c.tree.copies[f.Path]; {
		case duplicate == nil:
			c.add(Missing, path.Join(path.Dir(f.Path), "go.mod"), "")
		case duplicate.Err != nil:
			c.add(Unreadable, duplicate.Path, reason(duplicate.Err))
		case duplicate.Sum != f.Sum && duplicate.Hashed && f.Hashed:
			c.add(Changed, duplicate.Path, "not what _go.mod has")
		}
	}
}

// addMissing adds a file that is not there. What is in the way to it says so for
// somebody else's tree; in a sealed one each file is to be repaired.
func (c *comparison) addMissing(name string) {
	kind, detail := Missing, ""
	for _, o := range c.blocked {
		if o.path != "." && !strings.HasPrefix(name, o.path+"/") {
			continue
		}
		if !c.tree.sealed {
			return
		}
		if o.kind == Unreadable {
			kind, detail = Unreadable, o.detail
		}
	}
	c.add(kind, c.tree.pathOf(name), detail)
}

func (c *comparison) sorted() []Finding {
	for dir, files := range c.extra {
		text := "1 file"
		if files > 1 {
			text = fmt.Sprintf("%d files", files)
		}
		c.add(Extra, dir+"/", text)
	}
	slices.SortFunc(c.list, ByPath)
	return c.list
}

// ByPath orders findings.
func ByPath(x, y Finding) int {
	return cmp.Or(strings.Compare(x.Path, y.Path), cmp.Compare(x.Kind, y.Kind))
}
