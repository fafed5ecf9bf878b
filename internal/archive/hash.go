package archive

import (
	"context"
	"crypto/sha256"
	"hash"
	"io"
	"iter"

	"github.com/gosw/gosw/internal/fsx"
)

// Hash inflates entries of a zip on all processors and fills in their
// sums.
func Hash(ctx context.Context, entries []*Entry) error {
	return fsx.Divide(ctx, len(entries), func(part iter.Seq[int]) error {
		zr, sum := newZipReader(), sha256.New()
		for i := range part {
			if err := entries[i].hash(ctx, zr, sum); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *Entry) hash(ctx context.Context, zr *zipReader, sum hash.Hash) error {
	if err := zr.open(&e.zip); err != nil {
		return err
	}
	sum.Reset()
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, err := zr.Read(zr.buf)
		_, _ = sum.Write(zr.buf[:n]) // never returns an error
		switch {
		case err == io.EOF: //nolint:errorlint // an ArchiveError may wrap it, and is no end
			sum.Sum(e.Sum[:0])
			return nil
		case err != nil:
			return err
		}
	}
}
