package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/gosw/gosw/internal/fsx"
)

// Rights by which a file, or what is in a directory, can be changed: FILE_WRITE_DATA,
// which adds files, FILE_APPEND_DATA, which adds directories, and FILE_DELETE_CHILD;
// and those by which it can be given another name, or other rights.
const (
	changesInside = 0x2 | 0x4 | 0x40 | windows.GENERIC_WRITE | changesItself
	changesItself = 0x40 | windows.DELETE | windows.WRITE_DAC | windows.WRITE_OWNER | windows.GENERIC_ALL
)

// everybody are the groups that any user may be in.
var everybody = []windows.WELL_KNOWN_SID_TYPE{
	windows.WinWorldSid, windows.WinAuthenticatedUserSid, windows.WinBuiltinUsersSid, windows.WinBuiltinGuestsSid,
	windows.WinAnonymousSid, windows.WinInteractiveSid, windows.WinNetworkSid,
}

// checkWay looks at the directories above a store: who may rename one of them can put
// another store in the place of this one.
func checkWay(home string) (warning, err error) {
	for dir := filepath.Dir(home); dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Lstat(dir); fsx.IsAbsent(err) {
			continue
		}
		if others := whoMay(changesItself, dir); others != "" {
			return nil, &AccessError{Path: dir, Reason: Writable, Others: others, WantDir: true}
		}
	}
	return nil, nil
}

// mine reports whether info is of something of this user's.
func mine(fs.FileInfo) bool { return true }

// judge decides by info whether path may be used. Whom it belongs to is not asked: on
// a network drive that may be a user whom Windows doesn't know.
func judge(path string, info fs.FileInfo, wantDir bool, _ Purpose) error {
	e := &AccessError{Path: path, Mode: info.Mode(), WantDir: wantDir}
	switch e.Others = whoMay(changesInside, path); {
	case wantDir != info.IsDir() || !wantDir && !info.Mode().IsRegular():
		e.Reason = WrongType
	case e.Others != "":
		e.Reason = Writable
	default:
		return nil
	}
	return e
}

// whoMay returns the name of a group of everybody to which the list of path gives one
// of rights, "" for none. Lists that can't be read, such as on FAT, say nothing.
func whoMay(rights windows.ACCESS_MASK, path string) string {
	sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return ""
	}
	list, _, err := sd.DACL()
	if err != nil || list == nil { // none allows everything; FAT has none
		return ""
	}
	return inList(rights, list)
}

func inList(rights windows.ACCESS_MASK, list *windows.ACL) string {
	for i := range uint32(list.AceCount) {
		var ace *windows.ACCESS_ALLOWED_ACE
		if windows.GetAce(list, i, &ace) != nil || ace.Header.AceType != windows.ACCESS_ALLOWED_ACE_TYPE ||
			ace.Header.AceFlags&windows.INHERIT_ONLY_ACE != 0 || ace.Mask&rights == 0 {
			continue
		}
		sid := (*windows.SID)(unsafe.Pointer(&ace.SidStart)) // the list ends with it
		if slices.ContainsFunc(everybody, sid.IsWellKnown) {
			if name, _, _, err := sid.LookupAccount(""); err == nil {
				return name
			}
			return sid.String()
		}
	}
	return ""
}
