//go:build !windows

package doctor

import (
	"os"
	"syscall"
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
