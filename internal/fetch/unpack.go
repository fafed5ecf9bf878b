package fetch

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// unpackModuleZip writes the release below root, an empty folder, from the zip
// of its module. It returns the text that the release's h1 is the hash of.
func unpackModuleZip(ctx context.Context, file io.ReaderAt, size int64, r release, root *os.Root) (sums []byte, err error) {
	return unpackZip(ctx, file, size, moduleLayout(r), root)
}

// unpackDistZip does the same from an archive of go.dev/dl for Windows. The
// tree, and so the sums, are those of the module.
func unpackDistZip(ctx context.Context, file io.ReaderAt, size int64, r release, root *os.Root) (sums []byte, err error) {
	return unpackZip(ctx, file, size, distLayout(r, zipFormat), root)
}

func unpackZip(ctx context.Context, file io.ReaderAt, size int64, l layout, root *os.Root) (sums []byte, err error) {
	a, err := openZip(file, size, l)
	if err != nil {
		return nil, err
	}
	if err := a.unpack(ctx, root); err != nil {
		return nil, err
	}
	return a.sums(), nil
}

// makeDirs makes all folders of the archive below root. It takes those of one
// parent together, which has to be found only once then: a path costs a system
// call an element.
func (a *archive) makeDirs(root *os.Root) error {
	dirs := slices.Clone(a.dirs)
	slices.SortFunc(dirs, func(x, y string) int {
		return cmp.Or(cmp.Compare(strings.Count(x, "/"), strings.Count(y, "/")), strings.Compare(x, y))
	})
	w := newWorker(root)
	defer w.close()
	for _, dir := range dirs {
		in, err := w.folder(path.Dir(dir))
		if err != nil {
			return err
		}
		err = in.Mkdir(path.Base(dir), 0o777)
		if errors.Is(err, fs.ErrExist) {
			err = root.MkdirAll(dir, 0o777) // which is content with a folder
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// unpack writes the archive below root, which should be empty, and fills in
// the sum of each entry on the way: every file is inflated once.
func (a *archive) unpack(ctx context.Context, root *os.Root) error {
	if err := a.makeDirs(root); err != nil {
		return err
	}
	order := a.order()
	var n atomic.Int64
	return unpackEach(ctx, root, func() (*entry, error) {
		if i := int(n.Add(1)) - 1; i < len(order) {
			return order[i], nil
		}
		return nil, nil
	}, func(error) {})
}

// unpackEach writes the entries that next returns, one worker a core, until it
// returns none. Failed is told about the first error, so that next need not keep
// the other workers waiting.
func unpackEach(ctx context.Context, root *os.Root, next func() (*entry, error), failed func(error)) error {
	g, ctx := errgroup.WithContext(ctx)
	shared := newLargeBuffers()
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error {
			w := newWorker(root)
			defer w.close()
			zr, buf := newZipReader(shared), make([]byte, 256<<10)
			for {
				e, err := next()
				if err != nil || e == nil {
					return err
				}
				if err := w.unzip(ctx, e, zr, buf); err != nil {
					failed(err)
					return err
				}
			}
		})
	}
	return g.Wait()
}

// pick returns the part of the archive that is the files at paths, in their order.
func (a *archive) pick(paths []string) (archive, error) {
	byPath := make(map[string]*entry)
	for i := range a.entries {
		byPath[a.entries[i].path] = &a.entries[i]
	}
	var picked archive
	folders := make(tree)
	for _, name := range paths {
		e := byPath[name]
		if e == nil {
			return archive{}, &ArchiveError{Name: name, Reason: "missing"}
		}
		if err := folders.add(name); err != nil {
			return archive{}, &ArchiveError{Name: e.name, Reason: "asked for twice", Err: err}
		}
		picked.entries = append(picked.entries, *e)
	}
	picked.dirs = folders.dirs()
	return picked, nil
}

// order starts with the few large files, so that no worker is left alone with
// one at the end; the others keep their order, folder by folder.
func (a *archive) order() []*entry {
	order := pointers(a.entries)
	slices.SortStableFunc(order, func(x, y *entry) int {
		if !x.isLarge() && !y.isLarge() {
			return 0
		}
		return cmp.Compare(y.zip.size(), x.zip.size())
	})
	return order
}

// isLarge reports whether e takes so long that it should come first.
func (e *entry) isLarge() bool { return e.zip.size() >= 1<<20 }

// A worker writes one file after the other.
type worker struct {
	root *os.Root
	hash hash.Hash

	// The folder of the last file stays open: files come folder by folder,
	// and resolving a path under os.Root costs a system call an element.
	dirName string
	dir     *os.Root

	// Whether the umask leaves a mode as it is, once that was seen.
	exact map[fs.FileMode]bool
}

func newWorker(root *os.Root) *worker {
	return &worker{root: root, hash: sha256.New(), exact: make(map[fs.FileMode]bool)}
}

func (w *worker) close() {
	if w.dir != nil {
		_ = w.dir.Close() // a handle on a folder has nothing to lose
	}
}

// unzip inflates, hashes and writes e in one go.
func (w *worker) unzip(ctx context.Context, e *entry, zr *zipReader, buf []byte) error {
	if e.skip {
		return zr.skip(&e.zip)
	}
	if err := zr.open(&e.zip); err != nil {
		return err
	}
	return w.write(e, func() ([]byte, error) {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		n, err := readFull(zr, buf)
		return buf[:n], err
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
func (w *worker) write(e *entry, next func() ([]byte, error)) (err error) {
	dst, err := w.create(e)
	if err != nil {
		return err
	}
	defer func() {
		// Where space is allotted late, only Close tells that it ran out.
		if closeErr := dst.Close(); err == nil {
			err = closeErr
		}
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
			w.hash.Sum(e.sum[:0])
			return nil
		}
	}
}

// create makes the file with its final mode. What the umask takes away is
// given back: a toolchain is the same for all users, and verified as such.
func (w *worker) create(e *entry) (*os.File, error) {
	dir, err := w.folder(path.Dir(e.path))
	if err != nil {
		return nil, err
	}
	f, err := dir.OpenFile(path.Base(e.path), os.O_CREATE|os.O_EXCL|os.O_WRONLY, e.mode)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS == "windows" || w.exact[e.mode] { // has no such bits, and no umask
		return f, nil
	}
	info, err := f.Stat()
	if err == nil && info.Mode().Perm() != e.mode {
		err = f.Chmod(e.mode)
	} else if err == nil {
		w.exact[e.mode] = true
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// folder opens dir, which is "." for the root itself, and makes it where it is
// missing.
func (w *worker) folder(dir string) (*os.Root, error) {
	switch {
	case dir == ".":
		return w.root, nil
	case w.dir != nil && w.dirName == dir:
		return w.dir, nil
	}
	w.close()
	w.dir = nil
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

func (a *archive) sums() []byte {
	return sumsText(pointers(a.entries))
}

// sumsText returns the text that an h1 hash covers: a line for each file of the
// tree, sorted by its name in the module zip. See
// golang.org/x/mod/sumdb/dirhash.
func sumsText(entries []*entry) []byte {
	slices.SortFunc(entries, func(x, y *entry) int { return strings.Compare(x.name, y.name) })
	var text []byte
	for _, e := range entries {
		if !e.skip {
			text = hex.AppendEncode(text, e.sum[:])
			text = append(append(append(text, "  "...), e.name...), '\n')
		}
	}
	return text
}

// h1 returns the hash over sums as the checksum database writes it.
func h1(sums []byte) string {
	sum := sha256.Sum256(sums)
	return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
}
