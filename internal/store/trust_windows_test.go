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

// TestCheckLists gives each group of everybody rights to a store, or to what is above.
func TestCheckLists(t *testing.T) {
	above := filepath.Join(t.TempDir(), "above")
	home := toolchain.Home(filepath.Join(above, "store"))
	if err := os.MkdirAll(home.Toolchains(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Check(home, Write, nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path, list string
		ok         bool
	}{
		{home.Toolchains(), "D:P(A;OICI;FA;;;%s)", false},
		{home.Toolchains(), "D:P(A;;FW;;;%s)", false},
		{home.Toolchains(), "D:P(A;OICI;FA;;;OW)(A;OICI;0x1200a9;;;%s)", true}, // to read and to run
		{home.Toolchains(), "D:P(A;OICIIO;FA;;;%s)(A;;FA;;;OW)", true},         // for what is in there
		{string(home), "D:P(A;;0x40;;;%s)", false},
		{above, "D:P(A;;SD;;;%s)", false},
		{above, "D:P(A;;FA;;;OW)(A;;0x1200af;;;%s)", true}, // as C:\ has it: to add to it
	} {
		for _, group := range []string{"WD", "AU", "BU"} {
			before, err := windows.GetNamedSecurityInfo(c.path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
			if err != nil {
				t.Fatal(err)
			}
			set(t, c.path, fmt.Sprintf(c.list, group))
			err = Check(home, Write, nil)
			var access *AccessError
			if ok := err == nil; ok != c.ok || !ok && (!errors.As(err, &access) || access.Others == "" || access.Path != c.path) {
				t.Errorf("%s with %s: %v", c.path, fmt.Sprintf(c.list, group), err)
			}
			set(t, c.path, before.String())
		}
	}
}

func set(t *testing.T, path, text string) {
	t.Helper()
	sd, err := windows.SecurityDescriptorFromString(text)
	if err != nil {
		t.Fatal(text, err)
	}
	list, _, err := sd.DACL()
	if err == nil {
		err = windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT,
			windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, list, nil)
	}
	if err != nil {
		t.Fatal(text, err)
	}
}
