package fetch

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/web"
)

// differences lists what the tree has besides or instead of the expected names,
// and what it has not. Files of expected names are as they should be if same
// says so. Without expectations only what is no file of any release differs.
func (j *judge) differences(same func(*treeFile) bool, expected map[string]bool) []Difference {
	t := j.tree
	l := &differenceList{tree: t, there: make(map[string]bool), folders: map[string]bool{".": true}}
	for name := range expected {
		for dir := path.Dir(name); !l.folders[dir]; dir = path.Dir(dir) {
			l.folders[dir] = true
		}
	}
	for _, o := range t.odd {
		l.addOdd(o, expected)
	}
	for _, f := range t.files {
		l.there[f.name] = true
		switch {
		case f.err != nil:
			l.add(Unreadable, f.path, web.CleanLine(f.err.Error()))
		case same == nil:
		case !expected[f.name]:
			l.addExtra(f.path)
		case !same(f):
			l.add(Changed, f.path, "")
		}
	}
	l.addCopies()
	for name := range expected {
		if !l.there[name] && !l.below(name) {
			l.add(Missing, t.pathOf(name), "")
		}
	}
	return l.sorted()
}

// A differenceList grows to what differences returns.
type differenceList struct {
	tree    *goRoot
	list    []Difference
	there   map[string]bool // names of files, whatever they are
	folders map[string]bool // of the release
	blocked []string        // what is in the place of a folder, or can't be listed
	extra   map[string]int  // folders that the release does not have, with their files
}

func (l *differenceList) add(kind, path, detail string) {
	l.list = append(l.list, Difference{kind, path, detail})
}

func (l *differenceList) addOdd(o oddEntry, expected map[string]bool) {
	name := strings.TrimSuffix(o.path, "/")
	if l.folders[name] {
		l.blocked = append(l.blocked, name+"/")
	}
	file := l.tree.nameOf(name)
	kind := o.kind
	if kind == Type && !expected[file] && !l.folders[name] {
		kind = Extra
	}
	if kind == Type {
		l.there[file] = true
	}
	l.add(kind, o.path, o.detail)
}

// addExtra adds a file that the release does not have, or counts it for the
// outermost folder that it does not have.
func (l *differenceList) addExtra(file string) {
	outermost := ""
	for dir := path.Dir(file); !l.folders[dir]; dir = path.Dir(dir) {
		outermost = dir
	}
	if outermost == "" {
		l.add(Extra, file, "")
		return
	}
	if l.extra == nil {
		l.extra = make(map[string]int)
	}
	l.extra[outermost]++
}

// addCopies compares the go.mod files that the go command has added with their
// originals. It makes all of them, or none.
func (l *differenceList) addCopies() {
	if len(l.tree.copies) == 0 {
		return
	}
	for _, f := range l.tree.files {
		if path.Base(f.path) != "_go.mod" {
			continue
		}
		switch duplicate := l.tree.copies[f.path]; {
		case duplicate == nil:
			l.add(Missing, path.Join(path.Dir(f.path), "go.mod"), "")
		case duplicate.err != nil:
			l.add(Unreadable, duplicate.path, web.CleanLine(duplicate.err.Error()))
		case duplicate.sum != f.sum && duplicate.hashed && f.hashed:
			l.add(Changed, duplicate.path, "not what _go.mod has")
		}
	}
}

// below reports whether something is in the way to name.
func (l *differenceList) below(name string) bool {
	return slices.ContainsFunc(l.blocked, func(dir string) bool { return strings.HasPrefix(name, dir) })
}

func (l *differenceList) sorted() []Difference {
	for dir, files := range l.extra {
		text := "1 file"
		if files > 1 {
			text = fmt.Sprintf("%d files", files)
		}
		l.add(Extra, dir+"/", text)
	}
	slices.SortFunc(l.list, func(x, y Difference) int {
		return cmp.Or(strings.Compare(x.Path, y.Path), strings.Compare(x.Kind, y.Kind))
	})
	return l.list
}
