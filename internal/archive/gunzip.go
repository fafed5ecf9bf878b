package archive

import (
	"context"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

// A gunzip inflates a file, as far as the bounds allow.
type gunzip struct {
	ctx    context.Context // io.Reader has no parameter for it
	file   io.Reader
	zr     *gzip.Reader // nil before the first read
	packed int64        // bytes read
	total  int64        // bytes inflated
	err    error        // what ended it that is not for the archive to answer for
}

func (z *gunzip) Read(p []byte) (n int, err error) {
	if z.ctx.Err() != nil {
		z.err = context.Cause(z.ctx)
		return 0, z.err
	}
	if z.zr == nil {
		if z.zr, err = gzip.NewReader((*gzipSource)(z)); err != nil {
			return 0, damagedTarGz(err)
		}
	}
	n, err = z.zr.Read(p)
	z.total += int64(n)
	switch {
	case z.packed > MaxZip:
		return 0, tooMuchTarGz("too large")
	case z.total > MaxUnpacked+maxEntries*3*blockSize:
		return 0, tooMuchTarGz("unpacks to more than 2 GiB")
	case z.total > ratioFrom && z.total > maxRatio*z.packed:
		return 0, tooMuchTarGz("unpacks to more than 12 times its size")
	}
	return n, err
}

// A gzipSource reads the file of a gunzip, and notes what is wrong with it.
type gzipSource gunzip

func (s *gzipSource) Read(p []byte) (int, error) {
	n, err := s.file.Read(p)
	s.packed += int64(n)
	if err != nil && err != io.EOF { // one that wraps it is no end
		s.err = err
	}
	return n, err
}

func tooMuchTarGz(reason string) error { return &Error{Format: targzFormat, Reason: reason} }

// damagedTarGz words what archive/tar and gzip say.
func damagedTarGz(err error) error {
	switch {
	case errors.As(err, new(*Error)):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &Error{Format: targzFormat, Reason: "cut short"}
	}
	return &Error{Format: targzFormat, Reason: "damaged", Err: err}
}
