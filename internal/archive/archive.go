// Package archive reads the archive of a release, which may be hostile, into a
// directory: the zip of its module, or a zip or tar.gz of go.dev/dl.
//
// Whatever an archive is, nothing outside the [os.Root] is touched, and time,
// memory and disk are bounded; hostile/corpus.md has the rules. The result is the
// tree of the module and its sums, the text that h1 is the hash of. What is
// unpacked is not proven: that is for the caller to do, by h1, and to discard
// the tree on any error.
package archive

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/mod/module"

	"github.com/gosw/gosw/internal/goroot"
)

// Bounds on what an archive may make us do, about three times the most that Go
// has shipped: 208 MB (go1.10beta1.linux-amd64.tar.gz), 15,036 files and 1,500
// directories (go1.26), 414 MB unpacked (go1.18.10 without its left-out directories), a
// zip directory of 1.7 MB, names of 104 bytes, and no archive that unpacks to
// four times its size.
const (
	MaxZip       = 600 << 20 // bytes of the file, whatever its format
	maxEntries   = 50_000    // and as many names, directories that are implied included
	MaxUnpacked  = 2 << 30   // bytes
	maxDirectory = 8 << 20   // bytes of the zip's own directory
	maxPath      = 320       // bytes of a name below GOROOT
	maxRatio     = 12        // bytes unpacked for a byte of the archive,
	ratioFrom    = 16 << 20  // once there are so many
)

// A Format is a kind of archive that a release comes in.
type Format int

// The formats, and how each names a program.
const (
	ModuleZip Format = iota // golang.org/toolchain@v0.0.1-go1.22.4.linux-amd64/bin/go
	DistTarGz               // go/bin/go
	DistZip                 // go/bin/go.exe

	plainTarGz // no release of Go: gosw_0.2.0_linux_amd64/bin/gosw
)

const (
	zipFormat   = "zip file"
	targzFormat = "tar.gz file"
)

// String returns what such a file is called.
func (f Format) String() string {
	if f == DistTarGz || f == plainTarGz {
		return targzFormat
	}
	return zipFormat
}

// Magic returns how such a file begins.
func (f Format) Magic() string {
	if f == DistTarGz {
		return "\x1f\x8b\x08"
	}
	return localSignature
}

// An Entry is one file of a release's archive.
type Entry struct {
	Name string // in the sums: as in the module zip, whatever the archive is
	Path string // below GOROOT, slash-separated
	Mode fs.FileMode
	Skip bool     // left out: checked, but not part of the tree
	Sum  [32]byte // of the content, once it is unpacked

	zip zipEntry // where it is, in a zip
}

// A layout is how a kind of archive names the files of a release.
type layout struct {
	Format
	prefix string // of the names in the sums, such as "golang.org/toolchain@v0.0.1-go1.22.4.linux-amd64/"
}

// dist reports whether it is as on go.dev/dl: all directories, go.mod as it is, entries
// for directories.
func (l layout) dist() bool { return l.Format != ModuleZip }

// top returns what all names begin with.
func (l layout) top() string {
	if l.dist() && l.Format != plainTarGz {
		return "go/"
	}
	return l.prefix
}

func (l layout) errorf(name, format string, args ...any) error {
	return &Error{Format: l.String(), Name: name, Reason: fmt.Sprintf(format, args...)}
}

// entry accepts a portable name below the top directory. What it returns for a
// directory has only a path, which is empty for the top directory itself.
func (l layout) entry(name string, isDir bool) (Entry, error) {
	rest, ok := strings.CutPrefix(name, l.top())
	if isDir {
		rest = strings.TrimSuffix(rest, "/")
		if name+"/" == l.top() || name == l.top() {
			return Entry{Skip: true}, nil
		}
	}
	switch {
	case !ok && l.dist():
		return Entry{}, l.errorf(name, "is not below %s", l.top())
	case !ok:
		return Entry{}, l.errorf(name, "does not belong to %s", strings.TrimSuffix(l.prefix[strings.IndexByte(l.prefix, '@')+1:], "/"))
	case tooLong(rest):
		return Entry{}, l.errorf(name, "name too long")
	case oddOnWindows(rest):
		return Entry{}, l.errorf(name, "unusable name")
	}
	if err := module.CheckFilePath(rest); err != nil {
		// The error repeats a name that a stranger has chosen, unquoted.
		return Entry{}, l.errorf(name, "unusable name")
	}
	if l.dist() && l.Format != plainTarGz {
		return l.distEntry(name, rest)
	}
	if !ascii(rest) {
		return Entry{}, l.errorf(name, "not an ASCII name")
	}
	if l.Format == plainTarGz {
		mode := map[bool]fs.FileMode{true: 0o755, false: 0o644}[strings.HasPrefix(rest, "bin/")]
		return Entry{Name: name, Path: rest, Mode: mode}, nil
	}
	file := goroot.Path(rest)
	return Entry{Name: name, Path: file, Mode: goroot.Mode(file)}, nil
}

