package store

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/gosw/gosw/internal/gover"
)

// LastUsed returns when the go of v was last run, or read by a program that is
// none of ours, as the file system keeps that; the zero Time if not since it was
// installed. Mounted with relatime, as is usual, it is not renewed within a day.
// ok is false where nothing keeps it.
func (s *Store) LastUsed(v gover.Version) (last time.Time, ok bool) {
	file := s.home.Tool(v, "go")
	var mount unix.Statfs_t
	if err := unix.Statfs(file, &mount); err != nil || mount.Flags&(unix.ST_NOATIME|unix.ST_RDONLY) != 0 {
		return time.Time{}, false
	}
	var stat unix.Stat_t
	if err := unix.Lstat(file, &stat); err != nil {
		return time.Time{}, false
	}
	// Both times are of its unpacking if nothing has happened since.
	if last = time.Unix(stat.Atim.Unix()); !last.After(time.Unix(stat.Mtim.Unix())) {
		last = time.Time{}
	}
	return last, true
}
