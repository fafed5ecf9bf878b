package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/goroot"
	"github.com/gosw/gosw/internal/toolchain"
)

// A scan compares a tree with a manifest. What the manifest has is looked at
// where it should be; each folder is listed once for what else is there.
type scan struct {
	dir      string
	manifest *manifest
	dirs     []string
	wanted   map[string]bool // files and, with a slash at the end, folders

	findings []Finding
	found    []File // what was hashed, extra files included
	files    int
	bytes    int64
}

func newScan(dir string, m *manifest) *scan {
	s := &scan{dir: dir, manifest: m, dirs: m.dirs(), wanted: make(map[string]bool, len(m.entries)*5/4)}
	for _, f := range m.entries {
		s.wanted[f.Path] = true
	}
	for _, d := range s.dirs {
		s.wanted[d+"/"] = true
	}
	return s
}

// run does the work on all processors.
func (s *scan) run(ctx context.Context) error {
	jobs := s.jobs()
	workers := make([]*scanner, runtime.GOMAXPROCS(0))
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for i := range workers {
		w := &scanner{scan: s, hash: sha256.New(), buf: make([]byte, 256<<10)}
		workers[i] = w
		g.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(jobs) {
					return nil
				}
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				if jobs[i](w); w.err != nil {
					return w.err
				}
			}
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	w := workers[0]
	for _, other := range workers[1:] {
		w.merge(other)
	}
	w.walkExtras()
	s.findings, s.found, s.files, s.bytes = w.findings, w.found, len(w.found), w.bytes
	s.discountBadFolders()
	return nil
}

// jobs returns what there is to do. Programs are the large files, so they come
// first: no processor is left alone with one at the end.
func (s *scan) jobs() []func(*scanner) {
	entries := s.manifest.entries
	programs := make([]func(*scanner), 0, len(entries)*5/4)
	var others []func(*scanner)
	for i := range entries {
		f := &entries[i]
		job := func(w *scanner) { w.checkFile(f) }
		if strings.HasPrefix(f.Path, "bin/") || strings.HasPrefix(f.Path, "pkg/") {
			programs = append(programs, job)
		} else {
			others = append(others, job)
		}
	}
	for _, dir := range s.dirs {
		programs = append(programs, func(w *scanner) { w.checkDir(dir) })
	}
	return append(programs, others...)
}

// discountBadFolders takes back what was seen through something that is no
// folder, such as a link to one elsewhere: such files are not in the tree.
func (s *scan) discountBadFolders() {
	var bad []string
	for _, f := range s.findings {
		if f.Kind == Type && s.wanted[f.Path+"/"] {
			bad = append(bad, f.Path+"/")
		}
	}
	below := func(path string) bool {
		return slices.ContainsFunc(bad, func(dir string) bool { return strings.HasPrefix(path, dir) })
	}
	if len(bad) == 0 {
		return
	}
	s.findings = slices.DeleteFunc(s.findings, func(f Finding) bool { return below(f.Path) })
	s.found = slices.DeleteFunc(s.found, func(f File) bool { return below(f.Path) })
	for _, f := range s.manifest.entries {
		if below(f.Path) {
			s.findings = append(s.findings, Finding{Kind: Missing, Path: f.Path})
		}
	}
}

// asWanted reports whether the files of the tree are just those of the manifest,
// so that the tree makes the very text that it was compared with.
func (s *scan) asWanted() bool {
	return len(s.found) == len(s.manifest.entries) &&
		!slices.ContainsFunc(s.findings, func(f Finding) bool { return f.Kind != Mode })
}

// sums returns the manifest that the tree makes, with or without the files that
// the manifest does not have.
func (s *scan) sums(extras bool) []byte {
	found := s.found
	if !extras {
		found = slices.DeleteFunc(slices.Clone(found), func(f File) bool { return !s.wanted[f.Path] })
	}
	return formatSums(s.manifest.prefix, found)
}

// A scanner is one processor's share of a scan.
type scanner struct {
	*scan
	hash hash.Hash
	buf  []byte

	findings []Finding
	found    []File
	extras   []string // folders with a slash at the end
	bytes    int64
	err      error // that says nothing about the tree
}

func (w *scanner) merge(other *scanner) {
	w.findings = append(w.findings, other.findings...)
	w.found = append(w.found, other.found...)
	w.extras = append(w.extras, other.extras...)
	w.bytes += other.bytes
}

func (w *scanner) add(kind Kind, path, detail string) {
	w.findings = append(w.findings, Finding{kind, path, detail})
}

func (w *scanner) abs(path string) string {
	return w.dir + string(filepath.Separator) + filepath.FromSlash(path)
}

