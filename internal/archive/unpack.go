package archive

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/tree"
)

// Unpack writes a release below root, an empty directory, from an archive of this
// format. It returns the text that the release's h1 is the hash of: whatever the
// format, tree and sums are those of the module.
func (f Format) Unpack(ctx context.Context, file io.ReaderAt, size int64, prefix string, root *os.Root) (sums []byte, err error) {
	if f == DistTarGz {
		return UnpackDistTarGz(ctx, io.NewSectionReader(file, 0, size), prefix, root)
	}
	a, err := f.Open(file, size, prefix)
	if err != nil {
		return nil, err
	}
	if err := a.MakeDirs(root); err != nil {
		return nil, err
	}
	q := NewQueue()
	q.Expect([]fsx.Span{{First: 0, End: math.MaxInt64}}, a.Entries)
	q.Arrived(0, math.MaxInt64)
	q.Close()
	return a.Unpack(ctx, root, q, NewPool())
}

// A Pool has what it takes of memory to inflate, once for each processor: however many
// archives are unpacked at once, they take turns with it. It is safe for concurrent use.
type Pool chan *zipReader

// NewPool returns a pool.
func NewPool() Pool {
	p := make(Pool, runtime.GOMAXPROCS(0))
	for range cap(p) {
		p <- nil // until it is needed
	}
	return p
}

// MakeDirs makes all directories of the archive below root.
func (a *Zip) MakeDirs(root *os.Root) error {
	slices.Sort(a.dirs) // what is in a directory follows it
	_, err := makeDirs(root, "", a.dirs)
	return err
}

