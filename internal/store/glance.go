package store

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// Glance is the part of [Store.Verify] that costs next to nothing: is there a
// receipt of v, and a go that can run; with sums also, is the manifest the
// one that was proven. The error says what is wrong with v.
func (s *Store) Glance(v gover.Version, sums bool) (*Receipt, error) {
	r, err := s.Receipt(v)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("it has no receipt, so nothing proves what it is")
	case err != nil:
		return nil, fmt.Errorf("its receipt can't be read: %w", err)
	}
	if err := r.agrees(v, new(manifest), false); err != nil {
		return r, fmt.Errorf("its receipt is not right: %w", err)
	}
	info, err := os.Stat(s.home.Tool(v, "go"))
	if err != nil && !toolchain.Missing(err) {
		return r, fmt.Errorf("its bin/go can't be looked at: %w", err)
	}
	if err != nil || !info.Mode().IsRegular() || info.Mode()&0o111 == 0 && toolchain.Exe == "" {
		return r, errors.New("it has no bin/go that can run")
	}
	if !sums {
		return r, nil
	}
	h1, err := hashRegular(s.sumsFile(v))
	if err != nil {
		return r, fmt.Errorf("its manifest can't be read: %w", err)
	}
	if h1 != r.H1 {
		return r, errors.New("its manifest is not the one that was proven")
	}
	return r, nil
}

// readRegular reads a file of the store.
func readRegular(file string) (data []byte, err error) {
	err = withRegular(file, func(f rawFile, size int64) error {
		data = make([]byte, size+1) // by which the end shows without another read
		n, err := io.ReadFull(f, data)
		if data = data[:n]; errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		rest, err := io.ReadAll(f) // it has grown
		data = append(data, rest...)
		return err
	})
	return data, err
}

// hashRegular returns what hashOf says of a file, without all of it in memory.
func hashRegular(file string) (h1 string, err error) {
	sum := sha256.New()
	err = withRegular(file, func(f rawFile, _ int64) error {
		_, err := io.CopyBuffer(sum, f, make([]byte, 64<<10))
		return err
	})
	return h1Of(sum.Sum(nil)), err
}

// withRegular hands a file of the store, and its size, to read. Whatever is no
// regular file is an error, not something to wait for.
func withRegular(file string, read func(rawFile, int64) error) error {
	f, err := openPlain(file)
	if err != nil {
		return pathError("open", file, err)
	}
	defer f.close()
	mode, size, err := f.stat()
	if err == nil && !mode.IsRegular() {
		err = errors.New("not a regular file")
	}
	if err != nil {
		return pathError("open", file, err)
	}
	return pathError("read", file, read(f, size))
}

// pathError is err with what it is about, if it does not say that itself.
func pathError(op, path string, err error) error {
	if err == nil || errors.As(err, new(*fs.PathError)) {
		return err
	}
	return &fs.PathError{Op: op, Path: path, Err: err}
}