// checkFile compares a file with the manifest: one open, one stat, one pass.
func (w *scanner) checkFile(want *File) {
	f, err := openRaw(w.abs(want.Path))
	if err != nil {
		w.explain(want.Path, err, false)
		return
	}
	defer f.close()
	mode, size, err := f.stat()
	switch {
	case err != nil:
		w.add(Unreadable, want.Path, reason(err))
		return
	case !mode.IsRegular():
		w.add(Type, want.Path, typeName(mode))
		return
	}
	sum, err := w.sum(f, size)
	if err != nil {
		w.add(Unreadable, want.Path, reason(err))
		return
	}
	w.found = append(w.found, File{want.Path, sum})
	if sum != want.Sum {
		w.add(Changed, want.Path, "")
	}
	w.checkMode(want.Path, mode, goroot.Mode(want.Path))
}

func (w *scanner) checkMode(path string, mode, want fs.FileMode) {
	if runtime.GOOS == "windows" { // has no such bits
		return
	}
	if got := mode & modeBits; got != want {
		w.add(Mode, path, octal(got)+", not "+octal(want))
	}
}

// sum hashes f, which has size bytes if nobody writes to it.
func (w *scanner) sum(f io.Reader, size int64) (sum [32]byte, err error) {
	w.hash.Reset()
	for read := int64(0); ; {
		n, err := f.Read(w.buf)
		read += int64(n)
		w.bytes += int64(n)
		w.hash.Write(w.buf[:n])
		// The end of a file of known size need not be asked for: a read that
		// does not fill the buffer has reached it.
		if errors.Is(err, io.EOF) || err == nil && read == size && n < len(w.buf) {
			w.hash.Sum(sum[:0])
			return sum, nil
		}
		if err != nil {
			return sum, err
		}
	}
}

// checkDir compares what is in a folder with what should be.
func (w *scanner) checkDir(dir string) {
	f, err := openNoFollow(w.abs(dir))
	if err != nil {
		w.explain(dir, err, true)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && !info.IsDir() {
		w.add(Type, dir, typeName(info.Mode()))
		return
	}
	var entries []fs.DirEntry
	if err == nil {
		entries, err = f.ReadDir(-1)
	}
	if err != nil {
		w.add(Unreadable, dir, reason(err))
		return
	}
	w.checkMode(dir, info.Mode(), goroot.DirMode)
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		switch {
		case w.wanted[name], w.wanted[name+"/"]: // whatever it is, a job of its own looks at it
		case entry.IsDir():
			w.extras = append(w.extras, name+"/")
		default:
			w.extras = append(w.extras, name)
		}
	}
}

// walkExtras looks into what is there and should not be. Regular files are
// hashed, too: they are part of what the tree hashes to.
func (w *scanner) walkExtras() {
	for len(w.extras) > 0 {
		name := w.extras[len(w.extras)-1]
		w.extras = w.extras[:len(w.extras)-1]
		w.add(Extra, name, "")
		if dir, ok := strings.CutSuffix(name, "/"); ok {
			entries, _ := os.ReadDir(w.abs(dir)) // what can't be listed is extra as a whole
			for _, entry := range entries {
				below := name + entry.Name()
				if entry.IsDir() {
					below += "/"
				}
				w.extras = append(w.extras, below)
			}
			continue
		}
		w.hashExtra(name)
	}
}

func (w *scanner) hashExtra(name string) {
	f, err := openNoFollow(w.abs(name))
	if err != nil {
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return
	}
	if sum, err := w.sum(f, info.Size()); err == nil {
		w.found = append(w.found, File{name, sum})
	}
}

// explain finds out why something could not be opened.
func (w *scanner) explain(path string, cause error, dir bool) {
	if errors.Is(cause, syscall.EMFILE) || errors.Is(cause, syscall.ENFILE) {
		w.err = pathError("open", w.abs(path), cause)
		return
	}
	info, err := os.Lstat(w.abs(path))
	switch {
	case toolchain.Missing(err) && dir: // its files say so, each for itself
	case toolchain.Missing(err):
		w.add(Missing, path, "")
	case err != nil: // also if a folder above may not be read
		w.add(Unreadable, path, reason(err))
	case info.IsDir() != dir || !dir && !info.Mode().IsRegular():
		w.add(Type, path, typeName(info.Mode()))
	default:
		w.add(Unreadable, path, reason(cause))
	}
}

// modeBits are what a mode says besides the type.
const modeBits = fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

// octal writes a mode as chmod has it.
func octal(mode fs.FileMode) string {
	bits := mode.Perm()
	for i, special := range []fs.FileMode{fs.ModeSticky, fs.ModeSetgid, fs.ModeSetuid} {
		if mode&special != 0 {
			bits |= 0o1000 << i
		}
	}
	return fmt.Sprintf("%04o", uint32(bits))
}

func typeName(mode fs.FileMode) string {
	switch mode.Type() {
	case 0:
		return "regular file"
	case fs.ModeDir:
		return "folder"
	case fs.ModeSymlink:
		return "symbolic link"
	case fs.ModeNamedPipe:
		return "pipe"
	case fs.ModeSocket:
		return "socket"
	}
	return "device"
}

// reason drops the path from an error whose place is known.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