// distEntry maps the name in an archive of go.dev/dl to that in the module.
func (l layout) distEntry(name, file string) (Entry, error) {
	e := Entry{Name: l.prefix + goroot.Name(file), Path: file, Mode: goroot.Mode(file)}
	switch {
	case !goroot.InModule(file):
		e.Skip = true // test/ has names that are not ASCII
	case !ascii(file):
		// Two spellings of one letter (NFC, NFD) are one file on some disks.
		return Entry{}, l.errorf(name, "not an ASCII name")
	case path.Base(file) == "_go.mod":
		// It would stand for go.mod in the sums, and so be proven in its place.
		return Entry{}, l.errorf(name, "unusable name")
	}
	return e, nil
}

// tooLong finds what some file system could not hold.
func tooLong(name string) bool {
	const maxElement = 255
	return len(name) > maxPath || len(name) > maxElement && slices.ContainsFunc(strings.Split(name, "/"), func(element string) bool {
		return len(element) > maxElement
	})
}

// oddOnWindows finds what CheckFilePath lets pass and Windows takes for something
// else: a blank at the end, which it drops, also before an extension ("nul .txt"
// is a device); the console; a short name, which another file may have got from it.
func oddOnWindows(name string) bool {
	for element := range strings.SplitSeq(name, "/") {
		stem, _, _ := strings.Cut(element, ".")
		front := strings.TrimRight(stem, "0123456789")
		if strings.HasSuffix(element, " ") || strings.HasSuffix(stem, " ") ||
			strings.EqualFold(stem, "CONIN$") || strings.EqualFold(stem, "CONOUT$") ||
			front != stem && strings.HasSuffix(front, "~") {
			return true
		}
	}
	return false
}

func ascii(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0 }

// Contents are the names that an archive has had so far.
type contents struct {
	layout
	names       nameSet
	directories map[string]bool // that have an entry of their own
}

func newContents(l layout) *contents {
	return &contents{layout: l, names: make(nameSet), directories: make(map[string]bool)}
}

// add checks the next name against all others.
func (c *contents) add(name string, isDir bool) (Entry, error) {
	e, err := c.entry(name, isDir)
	if err != nil {
		return e, err
	}
	switch {
	case !isDir:
		err = c.names.add(e.Path)
	case c.directories[e.Path]:
		err = fmt.Errorf("collides with %.200q", e.Path)
	default:
		c.directories[e.Path] = true
		if e.Path != "" {
			err = c.names.addDirectory(e.Path)
		}
	}
	if err != nil {
		return e, &Error{Format: c.String(), Name: name, Reason: "unusable name", Err: err}
	}
	if len(c.names) > maxEntries {
		return e, c.errorf("", "more than %d names", maxEntries)
	}
	return e, nil
}

// nameSet has all paths of an archive, folded so that two names for one file on a
// case-insensitive disk are found on every disk. The value is the path as
// written; directories end with a slash.
type nameSet map[string]string

func (t nameSet) add(name string) error {
	folded := fold(name)
	if other, ok := t[folded]; ok {
		return fmt.Errorf("collides with %.200q", other)
	}
	t[folded] = name
	return t.addDirectory(parent(name))
}

// addDirectory adds dir and its parents, unless they are there.
func (t nameSet) addDirectory(dir string) error {
	for ; dir != ""; dir = parent(dir) {
		folded := fold(dir)
		switch other, ok := t[folded]; {
		case ok && len(other) == len(dir)+1 && other[:len(dir)] == dir && other[len(dir)] == '/':
			return nil // and so are its parents
		case ok:
			return fmt.Errorf("collides with %.200q", other)
		}
		t[folded] = dir + "/"
	}
	return nil
}

// parent returns the directory of a clean name, "" at the top.
func parent(name string) string { return name[:max(strings.LastIndexByte(name, '/'), 0)] }

// fold maps all spellings that differ in case only to one.
func fold(s string) string {
	if ascii(s) { // as nearly all are
		return strings.ToLower(s)
	}
	return strings.Map(func(r rune) rune {
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return unicode.ToLower(least)
	}, s)
}
