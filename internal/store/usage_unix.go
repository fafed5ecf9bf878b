//go:build !windows

package store

import (
	"io/fs"
	"syscall"
)

// measure returns what tells a file from others, how many names it has, and the
// bytes that it takes on the disk.
func measure(info fs.FileInfo) (id fileID, names uint64, bytes int64) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fileID{}, 1, info.Size()
	}
	return fileID{uint64(stat.Dev), stat.Ino}, uint64(stat.Nlink), stat.Blocks * 512
}
