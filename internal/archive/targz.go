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

// A targz is an archive of go.dev/dl on its way to a folder: one goroutine
// inflates it and takes the tar apart, some hash and write. Memory is bounded by
// the number of buffers.
type targz struct {
	root    *os.Root
	names   *contents
	entries []*Entry

	free chan []byte // buffers that nobody uses
	jobs chan tarJob
}

const (
	batchSize  = 512 << 10 // bytes of small files that a worker gets at once
	batchFiles = 256
	maxWriters = 4   // more than one inflater can feed
	blockSize  = 512 // bytes of a header, and of what content is filled up to
)

// A tarJob is a batch of files, or one that is larger than a batch.
type tarJob struct {
	files []tarContent
	data  []byte // of all files, a buffer to give back

	large *Entry
	parts chan []byte // of the large file; buffers to give back
}

type tarContent struct {
	entry *Entry
	data  []byte
}

// UnpackDistTarGz writes the release below root, an empty folder, from an
// archive of go.dev/dl, which is read to its end. The tree, and so the sums,
// are those of the module. Errors of file are returned as they are.
func UnpackDistTarGz(ctx context.Context, file io.Reader, prefix string, root *os.Root) (sums []byte, err error) {
	g, ctx := errgroup.WithContext(ctx)
	writers := min(runtime.GOMAXPROCS(0), maxWriters)
	t := &targz{
		root: root, names: newContents(distLayout(prefix, targzFormat)),
		free: make(chan []byte, 2*writers+4), jobs: make(chan tarJob),
	}
	for range cap(t.free) {
		t.free <- make([]byte, batchSize)
	}
	g.Go(func() error {
		defer close(t.jobs)
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

// split makes jobs of the files of the tar, and reads the file to its end, where
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
	batch, err := t.newBatch(ctx)
	if err != nil {
		return err
	}
	for {
		e, size, err := t.next(tr)
		if err == io.EOF { //nolint:errorlint // archive/tar's own
			return t.send(ctx, batch)
		}
		if err != nil {
			return err
		}
		t.entries = append(t.entries, e)
		switch {
		case size > batchSize:
			if err := t.sendLarge(ctx, e, tr, size); err != nil {
				return err
			}
			continue
		case size > int64(cap(batch.data)-len(batch.data)) || len(batch.files) == batchFiles:
			if err := t.send(ctx, batch); err != nil {
				return err
			}
			if batch, err = t.newBatch(ctx); err != nil {
				return err
			}
		}
		start := len(batch.data)
		batch.data = batch.data[:start+int(size)]
		content := batch.data[start:]
		if _, err := io.ReadFull(tr, content); err != nil {
			return err
		}
		batch.files = append(batch.files, tarContent{e, content})
	}
}

// next returns the next file of the tree and its size. Folders and left-out files
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

func (t *targz) newBatch(ctx context.Context) (tarJob, error) {
	buf, err := receive(ctx, t.free)
	return tarJob{data: buf[:0]}, err
}

func (t *targz) send(ctx context.Context, job tarJob) error {
	select {
	case t.jobs <- job:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// sendLarge hands a file over in parts, while it is written.
func (t *targz) sendLarge(ctx context.Context, e *Entry, tr *tar.Reader, size int64) error {
	parts := make(chan []byte, 2)
	if err := t.send(ctx, tarJob{large: e, parts: parts}); err != nil {
		return err
	}
	for size > 0 {
		buf, err := receive(ctx, t.free)
		if err != nil {
			return err
		}
		buf = buf[:min(size, batchSize)]
		if _, err := io.ReadFull(tr, buf); err != nil {
			return err // and the writer ends with ctx
		}
		size -= int64(len(buf))
		select {
		case parts <- buf:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	close(parts)
	return nil
}

// write does jobs until there are no more.
func (t *targz) write(ctx context.Context) error {
	w := NewWorker(t.root)
	defer w.Close()
	for job := range t.jobs {
		if job.large != nil {
			if err := t.writeLarge(ctx, w, job); err != nil {
				return err
			}
			continue
		}
		for _, f := range job.files {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := w.write(f.entry, func() ([]byte, error) { return f.data, io.EOF }); err != nil {
				return err
			}
		}
		t.free <- job.data[:cap(job.data)] // has room for all
	}
	return nil
}

func (t *targz) writeLarge(ctx context.Context, w *Worker, job tarJob) error {
	var last []byte
	return w.write(job.large, func() ([]byte, error) {
		if last != nil {
			t.free <- last[:cap(last)]
		}
		var err error
		last, err = receive(ctx, job.parts)
		return last, err
	})
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
