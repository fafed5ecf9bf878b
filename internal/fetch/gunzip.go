package fetch

import (
	"bufio"
	"context"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

// A gunzip inflates a file that has just one member, on a goroutine of its own.
type gunzip struct {
	src    *countingReader
	chunks chan []byte // what is inflated, in order
	free   chan []byte // buffers that nobody uses
	err    error       // why there are no more chunks, io.EOF if all is well; set before chunks is closed
}

func newGunzip(file io.Reader) *gunzip {
	const buffers = 4
	z := &gunzip{src: &countingReader{src: file}, chunks: make(chan []byte, buffers), free: make(chan []byte, buffers)}
	for range buffers {
		z.free <- make([]byte, 256<<10)
	}
	return z
}

// next returns the next chunk in exchange for the last one.
func (z *gunzip) next(ctx context.Context, used []byte) ([]byte, error) {
	if used != nil {
		z.free <- used[:cap(used)] // has room for all
	}
	select {
	case chunk, ok := <-z.chunks:
		if !ok {
			return nil, z.err
		}
		return chunk, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// run inflates the file. That it is damaged is for next to say, behind all
// that was not: errors then come in the order of the file.
func (z *gunzip) run(ctx context.Context) {
	defer close(z.chunks)
	z.err = z.inflate(ctx)
	if z.src.err != nil {
		z.err = z.src.err // what the inflater makes of it says less
	}
}

func (z *gunzip) inflate(ctx context.Context) error {
	input := bufio.NewReaderSize(z.src, 128<<10)
	if err := checkGzipHeader(input); err != nil {
		return err
	}
	zr, err := gzip.NewReader(input)
	if err != nil {
		return targzError("damaged", err)
	}
	zr.Multistream(false)
	var total int64
	for {
		buf, err := receive(ctx, z.free)
		if err != nil {
			return err
		}
		n, readErr := readFull(zr, buf)
		total += int64(n)
		switch {
		case z.src.n > maxZip:
			return targzError("too large", nil)
		case total > maxUnpacked+maxEntries*3*blockSize:
			return targzError("unpacks to more than 2 GiB", nil)
		case total > ratioFrom && total > maxRatio*z.src.n:
			return targzError("unpacks to more than 12 times its size", nil)
		}
		select {
		case z.chunks <- buf[:n]:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		switch {
		case readErr == io.EOF: //nolint:errorlint // the inflater's own, or none
			return checkGzipEnd(input)
		case readErr != nil:
			return targzError("damaged", readErr)
		}
	}
}

// checkGzipHeader wants what Go's own writer makes: ten bytes without a name,
// a comment or an extra field.
func checkGzipHeader(input *bufio.Reader) error {
	header, err := input.Peek(10)
	switch {
	case err != nil:
		return targzError("cut short", nil)
	case string(header[:3]) != "\x1f\x8b\x08":
		return targzError("not compressed with gzip", nil)
	case header[3] != 0:
		return targzError("more in the gzip header than Go writes", nil)
	}
	return nil
}

// checkGzipEnd makes sure that nothing follows the member. Some readers would
// go on with a second one, some would not.
func checkGzipEnd(input *bufio.Reader) error {
	if _, err := input.ReadByte(); err == nil {
		return targzError("bytes behind its end", nil)
	}
	return io.EOF
}

func targzError(reason string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &ArchiveError{Format: targzFormat, Reason: "cut short"}
	}
	return &ArchiveError{Format: targzFormat, Reason: reason, Err: err}
}

// A countingReader counts bytes, and remembers what ended it if that was not
// the end.
type countingReader struct {
	src io.Reader
	n   int64
	err error
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.src.Read(p)
	r.n += int64(n)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}
