//go:build !linux && !darwin

package doctor

// free returns how many bytes and files a user may still add to the file system
// of dir, and whether that can be told.
func free(string) (bytes, inodes uint64, ok bool) { return 0, 0, false }

// writable reports whether this process may add files to dir.
func writable(string) bool { return true }
