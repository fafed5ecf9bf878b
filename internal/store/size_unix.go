//go:build !windows

package store

import (
	"errors"

	"golang.org/x/sys/unix"
)

// walkFiles calls visit with each file and folder below dir, and dir itself.
// What can't be looked at is passed over. It asks for each name below an open
// folder, which takes half the time of [filepath.WalkDir].
func walkFiles(dir string, visit func(fileFacts)) {
	f, err := openNoFollow(dir)
	if err != nil {
		return
	}
	defer f.Close()
	if facts, ok := statAt(int(f.Fd()), ""); ok {
		visit(facts)
	}
	entries, _ := f.ReadDir(-1)
	for _, entry := range entries {
		if entry.IsDir() {
			walkFiles(dir+"/"+entry.Name(), visit)
		} else if facts, ok := statAt(int(f.Fd()), entry.Name()); ok {
			visit(facts)
		}
	}
}

// statAt looks at what has the name name in a folder, or at the folder itself.
func statAt(dir int, name string) (fileFacts, bool) {
	var st unix.Stat_t
	for {
		var err error
		if name == "" {
			err = unix.Fstat(dir, &st)
		} else {
			err = unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW)
		}
		if errors.Is(err, unix.EINTR) {
			continue
		} else if err != nil {
			return fileFacts{}, false
		}
		break
	}
	facts := fileFacts{fileID{uint64(st.Dev), st.Ino}, uint64(st.Nlink), st.Blocks * 512}
	if st.Mode&unix.S_IFMT == unix.S_IFDIR {
		facts.names = 1 // its other names are its own entries
	}
	return facts, true
}
