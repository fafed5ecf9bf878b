//go:build !windows

package store

import (
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// markOf returns a text that is another one when a file was replaced or changed in
// any way but being read, and when that was; "" if it is not there.
func markOf(path string) (mark string, changed time.Time) {
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		return "", changed
	}
	changed = time.Unix(st.Ctim.Unix())
	text := make([]byte, 0, 128)
	for _, n := range []uint64{
		uint64(st.Dev), st.Ino, uint64(st.Mode), uint64(st.Nlink), uint64(st.Uid), uint64(st.Size),
		uint64(st.Mtim.Nano()), uint64(st.Ctim.Nano()),
	} {
		text = strconv.AppendUint(append(text, ' '), n, 36)
	}
	return string(text), changed
}
