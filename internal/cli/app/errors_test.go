package app

import (
	"fmt"
	"os"
	"os/user"
	"strings"
	"syscall"
	"testing"

	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/shell"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/web"
)

// TestHintFor has hints that must work as they are, whatever the path is.
func TestHintFor(t *testing.T) {
	t.Parallel()
	bash, _ := shell.Lookup("bash")
	for _, test := range []struct {
		err  error
		want string
	}{
		{&store.AccessError{Path: "/home/a b/.local/go", Mode: 0o775}, `"chmod go-w '/home/a b/.local/go'"`},
		{&store.AccessError{Path: `C:\x`, Others: "Everyone", Owner: -1, User: -1}, `icacls 'C:\x' /inheritance:d /remove:g Everyone`},
		{&store.AccessError{Path: `C:\x`, Reason: store.Foreign, Others: "eve", Owner: -1, User: -1}, "set GOSW_ROOT to a directory of your own"},
		{&store.WayError{Path: `C:\x`, Other: "eve", Owner: -1, User: -1}, "another user could replace this store"},
		{fmt.Errorf("install: %w", &os.LinkError{Op: "rename", Old: "a", New: "b", Err: syscall.EXDEV}), "one file system"},
		{fmt.Errorf("install: %w", &web.StatusError{Status: 401}), "GOAUTH"},
		{fmt.Errorf("install: %w", &web.StatusError{Status: 403}), "check your connection"},
		{fmt.Errorf("install: %w", &release.NoHashError{File: "x"}), "GOSW_SOURCE=proxy"},
		{unreadable("open"), `run "chmod a+r '/home/a b/.go-version'"`},
		{unreadable("lstat"), "you may not read a directory above /home/a b/.go-version"},
		{&toolchain.VariableError{Name: "HOME"}, "export HOME, or set GOSW_ROOT"},
		{&toolchain.VariableError{Name: "HOME", Value: "x"}, "set HOME to an absolute path"},
		{&toolchain.VariableError{Name: "GOSW_ROOT", Value: "x"}, "set GOSW_ROOT to an absolute path"},
		{fmt.Errorf("install: %w", syscall.EDQUOT), "quota is used up"},
		{fmt.Errorf("install: %w", syscall.EIO), "dmesg"},
		{fmt.Errorf("install: %w", syscall.ENOSPC), "free some space"},
	} {
		if got := term.Words(HintFor(test.err), bash); !strings.Contains(got, test.want) {
			t.Errorf("hint for %v: %s, want %s", test.err, got, test.want)
		}
	}
}

// TestHomeHint has the command for a home directory that Windows has lost.
func TestHomeHint(t *testing.T) {
	t.Parallel()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	powershell, _ := shell.Lookup("powershell")
	want := `set it again: "$env:USERPROFILE = '` + me.HomeDir + `'", or set GOSW_ROOT to the store's directory`
	for _, value := range []string{"", "relative"} {
		if got := term.Words(HintFor(&toolchain.VariableError{Name: "USERPROFILE", Value: value}), powershell); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

// unreadable is the error of a pin that is kept from the user.
func unreadable(op string) error {
	const file = "/home/a b/.go-version"
	return &resolve.PinError{Source: file, Err: &os.PathError{Op: op, Path: file, Err: syscall.EACCES}}
}
