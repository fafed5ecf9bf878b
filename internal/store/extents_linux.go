package store

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// The kernel's interface to where a file's blocks are, from linux/fiemap.h.
const (
	fiemapCall   = 0xc020660b // FS_IOC_FIEMAP
	fiemapLast   = 0x0001     // the last one of the file
	fiemapInline = 0x0200     // in the inode itself: it has no blocks
	fiemapShared = 0x2000     // others have these blocks, too
	fiemapBatch  = 32         // extents at a time; few files have more
)

type fiemap struct {
	start, length          uint64
	flags, mapped, room, _ uint32
	extents                [fiemapBatch]struct {
		logical, physical, length uint64
		_                         [2]uint64
		flags                     uint32
		_                         [3]uint32
	}
}

// mayClone reports whether files in a folder may share blocks, which makes it
// worth asking for each.
func mayClone(dir int) bool {
	var st unix.Statfs_t
	if unix.Fstatfs(dir, &st) != nil {
		return false
	}
	switch uint64(st.Type) & 0xffffffff {
	case unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.BCACHEFS_SUPER_MAGIC:
		return true
	}
	return false
}

// cloned returns the blocks of a regular file in a folder that other files have,
// too, as far as it can be told.
func cloned(dir int, name string, device uint64) (extents []extent) {
	fd, err := openat(dir, name, openFlags)
	if err != nil {
		return nil
	}
	defer func() { _ = unix.Close(fd) }()
	m := fiemap{}
	for {
		m.length, m.room = ^uint64(0)-m.start, fiemapBatch
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), fiemapCall, uintptr(unsafe.Pointer(&m)))
		if errno != 0 || m.mapped == 0 {
			return extents
		}
		for _, e := range m.extents[:m.mapped] {
			if e.flags&fiemapShared != 0 && e.flags&fiemapInline == 0 {
				extents = append(extents, extent{place{device, e.physical}, int64(e.length)})
			}
			if e.flags&fiemapLast != 0 {
				return extents
			}
			m.start = e.logical + e.length
		}
	}
}
