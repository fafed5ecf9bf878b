package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// owners are whom a store may belong to but its user: Administrators, the system, and the
// installer of Windows.
var owners = []string{"S-1-5-32-544", "S-1-5-18", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"}

// unknown are the users of Samba and of NFS, whom Windows has no account for.
var unknown = []string{"S-1-22-", "S-1-5-88-"}

// checkWay looks at the directories above a store: who may rename one of them can put
// another store in the place of this one, and whom it belongs to can come to that.
func checkWay(home string) (warning, err error) {
	for dir := filepath.Dir(home); dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Lstat(dir); fsx.IsAbsent(err) {
			continue
		}
		rights := rightsOf(dir)
		if others := whoMay(changesItself, rights); others != "" {
			return nil, &AccessError{Path: dir, Reason: Writable, Others: others, WantDir: true}
		}
		if other := stranger(rights); other != "" && warning == nil {
			warning = &WayError{Store: home, Path: dir, Owner: -1, User: -1, Other: other}
		}
	}
	return warning, nil
}

// mine reports whether info is of something of this user's.
func mine(fs.FileInfo) bool { return true }

// judge decides by info whether path may be used.
func judge(path string, info fs.FileInfo, wantDir bool, _ Purpose) error {
	e := &AccessError{Path: path, Mode: info.Mode(), WantDir: wantDir, Owner: -1, User: -1}
	rights := rightsOf(path)
	if wantDir != info.IsDir() || !wantDir && !info.Mode().IsRegular() {
		e.Reason = WrongType
	} else if e.Others = stranger(rights); e.Others != "" {
		e.Reason = Foreign
	} else if e.Others = whoMay(changesInside, rights); e.Others == "" {
		return nil
	}
	return e
}

// rightsOf returns whom path belongs to, and its list; nil where that can't be read.
func rightsOf(path string) *windows.SECURITY_DESCRIPTOR {
	sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return nil
	}
	return sd
}

// stranger returns the name of the owner if that is a user whom this one need not trust,
// "" if not: an owner may give himself each right.
func stranger(sd *windows.SECURITY_DESCRIPTOR) string {
	if sd == nil {
		return ""
	}
	owner, _, err := sd.Owner()
	if err != nil || owner == nil {
		return ""
	}
	me, err := windows.GetCurrentProcessToken().GetTokenUser()
	text := owner.String()
	if err != nil || owner.Equals(me.User.Sid) || slices.Contains(owners, text) ||
		slices.ContainsFunc(unknown, func(prefix string) bool { return strings.HasPrefix(text, prefix) }) {
		return ""
	}
	return nameOf(owner)
}

func nameOf(sid *windows.SID) string {
	if name, _, _, err := sid.LookupAccount(""); err == nil {
		return name
	}
	return sid.String()
}

// whoMay returns the name of a group of everybody to which a list gives one of mask, ""
// for none.
func whoMay(mask windows.ACCESS_MASK, sd *windows.SECURITY_DESCRIPTOR) string {
	if sd == nil {
		return ""
	}
	list, _, err := sd.DACL()
	if err != nil || list == nil { // none allows everything; FAT has none
		return ""
	}
	for i := range uint32(list.AceCount) {
		var ace *windows.ACCESS_ALLOWED_ACE
		if windows.GetAce(list, i, &ace) != nil || ace.Header.AceType != windows.ACCESS_ALLOWED_ACE_TYPE ||
			ace.Header.AceFlags&windows.INHERIT_ONLY_ACE != 0 || ace.Mask&mask == 0 {
			continue
		}
		sid := (*windows.SID)(unsafe.Pointer(&ace.SidStart)) // the list ends with it
		if slices.ContainsFunc(everybody, sid.IsWellKnown) {
			return nameOf(sid)
		}
	}
	return ""
}
