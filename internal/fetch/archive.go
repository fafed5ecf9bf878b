package fetch

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/klauspost/compress/flate"
	"golang.org/x/mod/module"

	"github.com/gosw/gosw/internal/goroot"
)

// Bounds on what an archive may make us do, about three times what Go ships
// (go1.27: 12,072 files, 250 MB, a directory of 1.8 MB).
const (
	maxZip       = 512 << 20 // bytes of the file
	maxEntries   = 50_000
	maxUnpacked  = 2 << 30 // bytes
	maxDirectory = 8 << 20 // bytes of the zip's own directory
)

// An entry is one file of a release's zip.
type entry struct {
	file *zip.File
	name string // in the zip and in the sums
	path string // below GOROOT, slash-separated
	mode fs.FileMode
	sum  [32]byte // of the content, once it is unpacked
}

// An archive is a zip that has passed every check that needs no content.
type archive struct {
	entries []entry
	dirs    []string // below GOROOT, parents first
}

// openArchive reads the zip's directory and checks every entry before any of
// them is touched. Only the central directory counts; nothing in the result
// depends on the local headers.
func openArchive(file io.ReaderAt, size int64, r release) (*archive, error) {
	bounded := &directoryReader{file: file, left: maxDirectory}
	zr, err := zip.NewReader(bounded, size)
	if err != nil {
		return nil, &ArchiveError{Reason: "not readable", Err: err}
	}
	bounded.unlimited = true
	zr.RegisterDecompressor(zip.Deflate, (&inflaters{}).open)
	if len(zr.File) == 0 || len(zr.File) > maxEntries {
		return nil, &ArchiveError{Reason: fmt.Sprintf("%d entries", len(zr.File))}
	}
	a := &archive{entries: make([]entry, 0, len(zr.File))}
	seen := make(tree)
	var total uint64
	for _, file := range zr.File {
		if total += min(file.UncompressedSize64, maxUnpacked+1); total > maxUnpacked {
			return nil, &ArchiveError{Reason: "unpacks to more than 2 GiB"}
		}
		e, err := checkEntry(file, r)
		if err != nil {
			return nil, err
		}
		if err := seen.add(e.path); err != nil {
			return nil, &ArchiveError{Name: file.Name, Reason: "unusable name", Err: err}
		}
		a.entries = append(a.entries, e)
	}
	a.dirs = seen.dirs()
	return a, nil
}

// checkEntry accepts a regular file with a portable name below the prefix that
// release r has.
func checkEntry(file *zip.File, r release) (entry, error) {
	rest, ok := strings.CutPrefix(file.Name, r.prefix())
	if !ok {
		return entry{}, &ArchiveError{Name: file.Name, Reason: "does not belong to " + r.module()}
	}
	if err := module.CheckFilePath(rest); err != nil {
		// The error repeats a name that a stranger has chosen, unquoted.
		return entry{}, &ArchiveError{Name: file.Name, Reason: "unusable name"}
	}
	// Releases before Go 1.21 carry no modes at all, which reads as regular.
	if mode := file.Mode(); !mode.IsRegular() {
		return entry{}, &ArchiveError{Name: file.Name, Reason: "not a regular file"}
	}
	if file.Flags&1 != 0 {
		return entry{}, &ArchiveError{Name: file.Name, Reason: "encrypted"}
	}
	name := goroot.Path(rest)
	return entry{file: file, name: file.Name, path: name, mode: goroot.Mode(name)}, nil
}

// tree has all paths of an archive, folded so that two names for one file on a
// case-insensitive disk are found on every disk. The value is the path as
// written; directories end with a slash.
type tree map[string]string

func (t tree) add(name string) error {
	if other, ok := t[fold(name)]; ok {
		return fmt.Errorf("collides with %.200q", other)
	}
	t[fold(name)] = name
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		switch other, ok := t[fold(dir)]; {
		case ok && other == dir+"/":
			return nil // and so are its parents
		case ok:
			return fmt.Errorf("collides with %.200q", other)
		}
		t[fold(dir)] = dir + "/"
	}
	return nil
}

func (t tree) dirs() []string {
	var dirs []string
	for _, name := range t {
		if dir, ok := strings.CutSuffix(name, "/"); ok {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs) // a parent is a prefix of its children
	return dirs
}

// fold maps all spellings that differ in case only to one.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		if r < 0x80 {
			return r
		}
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return unicode.ToLower(least)
	}, s)
}

// directoryReader bounds what reading the directory of a zip may cost.
// archive/zip reads on for as long as entries follow, whatever number of them
// was announced, and keeps each in memory.
type directoryReader struct {
	file      io.ReaderAt
	left      int64
	unlimited bool // set before the workers start
}

func (r *directoryReader) ReadAt(p []byte, offset int64) (int, error) {
	if !r.unlimited {
		if r.left -= int64(len(p)); r.left < 0 {
			return 0, errors.New("directory too large")
		}
	}
	return r.file.ReadAt(p, offset)
}

// inflaters lets workers reuse decompressors: a new one costs 40 kB, and an
// archive has some ten thousand files.
type inflaters struct{ pool sync.Pool }

type inflater struct {
	from  *inflaters
	input *bufio.Reader
	flate io.ReadCloser
}

func (p *inflaters) open(r io.Reader) io.ReadCloser {
	if z, ok := p.pool.Get().(*inflater); ok {
		z.input.Reset(r)
		if resetter, ok := z.flate.(flate.Resetter); ok && resetter.Reset(z.input, nil) == nil {
			return z
		}
	}
	input := bufio.NewReaderSize(r, 64<<10)
	return &inflater{from: p, input: input, flate: flate.NewReader(input)}
}

func (z *inflater) Read(p []byte) (int, error) { return z.flate.Read(p) }

// Close gives z back. It is called once, by archive/zip.
func (z *inflater) Close() error {
	err := z.flate.Close()
	z.from.pool.Put(z)
	return err
}
