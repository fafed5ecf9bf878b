package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// syncEach puts the files and directories below dir on the disk, one after the
// other, for where there is no call for all of them.
func syncEach(dir string) error {
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return syncFile(path)
	})
	return errors.Join(err, fsx.SyncDir(dir))
}

// swapInSteps is swap for where there is no call for it: for a moment nothing
// has the name b. If it is cut short there, putBack fixes it.
func swapInSteps(a, b string) error {
	aside := a + asideSuffix // beside a, so that the sweep knows whose it is
	if err := fsx.Rename(b, aside); err != nil {
		return err
	}
	if err := fsx.Rename(a, b); err != nil {
		return errors.Join(err, fsx.Rename(aside, b))
	}
	return fsx.Rename(aside, a)
}

// isMissing reports whether nothing has the name path: false where that can't be
// known, so that nothing is deleted or written over on a guess.
func isMissing(path string) bool {
	missing, err := lookFor(path)
	return missing && err == nil
}

// lookFor is isMissing for those who act on either answer.
func lookFor(path string) (missing bool, err error) {
	if _, err = os.Lstat(path); toolchain.Missing(err) {
		return true, nil
	}
	return false, err
}

// asideSuffix marks a tree that is without a name only while two are exchanged.
const asideSuffix = "0"

// putBack fixes what a process left that was killed in the middle of swapInSteps:
// it gives v its name again or, where the other tree or the link has that already,
// puts the old tree where it was to go, as processes may run from it. It also finishes
// a removal in place. The caller holds the lock of v.
func (s *Store) putBack(v gover.Version) error {
	doomed, err := s.doomed(v)
	for _, grave := range doomed {
		err = errors.Join(err, s.finishDoomed(v, grave))
	}
	if err != nil {
		return err
	}
	staged, err := s.staged()
	if err != nil {
		return err
	}
	for _, entry := range staged {
		if owner(entry.Name()) != v.String() {
			continue
		}
		tree := filepath.Join(s.staging(), entry.Name(), graveTree)
		aside := tree + asideSuffix
		if gone, err := lookFor(aside); err != nil {
			return err
		} else if gone {
			continue
		}
		for _, place := range []string{s.home.Dir(v), tree} {
			if free, err := lookFor(place); err != nil {
				return err
			} else if free {
				return fsx.Rename(aside, place)
			}
		}
	}
	return nil
}
