package store

import "io/fs"

// checkWay looks at the directories above a store. Windows has no such owners and
// modes; what its lists of rights say is not looked at.
func checkWay(string) (warning, err error) { return nil, nil }

// mine reports whether info is of something of this user's.
func mine(fs.FileInfo) bool { return true }

// judge decides by info whether path may be used.
func judge(path string, info fs.FileInfo, wantDir bool, _ Purpose) error {
	if wantDir != info.IsDir() || !wantDir && !info.Mode().IsRegular() {
		return &AccessError{Path: path, Reason: WrongType, Mode: info.Mode(), WantDir: wantDir}
	}
	return nil
}
