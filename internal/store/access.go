package store

import (
	"fmt"
	"io/fs"
	"os"
	"runtime"
)

// An AccessError says that others than its owner may write to a folder of the
// store. Whoever writes there decides what every user of the store runs.
type AccessError struct {
	Path string
	Mode fs.FileMode
}

func (e *AccessError) Error() string {
	who := "its group"
	if e.Mode&0o002 != 0 {
		who = "everybody"
	}
	return fmt.Sprintf("store %s: %s may write to it (mode %#o)", e.Path, who, e.Mode.Perm())
}

// checkAccess finds folders that others may write to.
func (s *Store) checkAccess() error {
	if runtime.GOOS == "windows" { // has no such modes
		return nil
	}
	for _, dir := range s.folders() {
		info, err := os.Stat(dir)
		if err == nil && info.IsDir() && info.Mode()&0o022 != 0 {
			return &AccessError{dir, info.Mode()}
		}
	}
	return nil // what is missing, or no folder, shows when it is used
}
