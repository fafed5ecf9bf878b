package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
)

// sweep removes what killed processes left: things in staging, and receipts
// without a toolchain. What a living process works on is under its lock and
// stays. Leftovers do no harm, so errors are left for the next time.
func (s *Store) sweep() {
	for lock := range s.leftovers() {
		release, ok := s.tryLock(lock)
		if !ok {
			continue
		}
		v, err := gover.Parse(lock) // or else it is the store's own lock
		if err == nil && s.putBack(v) != nil {
			release() // what can't be put back must not be deleted
			continue
		}
		_ = s.do("sweep/staging", func() error { return s.removeStaged(lock) })
		if err == nil && s.isDangling(v) {
			_ = fsx.Remove(s.home.Dir(v))
		}
		if err == nil && s.lacks(v) {
			_ = s.do("sweep/receipt", func() error { return s.removeReceipt(v) })
		}
		release()
	}
}

// lacks reports whether v is certainly not installed.
func (s *Store) lacks(v gover.Version) bool {
	there, err := s.home.Has(v)
	return !there && err == nil
}

// isDangling reports whether the link in the place of v leads to a grave that is
// certainly gone.
func (s *Store) isDangling(v gover.Version) bool {
	grave, err := s.graveOf(v)
	return err == nil && grave != "" && isMissing(grave)
}

// leftovers returns the locks under which something may have been left: in
// staging, as a receipt without a toolchain, or as a link to a grave that is gone.
func (s *Store) leftovers() map[string]bool {
	found := make(map[string]bool)
	staged, _ := s.staged()
	for _, entry := range staged {
		found[owner(entry.Name())] = true
	}
	named, _ := os.ReadDir(s.home.Toolchains())
	there := make(map[string]bool, len(named)) // which need not be looked at
	for _, entry := range named {
		there[entry.Name()] = entry.IsDir()
		if v, ok := versionOf(entry.Name()); ok && entry.Type()&fs.ModeSymlink != 0 && s.isDangling(v) {
			found[entry.Name()] = true
		}
	}
	receipts, _ := os.ReadDir(s.receipts())
	for _, entry := range receipts {
		name := strings.TrimSuffix(strings.TrimSuffix(entry.Name(), ".json"), ".sums")
		if v, ok := versionOf(name); ok && !there[name] && s.lacks(v) {
			found[name] = true
		}
	}
	return found
}

// staged returns what is in staging and made by gosw for this user: by its name,
// and as gosw makes no links there.
func (s *Store) staged() ([]fs.DirEntry, error) {
	all, err := readDir(s.staging())
	all = slices.DeleteFunc(all, func(entry fs.DirEntry) bool {
		info, infoErr := entry.Info()
		if infoErr != nil && !fsx.IsAbsent(infoErr) {
			err = errors.Join(err, infoErr)
		}
		return infoErr != nil || owner(entry.Name()) == "" || !mine(info) || !info.IsDir() && !info.Mode().IsRegular()
	})
	return all, err
}

// owner returns the lock that an entry of staging belongs to: everything there
// is named <lock>.<random>, a number, by os.MkdirTemp and os.CreateTemp. It returns
// "" for a name that is not ours.
func owner(name string) string {
	random := strings.TrimPrefix(filepath.Ext(name), ".")
	if n, err := strconv.ParseUint(random, 10, 32); err != nil || strconv.FormatUint(n, 10) != random {
		return ""
	}
	lock := strings.TrimSuffix(name, "."+random)
	if lock == storeLock || isCommandLink(lock) {
		return lock
	}
	return ""
}

// removeStaged removes what is in staging under lock, which the caller holds,
// but for uninstalled trees that a process runs from.
func (s *Store) removeStaged(lock string) error {
	staged, err := s.staged()
	if err != nil {
		return err
	}
	v, _ := gover.Parse(lock) // the zero Version for the store's own lock
	for _, entry := range staged {
		if owner(entry.Name()) != lock {
			continue
		}
		path := filepath.Join(s.staging(), entry.Name())
		if isGrave(path) {
			err = errors.Join(err, s.bury(v, path))
		} else {
			err = errors.Join(err, s.discard(entry.Name()))
		}
	}
	return err
}
