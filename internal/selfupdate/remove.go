package selfupdate

import (
	"os"
	"path/filepath"

	"github.com/gosw/gosw/internal/fsx"
)

// Remove removes what belongs to the copy: pages, completion, programs, and the
// versions that were kept. It returns what it has removed, also with an error. The
// caller holds the lock.
func (c *Copy) Remove() (removed []string, err error) {
	for _, file := range append(filesOf(c.prefix()), "lib/gosw") {
		path := filepath.Join(c.prefix(), filepath.FromSlash(file))
		if err := c.do("remove", func() error { return os.RemoveAll(path) }); err != nil && !fsx.IsAbsent(err) {
			return removed, err
		}
		removed = append(removed, path)
	}
	return removed, nil
}
