//go:build !windows

package resolve

import (
	"errors"
	"syscall"
)

// isNotDir reports whether err is that of a path below a file.
func isNotDir(err error) bool { return errors.Is(err, syscall.ENOTDIR) }
