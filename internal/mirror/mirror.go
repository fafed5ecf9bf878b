// Package mirror keeps a directory that is a module proxy for Go releases, of plain
// files that any web server, or a file URL, can serve: the zips, and as much of the
// checksum database as proves them.
//
// A [Tree] needs no trust. The go command and gosw compare what they get from it with
// the database's key, which it can't change. All of its look-ups name one signed head
// of the log, and it has the tiles that lead from there to each record, and to each
// head that a client may have had from it before. So a tile is never deleted.
//
// Readers need no lock: each file comes by a rename, zips first, then tiles, then
// look-ups, then the list. What a reader finds in between is an older or a newer state,
// with the tiles for both. [Tree.Publish] writes all new files before it renames the
// first, so that a full disk changes nothing. Writers take turns by a lock of the caller's.
//
// The package gets its zips and asks the database through what it is handed, and prints nothing.
package mirror

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
)

// A Layout says which server the tree is for: how the files of a version are named.
type Layout string

// The layouts. What the checksum database says has the same names in all of them.
const (
	Proxy  Layout = "proxy"  // as the protocol names them: any web server, GOPROXY=file://…
	Athens Layout = "athens" // the disk storage of Athens
)

// maxFile bounds the small files of a tree.
const maxFile = 4 << 20

// A Tree is a mirror at a directory.
type Tree struct {
	dir    string
	layout Layout
	db     *sumdb.Client

	// Step is called before each step of a change, with its name; an error takes the
	// place of the step. It is for tests; nil in the product.
	Step func(name string) error
}

// Open returns the tree at dir, which need not exist. Layout "" is that of the tree,
// or Proxy for a new one.
func Open(dir string, layout Layout, db *sumdb.Client) (*Tree, error) {
	if db.Off() {
		return nil, sumdb.ErrOff
	}
	t := &Tree{dir: dir, layout: layout, db: db}
	there, err := t.existing()
	switch {
	case err != nil:
		return nil, err
	case layout != "" && there != "" && layout != there:
		return nil, fmt.Errorf("%s has the layout %s, not %s", dir, there, layout)
	case there != "":
		t.layout = there
	case layout == "":
		t.layout = Proxy
	}
	return t, nil
}

// existing returns the layout of the tree as it is, "" if it has no zip.
func (t *Tree) existing() (Layout, error) {
	entries, err := os.ReadDir(t.path(release.Module))
	switch {
	case fsx.IsAbsent(err) || err == nil && len(entries) == 0:
		return "", nil
	case err == nil && entries[0].Name() == "@v": // which comes before a version
		return Proxy, nil
	}
	return Athens, err
}

// Dir returns the directory of the tree.
func (t *Tree) Dir() string { return t.dir }

// Database returns the name of the checksum database that proves what is in the tree.
func (t *Tree) Database() string { return t.db.Name() }

// path returns where a file of the tree is.
func (t *Tree) path(name string) string { return filepath.Join(t.dir, filepath.FromSlash(name)) }

// zip returns the name of a release's zip.
func (t *Tree) zip(r release.Release) string { return t.file(r, ".zip") }

// file returns the name of one of the three files that the tree has of a release.
func (t *Tree) file(r release.Release, kind string) string {
	v := r.Module()
	if t.layout == Athens {
		return path.Join(release.Module, v, map[string]string{".zip": "source.zip", ".mod": "go.mod", ".info": v + ".info"}[kind])
	}
	return path.Join(release.Module, "@v", v+kind)
}

// list is the name of the file with all versions. Athens looks at its directories.
const list = release.Module + "/@v/list"

// sumdb returns the name of a file of the database's.
func (t *Tree) sumdb(name string) string { return path.Join("sumdb", t.db.Name(), name) }

// lookup returns the name of the database's answer about a release.
func (t *Tree) lookup(r release.Release) string {
	return t.sumdb("lookup/" + release.ModuleOf(r.Version, r.Platform))
}

// read returns a small file of the tree. One that is not there is [fs.ErrNotExist].
func (t *Tree) read(name string) ([]byte, error) { return fsx.Read(t.path(name), maxFile, fsx.Follow) }

// tile returns a tile of the database.
func (t *Tree) tile(name string) ([]byte, error) { return t.read(t.sumdb(name)) }

// Releases returns what the tree has: the releases that it has a look-up of, newest first.
func (t *Tree) Releases() ([]release.Release, error) {
	entries, err := os.ReadDir(t.path(t.sumdb("lookup/" + path.Dir(release.Module))))
	if err != nil && !fsx.IsAbsent(err) {
		return nil, err
	}
	var releases []release.Release
	for _, entry := range entries {
		name, ok := strings.CutPrefix(entry.Name(), path.Base(release.Module)+"@v0.0.1-")
		if r, exact := release.Parse(name); ok && exact {
			releases = append(releases, r)
		}
	}
	slices.SortFunc(releases, compare)
	return releases, nil
}

func compare(a, b release.Release) int {
	if c := gover.Compare(b.Version, a.Version); c != 0 {
		return c
	}
	return strings.Compare(a.Platform.String(), b.Platform.String())
}

// record returns what the tree's look-up says about a release, and with which head. Whether that
// is so is for a proof to say.
func (t *Tree) record(r release.Release) (sumdb.Record, sumdb.Head, error) {
	data, err := t.read(t.lookup(r))
	if err != nil {
		return sumdb.Record{}, sumdb.Head{}, err
	}
	record, head, err := t.db.ParseLookup(data)
	if err != nil {
		err = fmt.Errorf("%s: %w", t.path(t.lookup(r)), err)
	}
	return record, head, err
}

// Heads returns all heads that clients may have from this tree.
func (t *Tree) Heads() ([]sumdb.Head, error) {
	data, err := t.read(t.sumdb("heads"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var heads []sumdb.Head
	if err == nil {
		heads, err = t.db.ParseHeads(data)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.path(t.sumdb("heads")), err)
	}
	return heads, nil
}

// A Held is what the tree has of a release, as it stands there: a proof is for [Tree.Verify] to make.
type Held struct {
	H1     string
	Record int64     // its number in the database
	Size   int64     // of the zip
	Since  time.Time // when the zip was verified and added
}

// Held tells what the tree has of a release.
func (t *Tree) Held(r release.Release) (Held, error) {
	info, err := os.Stat(t.path(t.zip(r)))
	if err != nil {
		return Held{}, err
	}
	record, _, err := t.record(r)
	return Held{record.H1(release.ModuleOf(r.Version, r.Platform)), record.ID, info.Size(), info.ModTime()}, err
}
