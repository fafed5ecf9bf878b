//go:build !windows && !linux

package store

import (
	"os"

	"golang.org/x/sys/unix"
)

// list calls visit with each entry of an open folder, with what the kernel says of
// it beside its name.
func (w *walk) list(fd int, visit func(entry)) error {
	again, err := unix.Dup(fd)
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(again), "")
	defer f.Close()
	names, err := f.Readdirnames(-1)
	for _, name := range names {
		visit(entry{name: name})
	}
	return err
}

// steady reports whether the numbers that folders have for files are those that the
// files have themselves; here they are not asked for.
func steady(int) bool { return false }
