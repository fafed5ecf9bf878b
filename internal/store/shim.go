package store

import (
	"context"
	"path/filepath"

	"github.com/gosw/gosw/internal/toolchain"
)

// Shim puts the shims on PATH: bin/go and bin/gofmt become program, the path of
// an installed gosw-shim. They are links where the platform has them, so that
// a new gosw-shim is in use as soon as it is installed. Only these two names
// are shims: tools that "go install" builds stay where Go puts them.
func (s *Store) Shim(ctx context.Context, program string) error {
	for _, tool := range []string{"go", "gofmt"} {
		path := filepath.Join(s.home.Bin(), tool+toolchain.Exe)
		if isShim(path, program) {
			continue
		}
		if err := s.create(ctx); err != nil {
			return err
		}
		if err := s.placeShim(ctx, program, path); err != nil {
			return err
		}
	}
	s.sweep() // what a killed one left
	return nil
}

// WrongShims returns the shims that [Store.Shim] would put in their place.
func (s *Store) WrongShims(program string) (wrong []string) {
	for _, tool := range []string{"go", "gofmt"} {
		if path := filepath.Join(s.home.Bin(), tool+toolchain.Exe); !isShim(path, program) {
			wrong = append(wrong, path)
		}
	}
	return wrong
}

func (s *Store) placeShim(ctx context.Context, program, path string) error {
	release, err := s.lock(ctx, storeLock, "shim")
	if err != nil {
		return err
	}
	defer release()
	return s.shim(program, path)
}
