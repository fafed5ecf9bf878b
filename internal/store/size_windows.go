package store

import (
	"io/fs"
	"os"
	"path/filepath"
)

// walkFiles calls visit with each file at path and below. What can't be looked at
// is passed over. Windows tells neither blocks nor other
// names here: a file has one name and takes its length.
func walkFiles(path string, _ bool, visit func(fileFacts)) {
	walkUnknown(path, false, nil, visit)
}

// walkUnknown is walkFiles: nothing is known of files that have one name.
func walkUnknown(path string, _ bool, _ func(fileID) (fileFacts, bool), visit func(fileFacts)) {
	_ = filepath.WalkDir(path, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			visit(fileFacts{names: 1, bytes: info.Size()})
		}
		return nil
	})
}

// lookAt returns what is at path, whatever is below.
func lookAt(path string) (fileFacts, bool) {
	info, err := os.Lstat(path)
	if err != nil {
		return fileFacts{}, false
	}
	facts := fileFacts{names: 1, folder: info.IsDir()}
	if info.Mode().IsRegular() {
		facts.bytes = info.Size()
	}
	return facts, true
}
