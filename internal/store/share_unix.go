//go:build !windows

package store

import (
	"errors"
	"slices"

	"golang.org/x/sys/unix"
)

// isOneOf reports whether a call failed with one of errnos.
func isOneOf(err error, errnos ...unix.Errno) bool {
	var errno unix.Errno
	return errors.As(err, &errno) && slices.Contains(errnos, errno)
}
