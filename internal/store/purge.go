package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/gosw/gosw/internal/toolchain"
)

// Purge deletes the store, for good. In bin, what gosw has not put there stays, and
// so do names that it does not know; all reports whether nothing did. Nothing may
// run from the store: that is for the caller to find out.
func (s *Store) Purge(ctx context.Context) (all bool, err error) {
	if missing, err := lookFor(string(s.home)); missing || err != nil {
		return err == nil, err
	}
	if err := s.create(ctx); err != nil { // there is a lock to take then
		return false, err
	}
	release, err := s.lock(ctx, storeLock, "purge")
	if err != nil {
		return false, err
	}
	defer release()
	root, err := os.OpenRoot(string(s.home))
	if err != nil {
		return false, err
	}
	defer root.Close()
	names := []string{"default", "pins", "toolchains", "receipts", "staging", "platforms", "cache", "state"}
	entries, err := readDir(s.home.Bin())
	for _, entry := range entries {
		if name := entry.Name(); isCommandLink(name) && entry.Type()&fs.ModeSymlink != 0 || slices.Contains([]string{"go" + toolchain.Exe, "gofmt" + toolchain.Exe, "gosw"}, name) {
			names = append(names, "bin/"+name)
		}
	}
	for _, name := range append(names, "locks", "format") { // which says last that it is a store
		err = errors.Join(err, removeAll(root, name))
	}
	if err != nil {
		return false, err
	}
	_ = os.Remove(s.home.Bin())
	return os.Remove(string(s.home)) == nil, nil
}
