//go:build !linux

package store

import "github.com/gosw/gosw/internal/fsx"

// syncTree puts the files below dir on the disk, one after the other: only
// Linux has one call for all.
func (s *Store) syncTree(dir string) error { return syncEach(dir) }

// renameNew renames from to to. That to does not exist is ensured by the
// version's lock: only Linux can check it in the same step.
func (s *Store) renameNew(from, to string) error { return fsx.Rename(from, to) }

// swap exchanges what has the names a, in staging, and b. There is a moment in
// which nothing has the name b.
func (s *Store) swap(a, b string) error { return swapInSteps(a, b) }

// onOverlay reports whether dir is on an overlay, which only Linux has.
func onOverlay(string) bool { return false }
