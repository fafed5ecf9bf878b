//go:build !windows

package store

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// walkFiles calls visit with what is at path and, if that is a folder, with all
// below it. What can't be looked at is passed over.
func walkFiles(path string, clones bool, visit func(fileFacts)) {
	walkUnknown(path, clones, nil, visit)
}

// walkUnknown is walkFiles, but that it does not look at files of which known,
// unless it is nil, has the facts. A folder tells what a name stands for before
// the file is looked at, and toolchains have many files in common.
func walkUnknown(path string, clones bool, known func(fileID) (fileFacts, bool), visit func(fileFacts)) {
	fd, err := openat(unix.AT_FDCWD, path, openFlags)
	if err != nil {
		if info, err := os.Lstat(path); err == nil { // it can be seen, if not read
			id, names, bytes := measure(info)
			visit(fileFacts{id: id, names: names, bytes: bytes})
		}
		return
	}
	w := &walk{clones: clones && mayClone(fd), known: known, visit: visit}
	if w.clones || !steady(fd) {
		w.known = nil
	}
	w.folder(fd)
}

// A walk goes through a folder by names below open folders, which takes half the
// time of [filepath.WalkDir].
type walk struct {
	clones bool
	known  func(fileID) (fileFacts, bool)
	visit  func(fileFacts)
	room   []byte // for what a folder says, of which no two are listed at once
}

// An entry is what a folder says of a name in it.
type entry struct {
	name   string
	inode  uint64 // 0 where it does not tell
	folder bool
}

// folder visits an open folder, or file, and all below it, and closes it.
func (w *walk) folder(fd int) {
	defer func() { _ = unix.Close(fd) }()
	top, ok := statAt(fd, "", false)
	if !ok {
		return
	}
	w.visit(top)
	var folders []string
	_ = w.list(fd, func(e entry) {
		if e.folder {
			folders = append(folders, e.name)
			return
		}
		if w.known != nil && e.inode != 0 {
			if facts, ok := w.known(fileID{top.id.device, e.inode}); ok {
				w.visit(facts)
				return
			}
		}
		if facts, ok := statAt(fd, e.name, w.clones); ok && facts.folder {
			folders = append(folders, e.name)
		} else if ok {
			w.visit(facts)
		}
	})
	for _, name := range folders {
		if below, err := openat(fd, name, openFlags|unix.O_DIRECTORY); err == nil {
			w.folder(below)
		} else if facts, ok := statAt(fd, name, false); ok {
			w.visit(facts)
		}
	}
}

// lookAt returns what is at path, whatever is below.
func lookAt(path string) (fileFacts, bool) { return statAt(unix.AT_FDCWD, path, false) }

// statAt looks at what has the name name in a folder, or at the folder itself.
func statAt(dir int, name string, clones bool) (fileFacts, bool) {
	var st unix.Stat_t
	err := error(unix.EINTR)
	for errors.Is(err, unix.EINTR) {
		if name == "" {
			err = unix.Fstat(dir, &st)
		} else {
			err = unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW)
		}
	}
	if err != nil {
		return fileFacts{}, false
	}
	facts := fileFacts{id: fileID{uint64(st.Dev), st.Ino}, names: uint64(st.Nlink), bytes: st.Blocks * 512}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		facts.names, facts.folder = 1, true // its other names are its own entries
	case unix.S_IFREG:
		if clones && st.Size > 0 {
			facts.clones = cloned(dir, name, uint64(st.Dev))
		}
	}
	return facts, true
}
