package store

import (
	"bytes"
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The layout of a struct linux_dirent64.
const (
	direntLength = int(unsafe.Offsetof(unix.Dirent{}.Reclen))
	direntType   = int(unsafe.Offsetof(unix.Dirent{}.Type))
	direntName   = int(unsafe.Offsetof(unix.Dirent{}.Name))
)

// list calls visit with each entry of an open folder, with what the kernel says of
// it beside its name.
func (w *walk) list(fd int, visit func(entry)) error {
	if w.room == nil {
		w.room = make([]byte, 64<<10)
	}
	for {
		n, err := unix.Getdents(fd, w.room)
		if err != nil || n <= 0 {
			return err // or it is no folder
		}
		for rest := w.room[:n]; len(rest) > direntName; {
			length := int(binary.NativeEndian.Uint16(rest[direntLength:]))
			if length <= direntName || length > len(rest) {
				return nil
			}
			name, _, _ := bytes.Cut(rest[direntName:length], []byte{0})
			if s := string(name); s != "." && s != ".." {
				visit(entry{s, binary.NativeEndian.Uint64(rest), rest[direntType] == unix.DT_DIR})
			}
			rest = rest[length:]
		}
	}
}

// steady reports whether the numbers that folders have for files are those that the
// files have themselves, which an overlay, for one, does not promise.
func steady(fd int) bool {
	var st unix.Statfs_t
	if unix.Fstatfs(fd, &st) != nil {
		return false
	}
	switch uint64(st.Type) & 0xffffffff {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, unix.TMPFS_MAGIC:
		return true
	}
	return false
}
