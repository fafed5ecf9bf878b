package store

import (
	"errors"
	"fmt"
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
	if err != nil || !info.Mode().IsRegular() || info.Mode()&0o111 == 0 && toolchain.Exe == "" {
		return r, errors.New("it has no bin/go that can run")
	}
	if !sums {
		return r, nil
	}
	text, err := s.Sums(v)
	if err != nil {
		return r, fmt.Errorf("its manifest can't be read: %w", err)
	}
	if hashOf(text) != r.H1 {
		return r, errors.New("its manifest is not the one that was proven")
	}
	return r, nil
}

// readRegular reads a file of the store. It looks before it opens, since opening
// a FIFO would block.
func readRegular(file string) ([]byte, error) {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: file, Err: errors.New("not a regular file")}
	}
	return os.ReadFile(file)
}
