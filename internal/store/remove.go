package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosw/gosw/internal/gover"
)

// Remove takes toolchain v out of the store and reports whether it was there.
// It loses its name in one step and is deleted after that.
func (s *Store) Remove(ctx context.Context, v gover.Version) (removed bool, err error) {
	if !s.home.Has(v) {
		return false, nil
	}
	if err := s.create(ctx); err != nil {
		return false, err
	}
	removed, err = s.remove(ctx, v)
	s.sweep()
	return removed, err
}

func (s *Store) remove(ctx context.Context, v gover.Version) (bool, error) {
	release, err := s.lock(ctx, v.String(), "uninstall")
	if err != nil {
		return false, err
	}
	defer release()
	grave, err := os.MkdirTemp(s.staging(), v.String()+".*")
	if err != nil {
		return false, err
	}
	err = os.Rename(s.home.Dir(v), filepath.Join(grave, "tree"))
	switch {
	case errors.Is(err, fs.ErrNotExist): // another process was first
		return false, os.Remove(grave)
	case err != nil:
		return false, errors.Join(err, os.Remove(grave))
	}
	err = errors.Join(syncDir(s.home.Toolchains()), s.Relink(ctx), s.removeReceipt(v))
	return true, errors.Join(err, os.RemoveAll(grave))
}

// sweep removes what killed processes left: things in staging, and receipts
// without a toolchain. What a living process works on is under its lock and
// stays. Leftovers do no harm, so errors are left for the next time.
func (s *Store) sweep() {
	for lock := range s.leftovers() {
		release, ok := s.tryLock(lock)
		if !ok {
			continue
		}
		_ = s.removeStaged(lock)
		if v, err := gover.Parse(lock); err == nil && !s.home.Has(v) {
			_ = s.removeReceipt(v)
		}
		release()
	}
}

// leftovers returns the locks under which something may have been left: in
// staging, or as a receipt without a toolchain.
func (s *Store) leftovers() map[string]bool {
	found := make(map[string]bool)
	staged, _ := os.ReadDir(s.staging())
	for _, entry := range staged {
		if lock := owner(entry.Name()); lock != "" {
			found[lock] = true
		}
	}
	receipts, _ := os.ReadDir(s.receipts())
	for _, entry := range receipts {
		name := strings.TrimSuffix(strings.TrimSuffix(entry.Name(), ".json"), ".sums")
		if v, err := gover.Parse(name); err == nil && v.String() == name && !s.home.Has(v) {
			found[name] = true
		}
	}
	return found
}

// owner returns the lock that an entry of staging belongs to: everything there
// is named <lock>.<random>. It returns "" for a name that is not ours.
func owner(name string) string {
	lock := strings.TrimSuffix(name, filepath.Ext(name))
	v, err := gover.Parse(lock)
	if lock == storeLock || err == nil && v.String() == lock {
		return lock
	}
	return ""
}

// removeStaged removes what is in staging under lock, which the caller holds.
func (s *Store) removeStaged(lock string) error {
	staged, err := os.ReadDir(s.staging())
	if err != nil {
		return err
	}
	for _, entry := range staged {
		if owner(entry.Name()) == lock {
			err = errors.Join(err, os.RemoveAll(filepath.Join(s.staging(), entry.Name())))
		}
	}
	return err
}
