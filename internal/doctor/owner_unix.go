//go:build !windows

package doctor

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// ownerOf returns the number of the user whom file belongs to, and whether that
// can be told.
func ownerOf(file string) (uid int, ok bool) {
	info, err := os.Lstat(file)
	if err != nil {
		return 0, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}

// ownerIn is ownerOf for what an open folder has, which is quicker.
func ownerIn(folder *os.File, name string) (uid int, ok bool) {
	var stat unix.Stat_t
	if err := unix.Fstatat(int(folder.Fd()), name, &stat, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return 0, false
	}
	return int(stat.Uid), true
}
