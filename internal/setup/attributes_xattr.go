//go:build linux || darwin

package setup

import (
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// keepAttributes gives f the extended attributes of a file, among which Linux has
// the lists of who else may read and write it: that these can't be given is an
// error, that others can't is none. What the system sets itself is left to it.
func keepAttributes(f *os.File, from string) error {
	names := make([]byte, 64<<10) // the most that Linux has
	n, err := unix.Listxattr(from, names)
	if errors.Is(err, unix.ENOTSUP) {
		return nil
	}
	if err != nil {
		return err
	}
	value := make([]byte, 64<<10)
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names[:n]), "\x00"), "\x00") {
		if name == "" || strings.HasPrefix(name, "security.") || strings.HasPrefix(name, "trusted.") {
			continue
		}
		size, err := unix.Getxattr(from, name, value)
		if err == nil {
			err = unix.Fsetxattr(int(f.Fd()), name, value[:size], 0)
		}
		if err != nil && strings.HasPrefix(name, "system.") {
			return err
		}
	}
	return nil
}
