//go:build !windows

package store

import (
	"os"

	"github.com/gosw/gosw/internal/fsx"
)

// linksSupported reports whether the store keeps symbolic links. Without them
// a line is looked up by listing, and there are no go1.X.Y commands.
const linksSupported = true

// isShim reports whether path is the shim program already.
func (s *Store) isShim(path, program string) bool {
	target, err := os.Readlink(path)
	return err == nil && target == program
}

// shim makes path the shim program. The caller holds storeLock.
func (s *Store) shim(program, path string) error { return s.link("shim", program, path) }

// syncFile puts what was written to the file called name on the disk.
func syncFile(name string) error { return fsx.SyncDir(name) }
