package store

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Shim makes the programs in bin/ what programs says: go and gofmt lead to the
// gosw-shim that is installed, and gosw to gosw itself. They are links where the
// platform has them, so that a new one is in use as soon as it is installed. Only go
// and gofmt are shims: tools that "go install" builds stay where Go puts them.
func (s *Store) Shim(ctx context.Context, programs map[string]string) error {
	for _, path := range s.WrongShims(programs) {
		if err := s.create(ctx); err != nil {
			return err
		}
		if err := s.placeShim(ctx, programs[filepath.Base(path)], path); err != nil {
			return err
		}
	}
	s.sweep() // what a killed one left
	return nil
}

// Unshim removes those of programs that are as they are to be, because what they
// lead to is about to go.
func (s *Store) Unshim(ctx context.Context, programs map[string]string) error {
	wrong := s.WrongShims(programs)
	if len(wrong) == len(programs) {
		return nil
	}
	release, err := s.lock(ctx, storeLock, "shim")
	if err != nil {
		return err
	}
	defer release()
	for name := range programs {
		if path := filepath.Join(s.home.Bin(), name); !slices.Contains(wrong, path) {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}

// WrongShims returns what [Store.Shim] would put in its place, sorted.
func (s *Store) WrongShims(programs map[string]string) (wrong []string) {
	for _, name := range slices.Sorted(maps.Keys(programs)) {
		if path := filepath.Join(s.home.Bin(), name); !s.isShim(path, programs[name]) {
			wrong = append(wrong, path)
		}
	}
	return wrong
}

func (s *Store) placeShim(ctx context.Context, program, path string) error {
	release, err := s.lock(ctx, storeLock, "changing")
	if err != nil {
		return err
	}
	defer release()
	return s.shim(program, path)
}
