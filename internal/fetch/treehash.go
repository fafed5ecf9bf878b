package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"iter"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/goroot"
	"github.com/gosw/gosw/internal/release"
)

// hash reads files of the tree on all processors and fills in their sums. What
// can't be read says so itself. With into, which has the folders, what was
// hashed is written there: the very bytes, so that the tree may change.
func (t *goRoot) hash(ctx context.Context, files []*treeFile, into *os.Root) error {
	order := slices.Clone(files)
	slices.SortStableFunc(order, func(x, y *treeFile) int { // large files first, one by one
		const large = 1 << 20
		return int(min(max(y.info.Size(), large), 1<<30) - min(max(x.info.Size(), large), 1<<30))
	})
	return fsx.Divide(ctx, len(order), func(part iter.Seq[int]) error {
		w := newTreeWorker(t.root, into)
		defer w.close()
		for i := range part {
			if err := w.read(ctx, order[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// A treeWorker reads one file after the other.
type treeWorker struct {
	root    *os.Root
	dirName string          // the folder of the last file
	dir     *os.Root        // it stays open: files come folder by folder
	into    *archive.Worker // nil if nothing is written
	sum     hash.Hash
	crc     hash.Hash32
	buf     []byte
}

func newTreeWorker(root, into *os.Root) *treeWorker {
	w := &treeWorker{root: root, sum: sha256.New(), crc: crc32.NewIEEE(), buf: make([]byte, 256<<10)}
	if into != nil {
		w.into = archive.NewWorker(into)
	}
	return w
}

func (w *treeWorker) close() {
	if w.dir != nil {
		_ = w.dir.Close()
	}
	if w.into != nil {
		w.into.Close()
	}
}

// read hashes f. Only trouble with what is written is an error.
func (w *treeWorker) read(ctx context.Context, f *treeFile) error {
	src, err := w.open(f)
	if err != nil {
		f.err = err
		return nil
	}
	defer src.Close()
	var dst io.WriteCloser
	if w.into != nil {
		file := goroot.Path(f.name)
		if dst, err = w.into.Create(&archive.Entry{Path: file, Mode: goroot.Mode(file)}); err != nil {
			return err
		}
	}
	err = w.copy(ctx, f, src, dst)
	if dst != nil {
		if closeErr := dst.Close(); err == nil {
			err = closeErr
		}
	}
	return err
}

// copy reads f to its end, which has to be where it was when f was listed.
func (w *treeWorker) copy(ctx context.Context, f *treeFile, src io.Reader, dst io.Writer) error {
	w.sum.Reset()
	w.crc.Reset()
	for left := f.info.Size(); ; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, err := src.Read(w.buf)
		if left -= int64(n); left < 0 || left > 0 && errors.Is(err, io.EOF) {
			f.err = errChanging
			return nil
		}
		_, _ = w.sum.Write(w.buf[:n]) // neither returns an error, ever
		_, _ = w.crc.Write(w.buf[:n])
		if dst != nil {
			if _, err := dst.Write(w.buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			w.sum.Sum(f.sum[:0])
			f.crc, f.hashed = w.crc.Sum32(), true
			return nil
		case err != nil:
			f.err = withoutPath(err)
			return nil
		}
	}
}

func (w *treeWorker) open(f *treeFile) (*os.File, error) {
	dir := w.root
	if parent := path.Dir(f.path); parent != "." {
		if w.dir == nil || w.dirName != parent {
			sub, err := w.root.OpenRoot(parent)
			if err != nil {
				return nil, withoutPath(err)
			}
			if w.dir != nil {
				_ = w.dir.Close()
			}
			w.dir, w.dirName = sub, parent
		}
		dir = w.dir
	}
	src, err := openListed(dir, path.Base(f.path), f.info)
	if err != nil {
		return nil, withoutPath(err)
	}
	return src, nil
}

// sums returns the text that the h1 of the tree covers, nil if a file of it
// could not be read.
func (t *goRoot) sums(r release.Release) []byte {
	sums := make(map[string][32]byte, len(t.files))
	for _, f := range t.files {
		if !f.hashed {
			return nil
		}
		sums[f.name] = f.sum
	}
	return formatSums(r, sums)
}

// formatSums returns the text that an h1 covers; see golang.org/x/mod/sumdb/dirhash.
func formatSums(r release.Release, sums map[string][32]byte) []byte {
	names := make([]string, 0, len(sums))
	for name := range sums {
		names = append(names, name)
	}
	slices.Sort(names)
	prefix := r.Prefix()
	var text []byte
	for _, name := range names {
		sum := sums[name]
		text = hex.AppendEncode(text, sum[:])
		text = append(append(append(append(text, "  "...), prefix...), name...), '\n')
	}
	return text
}

// readSums is the reverse of formatSums: the names and sums of a proven
// manifest.
func readSums(r release.Release, sums []byte) (map[string][32]byte, bool) {
	files := make(map[string][32]byte)
	for line := range strings.Lines(string(sums)) {
		text, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		name, ok := strings.CutPrefix(name, r.Prefix())
		var sum [32]byte
		if n, err := hex.Decode(sum[:], []byte(text[:min(len(text), 64)])); !ok || err != nil || n != len(sum) {
			return nil, false
		}
		files[name] = sum
	}
	return files, true
}
