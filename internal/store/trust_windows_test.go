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

// listOf returns a list of rights in words of Windows.
func listOf(t *testing.T, text string) *windows.ACL {
	t.Helper()
	sd, err := windows.SecurityDescriptorFromString(text)
	if err != nil {
		t.Fatal(text, err)
	}
	list, _, err := sd.DACL()
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
			list := listOf(t, text)
			if inside, above := inList(changesInside, list), inList(changesItself, list); (inside != "") != c.inside || (above != "") != c.above {
				t.Errorf("%s: a store that %q may change, below what %q may", text, inside, above)
			}
		}
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