// makeDirs makes those of dirs that are below at, which in is, and returns the others. It
// opens none twice: a path costs a system call an element.
func makeDirs(in *os.Root, at string, dirs []string) (rest []string, err error) {
	for len(dirs) > 0 && strings.HasPrefix(dirs[0], at) {
		below, name := dirs[0], strings.TrimSuffix(dirs[0][len(at):], "/")
		err := in.Mkdir(name, 0o777)
		if errors.Is(err, fs.ErrExist) {
			err = in.MkdirAll(name, 0o777) // which is content with a directory
		}
		if dirs = dirs[1:]; err == nil && len(dirs) > 0 && strings.HasPrefix(dirs[0], below) {
			var next *os.Root
			if next, err = in.OpenRoot(name); err == nil {
				dirs, err = makeDirs(next, below, dirs)
				err = errors.Join(err, next.Close())
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return dirs, nil
}

// Unpack writes the entries of q below root, one worker for each that the pool has, and
// fills in the sum of each on the way: every file is inflated once. It returns the manifest.
func (a *Zip) Unpack(ctx context.Context, root *os.Root, q *Queue, pool Pool) (sums []byte, err error) {
	g, ctx := errgroup.WithContext(ctx)
	for range cap(pool) {
		g.Go(func() error {
			w := NewWorker(root)
			defer w.Close()
			for {
				run, err := q.next()
				if err != nil || run == nil {
					return err
				}
				if err := w.unzipRun(ctx, run, pool); err != nil {
					q.Fail(err)
					return err
				}
			}
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return a.Sums(), nil
}

// IsLarge reports whether e takes so long that it should come first.
func (e *Entry) IsLarge() bool { return e.zip.size() >= large }

// large is how many bytes content has that is large.
const large = 1 << 20

// A Worker writes one file after the other.
type Worker struct {
	root *os.Root
	hash hash.Hash

	// The directory of the last file stays open: files come directory by directory,
	// and resolving a path under os.Root costs a system call an element.
	dirName string
	dir     *os.Root

	// The directory of root, below which the system makes a file in one call; nil where
	// it has none for that.
	top *os.File

	// Whether the umask leaves a mode as it is, once that was seen.
	exact map[fs.FileMode]bool
}

// NewWorker returns a worker that unpacks into root.
func NewWorker(root *os.Root) *Worker {
	top, _ := root.Open(".") // without it, there is the other way
	return &Worker{root: root, hash: sha256.New(), top: top, exact: make(map[fs.FileMode]bool)}
}

// Close closes the directories that the worker has open.
func (w *Worker) Close() {
	w.leave()
	_ = w.top.Close()
}

// leave closes the directory that the worker was last in.
func (w *Worker) leave() {
	if w.dir != nil {
		_ = w.dir.Close() // a handle on a directory has nothing to lose
		w.dir = nil
	}
}

// unzipRun writes the entries of a run.
func (w *Worker) unzipRun(ctx context.Context, run []*Entry, pool Pool) error {
	zr := <-pool
	defer func() { pool <- zr }()
	if zr == nil {
		zr = newZipReader()
	}
	zr.packed, zr.here = zr.packed[:0], run[len(run)-1].Span().End // it may have been another zip's
	for _, e := range run {
		if err := w.unzip(ctx, e, zr); err != nil {
			return err
		}
	}
	return nil
}

// unzip inflates, hashes and writes e in one go.
func (w *Worker) unzip(ctx context.Context, e *Entry, zr *zipReader) error {
	if e.Skip {
		return zr.skip(&e.zip)
	}
	if err := zr.open(&e.zip); err != nil {
		return err
	}
	return w.write(e, func() ([]byte, error) {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		n, err := readFull(zr, zr.buf)
		return zr.buf[:n], err
	})
}

// readFull fills buf as far as r goes, and returns the error of r as it is.
func readFull(r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var m int
		m, err = r.Read(buf[n:])
		n += m
	}
	return n, err
}

// write makes the file of e from what next returns, up to [io.EOF], and sets
// the sum of e.
func (w *Worker) write(e *Entry, next func() ([]byte, error)) (err error) {
	dst, err := w.Create(e)
	if err != nil {
		return err
	}
	defer func() {
		// Where space is allotted late, only Close tells that it ran out.
		err = cmp.Or(err, dst.Close())
	}()
	w.hash.Reset()
	for {
		data, readErr := next()
		if readErr != nil && readErr != io.EOF { //nolint:errorlint // one that wraps it is no end
			return readErr
		}
		w.hash.Write(data)
		if _, err := dst.Write(data); err != nil {
			return err
		}
		if readErr != nil {
			w.hash.Sum(e.Sum[:0])
			return nil
		}
	}
}

// Create makes the file with its final mode. What the umask takes away is
// given back: a toolchain is the same for all users, and verified as such. The first
// file of each mode shows whether it does.
func (w *Worker) Create(e *Entry) (io.WriteCloser, error) {
	exact, known := w.exact[e.Mode]
	if known && w.top != nil {
		f, err := createBeneath(w.top, e.Path, e.Mode, exact)
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			_ = w.top.Close()
			w.top = nil
		case !errors.Is(err, fs.ErrNotExist): // the directory is made below
			return f, err
		}
	}
	dir, err := w.directory(path.Dir(e.Path))
	if err != nil {
		return nil, err
	}
	f, err := dir.OpenFile(path.Base(e.Path), os.O_CREATE|os.O_EXCL|os.O_WRONLY, e.Mode)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS == "windows" || exact { // has no such bits, and no umask
		return f, nil
	}
	info, err := f.Stat()
	if err == nil {
		w.exact[e.Mode] = info.Mode().Perm() == e.Mode
		err = f.Chmod(e.Mode)
	}
	if err != nil {
		_ = f.Close()
	}
	return f, err
}

// directory opens dir, which is "." for the root itself, and makes it where it is
// missing.
func (w *Worker) directory(dir string) (*os.Root, error) {
	switch {
	case dir == ".":
		return w.root, nil
	case w.dir != nil && w.dirName == dir:
		return w.dir, nil
	}
	w.leave()
	sub, err := w.root.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) { // nobody has announced it, as in a tar
		if err = w.root.MkdirAll(dir, 0o777); err == nil {
			sub, err = w.root.OpenRoot(dir)
		}
	}
	if err != nil {
		return nil, err
	}
	w.dir, w.dirName = sub, dir
	return sub, nil
}

// Sums returns the manifest of what was unpacked: a line for each file, with its hash.
func (a *Zip) Sums() []byte { return sumsText(a.Entries) }

// sumsText returns the manifest of the tree.
func sumsText(entries []*Entry) []byte {
	files := slices.DeleteFunc(slices.Clone(entries), func(e *Entry) bool { return e.Skip })
	slices.SortFunc(files, func(x, y *Entry) int { return strings.Compare(x.Name, y.Name) })
	text := make([]byte, 0, len(files)*tree.LineSize)
	for _, e := range files {
		text = tree.AppendLine(text, e.Sum, e.Name)
	}
	return text
}
