package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// unpack writes the archive below root, which should be empty, and fills in
// the sum of each entry on the way: every file is inflated once.
func (a *archive) unpack(ctx context.Context, root *os.Root) error {
	for _, dir := range a.dirs {
		if err := root.MkdirAll(dir, 0o777); err != nil {
			return err
		}
	}
	order := a.order()
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error {
			w := &worker{root: root, hash: sha256.New(), buf: make([]byte, 256<<10)}
			defer w.close()
			for {
				i := int(next.Add(1)) - 1
				if i >= len(order) {
					return nil
				}
				if err := w.write(ctx, order[i]); err != nil {
					return err
				}
			}
		})
	}
	return g.Wait()
}

// order starts with the few large files, so that no worker is left alone with
// one at the end; the others keep their order, folder by folder.
func (a *archive) order() []*entry {
	const large = 1 << 20
	order := make([]*entry, len(a.entries))
	for i := range a.entries {
		order[i] = &a.entries[i]
	}
	slices.SortStableFunc(order, func(x, y *entry) int {
		sizeX, sizeY := x.file.UncompressedSize64, y.file.UncompressedSize64
		if sizeX < large && sizeY < large {
			return 0
		}
		if sizeX > sizeY {
			return -1
		} else if sizeX < sizeY {
			return 1
		}
		return 0
	})
	return order
}

// A worker writes one entry after the other.
type worker struct {
	root *os.Root
	hash hash.Hash
	buf  []byte

	// The folder of the last entry stays open: entries come folder by folder,
	// and resolving a path under os.Root costs a system call an element.
	dirName string
	dir     *os.Root
}

func (w *worker) close() {
	if w.dir != nil {
		_ = w.dir.Close() // a handle on a folder has nothing to lose
	}
}

// write inflates, hashes and writes e in one go.
func (w *worker) write(ctx context.Context, e *entry) (err error) {
	src, err := e.file.Open()
	if err != nil {
		return &ArchiveError{Name: e.name, Reason: "not readable", Err: err}
	}
	defer src.Close()
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
	left := e.file.UncompressedSize64
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, readErr := io.ReadFull(src, w.buf)
		if uint64(n) > left {
			return &ArchiveError{Name: e.name, Reason: "larger than declared"}
		}
		left -= uint64(n)
		w.hash.Write(w.buf[:n])
		if _, err := dst.Write(w.buf[:n]); err != nil {
			return err
		}
		switch {
		case readErr == nil:
		case left == 0 && (errors.Is(readErr, io.EOF) || errors.Is(readErr, io.ErrUnexpectedEOF)):
			w.hash.Sum(e.sum[:0])
			return nil
		default:
			return &ArchiveError{Name: e.name, Reason: "damaged", Err: readErr}
		}
	}
}

// create makes the file with its final mode. What the umask takes away is
// given back: a toolchain is the same for all users, and verified as such.
func (w *worker) create(e *entry) (*os.File, error) {
	dir := w.root
	name := path.Base(e.path)
	if parent := path.Dir(e.path); parent != "." {
		if err := w.enter(parent); err != nil {
			return nil, err
		}
		dir = w.dir
	}
	f, err := dir.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, e.mode)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS == "windows" { // has no such bits, and no umask
		return f, nil
	}
	info, err := f.Stat()
	if err == nil && info.Mode().Perm() != e.mode {
		err = f.Chmod(e.mode)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

func (w *worker) enter(dir string) error {
	if w.dir != nil && w.dirName == dir {
		return nil
	}
	w.close()
	w.dir = nil
	sub, err := w.root.OpenRoot(dir)
	if err != nil {
		return err
	}
	w.dir, w.dirName = sub, dir
	return nil
}

// sums returns the text that an h1 hash covers: a line for each file, sorted
// by its name in the zip. See golang.org/x/mod/sumdb/dirhash.
func (a *archive) sums() []byte {
	sorted := make([]*entry, len(a.entries))
	for i := range a.entries {
		sorted[i] = &a.entries[i]
	}
	slices.SortFunc(sorted, func(x, y *entry) int { return strings.Compare(x.name, y.name) })
	var text []byte
	for _, e := range sorted {
		text = fmt.Appendf(text, "%x  %s\n", e.sum, e.name)
	}
	return text
}

// h1 returns the hash over sums as the checksum database writes it.
func h1(sums []byte) string {
	sum := sha256.Sum256(sums)
	return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
}
