package fetch

import (
	"context"
	"errors"
	"io"
	"strings"
)

// errTarEnd says that a tar has come to its end, and that all is well.
var errTarEnd = errors.New("end of the tar")

// maxTarEnd is how many zeros may end a tar: two blocks at least, as Go writes,
// and at most what fills a record of twenty.
const maxTarEnd = 20 * blockSize

// A tarReader takes a tar apart. See [parseTarHeader] on why it is not
// archive/tar's.
type tarReader struct {
	src   *gunzip
	names *contents
	chunk []byte // inflated, all of it
	rest  []byte // of chunk, not yet used
	block [blockSize]byte
	pad   int   // bytes from the end of the content to the next block
	total int64 // bytes of all contents
}

// next returns the next file of the tree and its size: as many bytes must be
// read before the next call. Folders and left-out files are checked and passed
// over.
func (t *tarReader) next(ctx context.Context) (*entry, int64, error) {
	for {
		h, err := t.header(ctx)
		if err != nil {
			return nil, 0, err
		}
		e, err := t.names.add(h.name, h.kind == tarFolder)
		if err != nil {
			return nil, 0, err
		}
		if h.renamed && !shortens(h.short, h.name) {
			return nil, 0, t.names.errorf(h.name, "has another name in its header: %.100q", cleanLine(h.short))
		}
		if t.total += h.size; t.total > maxUnpacked {
			return nil, 0, t.names.errorf("", "unpacks to more than 2 GiB")
		}
		switch {
		case h.kind == tarFolder:
		case e.skip:
			if err := t.skip(ctx, h.size); err != nil {
				return nil, 0, err
			}
		default:
			return &e, h.size, nil
		}
	}
}

// header returns the next header of a file or folder, with the name that
// records before it may give.
func (t *tarReader) header(ctx context.Context) (h tarHeader, err error) {
	name, records := "", false
	for {
		if err := t.readBlock(ctx); err != nil {
			return h, t.cut(err)
		}
		if zero(t.block[:]) {
			if records {
				return h, t.names.errorf(name, "PAX records of no entry")
			}
			return h, t.end(ctx)
		}
		if h, err = parseTarHeader(t.block[:]); err != nil {
			return h, t.names.errorf(h.name, "%v", err)
		}
		t.pad = int(-h.size & (blockSize - 1))
		switch {
		case h.kind != tarPAX:
			if name != "" {
				h.renamed, h.short, h.name = true, h.name, name
			}
			if h.kind == tarFile && strings.HasSuffix(h.name, "/") {
				return h, t.names.errorf(h.name, "a file with a folder's name")
			}
			return h, nil
		case records:
			return h, t.names.errorf(name, "PAX records of no entry")
		}
		if name, err = t.records(ctx, h); err != nil {
			return h, err
		}
		records = true
	}
}

func (t *tarReader) records(ctx context.Context, h tarHeader) (name string, err error) {
	if h.size == 0 || h.size > maxPAX {
		return "", t.names.errorf(h.name, "%d bytes of PAX records", h.size)
	}
	data := make([]byte, h.size)
	if err := t.read(ctx, data); err != nil {
		return "", err
	}
	if name, err = parsePAX(data); err != nil {
		return "", t.names.errorf(h.name, "%v", err)
	}
	return name, nil
}

// end reads on behind the first block of zeros. There must be a second, and
// then nothing but zeros.
func (t *tarReader) end(ctx context.Context) error {
	if len(t.names.names) == 0 {
		return t.names.errorf("", "0 entries")
	}
	for got := blockSize; ; got += blockSize {
		err := t.readBlock(ctx)
		switch {
		case err == io.EOF && got > blockSize: //nolint:errorlint // one that wraps it is no end
			return errTarEnd
		case err != nil:
			return t.cut(err)
		case !zero(t.block[:]):
			return t.names.errorf("", "goes on behind its end")
		case got >= maxTarEnd:
			return t.names.errorf("", "does not end")
		}
	}
}

// readBlock reads the next block, behind what fills up the content before.
// It returns [io.EOF] if there is none.
func (t *tarReader) readBlock(ctx context.Context) error {
	if t.pad > 0 {
		pad := t.block[:t.pad]
		if err := t.read(ctx, pad); err != nil {
			return err
		}
		if !zero(pad) {
			return t.names.errorf("", "bytes between two entries")
		}
		t.pad = 0
	}
	if err := t.more(ctx); err != nil {
		return err
	}
	return t.read(ctx, t.block[:])
}

// read fills buf.
func (t *tarReader) read(ctx context.Context, buf []byte) error {
	for len(buf) > 0 {
		if err := t.more(ctx); err != nil {
			return t.cut(err)
		}
		n := copy(buf, t.rest)
		buf, t.rest = buf[n:], t.rest[n:]
	}
	return nil
}

func (t *tarReader) skip(ctx context.Context, size int64) error {
	for size > 0 {
		if err := t.more(ctx); err != nil {
			return t.cut(err)
		}
		n := min(size, int64(len(t.rest)))
		size, t.rest = size-n, t.rest[n:]
	}
	return nil
}

// more makes sure that there is something in rest.
func (t *tarReader) more(ctx context.Context) (err error) {
	for len(t.rest) == 0 {
		if t.chunk, err = t.src.next(ctx, t.chunk); err != nil {
			return err
		}
		t.rest = t.chunk
	}
	return nil
}

func (t *tarReader) cut(err error) error {
	if err == io.EOF { //nolint:errorlint // one that wraps it is another error
		return t.names.errorf("", "cut short")
	}
	return err
}
