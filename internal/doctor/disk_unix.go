//go:build linux || darwin

package doctor

import (
	"math"

	"golang.org/x/sys/unix"
)

// free returns how many bytes and files a user may still add to the file system
// of dir, and whether that can be told. A file system without a bound on files
// has room for any number.
func free(dir string) (bytes, inodes uint64, ok bool) {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return 0, 0, false
	}
	inodes = uint64(stat.Ffree)
	if stat.Files == 0 {
		inodes = math.MaxUint64
	}
	return uint64(stat.Bavail) * uint64(stat.Bsize), inodes, true
}

// writable reports whether this process may add files to dir.
func writable(dir string) bool { return unix.Access(dir, unix.W_OK) == nil }
