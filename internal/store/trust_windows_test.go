package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/windows"

	"github.com/gosw/gosw/internal/toolchain"
)

// rights returns an owner and a list of rights in words of Windows.
func rights(t *testing.T, text string) *windows.SECURITY_DESCRIPTOR {
	t.Helper()
	sd, err := windows.SecurityDescriptorFromString(text)
	if err != nil {
		t.Fatal(text, err)
	}
	return sd
}

func listOf(t *testing.T, text string) *windows.ACL {
	t.Helper()
	list, _, err := rights(t, text).DACL()
	if err != nil {
		t.Fatal(text, err)
	}
	return list
}

// TestLists has what each group of everybody may be given of a store, and above it.
func TestLists(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		list          string
		inside, above bool // refused there
	}{
		{"D:P(A;OICI;FA;;;%s)", true, true},
		{"D:P(A;OICI;0x1301bf;;;%s)", true, true}, // what Explorer calls "modify"
		{"D:P(A;;0x2;;;%s)", true, false},         // add files
		{"D:P(A;;0x4;;;%s)", true, false},         // add directories, as to C:\
		{"D:P(A;;0x40;;;%s)", true, true},         // delete what is in it
		{"D:P(A;;SD;;;%s)", true, true},           // delete or rename it
		{"D:P(A;;WD;;;%s)", true, true},           // change the list
		{"D:P(A;;WO;;;%s)", true, true},           // own it
		{"D:P(A;;GW;;;%s)", true, false},
		{"D:P(A;OICI;0x1200a9;;;%s)", false, false}, // read and run
		{"D:P(A;OICIIO;FA;;;%s)", false, false},     // for what is made in there
		{"D:P(D;;FA;;;%s)", false, false},
	} {
		for _, group := range []string{"WD", "AU", "BU", "BG", "AN", "IU", "NU"} {
			text := fmt.Sprintf(c.list+"(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;OW)", group)
			sd := rights(t, text)
			if inside, above := whoMay(changesInside, sd), whoMay(changesItself, sd); (inside != "") != c.inside || (above != "") != c.above {
				t.Errorf("%s: a store that %q may change, below what %q may", text, inside, above)
			}
		}
	}
}

// TestOwners has whom a store may belong to, whatever the list says: an owner can change it.
func TestOwners(t *testing.T) {
	t.Parallel()
	me, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		t.Fatal(err)
	}
	for owner, refused := range map[string]bool{
		me.User.Sid.String(): false,
		"BA":                 false, // Administrators
		"SY":                 false, // the system
		"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464": false, // TrustedInstaller
		"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478465": true,  // another service
		"S-1-5-21-1111111111-2222222222-3333333333-1001":                 true,  // another user
		"S-1-5-21-1111111111-2222222222-3333333333-500":                  true,  // the administrator of another system
		"WD": true, "BU": true, "BG": true, "LS": true, "NS": true,
		"S-1-22-1-1000":   false, // a user of Samba
		"S-1-5-88-1-1000": false, // one of NFS
	} {
		if got := stranger(rights(t, "O:"+owner+"G:BAD:P(A;OICI;FA;;;OW)")); (got != "") != refused {
			t.Errorf("%s: %q", owner, got)
		}
	}
	if got := stranger(rights(t, "D:P(A;OICI;FA;;;OW)")); got != "" {
		t.Error("no owner:", got)
	}
}

// TestCheckLists gives everybody rights to a store, or to what is above it. (Wine keeps of
// a list what modes can say.)
func TestCheckLists(t *testing.T) {
	above := filepath.Join(t.TempDir(), "above")
	home := toolchain.Home(filepath.Join(above, "store"))
	if err := os.MkdirAll(home.Toolchains(), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{home.Toolchains(), string(home), above} {
		if err := Check(home, Write, nil); err != nil {
			t.Fatal(err)
		}
		before, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
		if err != nil {
			t.Fatal(err)
		}
		give(t, path, "D:P(A;OICI;FA;;;WD)")
		var access *AccessError
		if err := Check(home, Run, nil); !errors.As(err, &access) || access.Path != path || access.Others == "" {
			t.Errorf("%s: %v", path, err)
		}
		give(t, path, before.String())
	}
}

func give(t *testing.T, path, text string) {
	t.Helper()
	err := windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT,
		windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, listOf(t, text), nil)
	if err != nil {
		t.Fatal(text, err)
	}
}
