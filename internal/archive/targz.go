package archive

import (
	"archive/tar"
	"context"
	"io"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"
)

// A targz is an archive of go.dev/dl on its way to a directory: one goroutine
// inflates it and takes the tar apart, some hash and write. Memory is bounded by
// the number of buffers.
type targz struct {
	root    *os.Root
	names   *contents
	entries []*Entry

	free  chan []byte // buffers that nobody uses
	files chan tarFile
}

const (
	chunkSize  = 64 << 10 // bytes of a buffer; most files fit into one
	queued     = 64       // files that wait for a writer, and buffers for each of them
	maxWriters = 4        // more than one inflater can feed
	blockSize  = 512      // bytes of a header, and of what content is filled up to
)

// A tarFile is a file whose content is handed over while it is read.
type tarFile struct {
	entry  *Entry
	chunks chan []byte // buffers to give back; closed at the end
}

// UnpackDistTarGz writes the release below root, an empty directory, from an
// archive of go.dev/dl, which is read to its end. The tree, and so the sums,
// are those of the module. Errors of file are returned as they are.
func UnpackDistTarGz(ctx context.Context, file io.Reader, prefix string, root *os.Root) (sums []byte, err error) {
	return unpackTarGz(ctx, file, layout{DistTarGz, prefix}, root)
}

// UnpackTarGz writes the files of an archive that is no release of Go below root,
// an empty directory. All names begin with top, such as "gosw_0.2.0_linux_amd64/",
// which goes. What is in bin can be run, whatever mode the archive says.
func UnpackTarGz(ctx context.Context, file io.Reader, top string, root *os.Root) error {
	_, err := unpackTarGz(ctx, file, layout{plainTarGz, top}, root)
	return err
}

func unpackTarGz(ctx context.Context, file io.Reader, l layout, root *os.Root) (sums []byte, err error) {
	g, ctx := errgroup.WithContext(ctx)
	writers := min(runtime.GOMAXPROCS(0), maxWriters)
	t := &targz{
		root: root, names: newContents(l),
		free: make(chan []byte, queued+4*writers), files: make(chan tarFile, queued),
	}
	for range cap(t.free) {
		t.free <- make([]byte, chunkSize)
	}
	g.Go(func() error {
		defer close(t.files)
		return t.split(ctx, file)
	})
	for range writers {
		g.Go(func() error { return t.write(ctx) })
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return sumsText(t.entries), nil
}

// split hands over the files of the tar, and reads the file to its end, where
// gzip has the checksum.
func (t *targz) split(ctx context.Context, file io.Reader) error {
	inflated := &gunzip{ctx: ctx, file: file}
	err := t.sendFiles(ctx, tar.NewReader(inflated))
	if err == nil && len(t.entries) == 0 {
		err = t.names.errorf("", "0 entries")
	}
	if err == nil {
		_, err = io.Copy(io.Discard, inflated)
	}
	switch {
	case err == nil:
		return nil
	case inflated.err != nil:
		return inflated.err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return damagedTarGz(err)
}

func (t *targz) sendFiles(ctx context.Context, tr *tar.Reader) error {
	for {
		e, size, err := t.next(tr)
		if err == io.EOF { //nolint:errorlint // archive/tar's own
			return nil
		}
		if err != nil {
			return err
		}
		t.entries = append(t.entries, e)
		if err := t.send(ctx, e, tr, size); err != nil {
			return err
		}
	}
}

// send hands a file over in chunks, which may be written meanwhile.
func (t *targz) send(ctx context.Context, e *Entry, tr *tar.Reader, size int64) error {
	f := tarFile{e, make(chan []byte, 2)}
	if err := put(ctx, t.files, f); err != nil {
		return err
	}
	for size > 0 {
		buf, err := receive(ctx, t.free)
		if err != nil {
			return err
		}
		buf = buf[:min(size, chunkSize)]
		if _, err := io.ReadFull(tr, buf); err != nil {
			return err // and the writer ends with ctx
		}
		size -= int64(len(buf))
		if err := put(ctx, f.chunks, buf); err != nil {
			return err
		}
	}
	close(f.chunks)
	return nil
}

// next returns the next file of the tree and its size. Directories and left-out files
// are checked and passed over. Sparse files are refused: they have holes that no
// bound on what is inflated sees.
func (t *targz) next(tr *tar.Reader) (*Entry, int64, error) {
	for {
		h, err := tr.Next()
		if err != nil {
			return nil, 0, err
		}
		isDir := h.Typeflag == tar.TypeDir
		if !isDir && h.Typeflag != tar.TypeReg {
			return nil, 0, t.names.errorf(h.Name, "not a regular file: kind %q", h.Typeflag)
		}
		for key := range h.PAXRecords {
			if strings.HasPrefix(key, "GNU.sparse.") {
				return nil, 0, t.names.errorf(h.Name, "not a regular file: sparse")
			}
		}
		e, err := t.names.add(h.Name, isDir)
		if err != nil {
			return nil, 0, err
		}
		if !isDir && !e.Skip {
			return &e, h.Size, nil
		}
	}
}

// write writes files until there are no more.
func (t *targz) write(ctx context.Context) error {
	w := NewWorker(t.root)
	defer w.Close()
	for f := range t.files {
		var last []byte
		err := w.write(f.entry, func() (data []byte, err error) {
			if last != nil {
				t.free <- last[:chunkSize] // has room for all
			}
			last, err = receive(ctx, f.chunks)
			return last, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// put sends v, as long as ctx lasts.
func put[T any](ctx context.Context, to chan<- T, v T) error {
	select {
	case to <- v:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// receive returns the next buffer, [io.EOF] after the last, or why there will
// be none.
func receive(ctx context.Context, from <-chan []byte) ([]byte, error) {
	select {
	case buf, ok := <-from:
		if !ok {
			return nil, io.EOF
		}
		return buf, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
