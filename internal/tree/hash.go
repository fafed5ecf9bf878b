package tree

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"syscall"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/goroot"
)

// errChanging says that a tree is not at rest, so that nothing can be said
// about it.
var errChanging = errors.New("changed while it was read")

// A Copier writes the copy of one file after the other.
type Copier interface {
	Create(path string) (io.WriteCloser, error) // path is that below GOROOT
	Close()
}

// Hash reads files of the tree on all processors and fills in their sums. What
// can't be read says so itself. With into, which is called once for each processor,
// what was hashed is written there: the very bytes, so that the tree may change.
func (t *Tree) Hash(ctx context.Context, files []*Regular, into func() Copier) error {
	dir, err := OpenDir(t.root)
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	order := programsFirst(files)
	return fsx.Divide(ctx, len(order), func(part iter.Seq[int]) error {
		h := &hasher{tree: t, dir: dir, crc: !t.sealed, sum: sha256.New(), buf: make([]byte, 256<<10)}
		if into != nil {
			h.into = into()
			defer h.into.Close()
		}
		for i := range part {
			if err := h.read(ctx, order[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// HashCopies hashes the copies of go.mod files that the go command has made.
func (t *Tree) HashCopies(ctx context.Context) error {
	return t.Hash(ctx, slices.Collect(maps.Values(t.copies)), nil)
}

// programsFirst begins with the programs, which are the large files: no processor is
// left alone with one at the end. The others come directory by directory.
func programsFirst(files []*Regular) []*Regular {
	order := make([]*Regular, 0, len(files))
	for _, wanted := range []bool{true, false} {
		for _, f := range files {
			if program := strings.HasPrefix(f.Path, "bin/") || strings.HasPrefix(f.Path, "pkg/"); program == wanted {
				order = append(order, f)
			}
		}
	}
	return order
}

// isOurs reports whether an error says nothing about the tree: this process has as
// many files open as it may.
func isOurs(err error) bool { return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) }

// A hasher is one processor's share.
type hasher struct {
	tree *Tree
	dir  *Dir
	into Copier // nil if nothing is written
	crc  bool
	sum  hash.Hash
	buf  []byte
}

// read hashes f. Only trouble with what is written is an error.
func (h *hasher) read(ctx context.Context, f *Regular) error {
	src, err := h.dir.Open(f.Path)
	if isOurs(err) {
		return &fs.PathError{Op: "open", Path: h.tree.abs(f.Path), Err: err}
	} else if err != nil {
		f.Err = err
		return nil
	}
	defer src.Close()
	st, err := src.Stat()
	switch {
	case err != nil:
		f.Err = err
		return nil
	case !st.Mode.IsRegular(), f.listed != nil && (st.Size != f.Size || !src.is(f.listed)):
		f.Err = errChanging
		return nil
	}
	f.Size, f.mode = st.Size, st.Mode
	if h.into == nil {
		return h.copy(ctx, f, src, nil)
	}
	dst, err := h.into.Create(goroot.Path(f.Name))
	if err != nil {
		return err
	}
	// Where space is allotted late, only Close tells that it ran out.
	return errors.Join(h.copy(ctx, f, src, dst), dst.Close())
}

// copy reads f to its end, which has to be where it was when it was opened.
func (h *hasher) copy(ctx context.Context, f *Regular, src io.Reader, dst io.Writer) error {
	h.sum.Reset()
	var crc uint32
	for left := f.Size; ; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, err := src.Read(h.buf)
		left -= int64(n)
		// A read that does not fill the buffer has reached the end.
		ended := errors.Is(err, io.EOF) || err == nil && left == 0 && n < len(h.buf)
		if left < 0 || left > 0 && ended {
			f.Err = errChanging
			return nil
		}
		_, _ = h.sum.Write(h.buf[:n]) // never returns an error
		if h.crc {
			crc = crc32.Update(crc, crc32.IEEETable, h.buf[:n])
		}
		if dst != nil {
			if _, err := dst.Write(h.buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case ended:
			h.sum.Sum(f.Sum[:0])
			f.CRC, f.Hashed = crc, true
			return nil
		case err != nil:
			f.Err = err
			return nil
		}
	}
}

// Sums returns the sums of the files that were hashed and that wanted, unless it is
// nil, says so of, by their names in a zip.
func (t *Tree) Sums(wanted func(name string) bool) map[string][32]byte {
	sums := make(map[string][32]byte, len(t.Files))
	for _, f := range t.Files {
		if f.Hashed && (wanted == nil || wanted(f.Name)) {
			sums[f.Name] = f.Sum
		}
	}
	return sums
}

// Hashed returns the number of files that were hashed, and their bytes.
func (t *Tree) Hashed() (files int, bytes int64) {
	for _, f := range t.Files {
		if f.Hashed {
			files++
			bytes += f.Size
		}
	}
	return files, bytes
}
