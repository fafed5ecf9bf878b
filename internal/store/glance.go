package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/tree"
)

// Glance is the part of [Store.Verify] that costs next to nothing: is there a
// receipt of v, and a go that can run; with sums also, is the manifest the
// one that was proven. The error says what is wrong with v.
func (s *Store) Glance(v gover.Version, sums bool) (*Receipt, error) {
	r, err := s.Receipt(v)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("no receipt, so it can't be verified")
	case err != nil:
		return nil, fmt.Errorf("can't read its receipt: %w", err)
	}
	if err := r.agrees(v, new(tree.Manifest), false); err != nil {
		return r, fmt.Errorf("its receipt is wrong: %w", err)
	}
	info, err := os.Stat(s.home.Tool(v, "go"))
	if err != nil && !toolchain.Missing(err) {
		return r, fmt.Errorf("can't read its bin/go: %w", err)
	}
	if err != nil || !info.Mode().IsRegular() || info.Mode()&0o111 == 0 && toolchain.Exe == "" {
		return r, errors.New("its bin/go can't run")
	}
	if !sums {
		return r, nil
	}
	manifest, err := s.Sums(v)
	if err != nil {
		return r, fmt.Errorf("can't read its manifest: %w", err)
	}
	if tree.H1(manifest) != r.H1 {
		return r, errors.New("its manifest is not the verified one")
	}
	return r, nil
}

// maxFile bounds a file of the store that is read as a whole, in bytes: the
// manifest of a release has 1.5 MB.
const maxFile = 16 << 20

// readFile reads a file of the store. gosw makes no links in the place of any.
func readFile(file string) ([]byte, error) { return fsx.Read(file, maxFile, fsx.NoFollow) }
