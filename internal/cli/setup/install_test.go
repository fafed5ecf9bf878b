package setup

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/setup"
	"github.com/gosw/gosw/internal/shell"
)

// TestWriteRC writes a start-up file that another program may have written since
// it was read: nothing of that is lost.
func TestWriteRC(t *testing.T) {
	t.Parallel()
	const read, text = "a\n", "a\nblock\n"
	for _, test := range []struct {
		name, before, meanwhile, want string // "" for no file
		err                           error
	}{
		{"as it was", read, read, text, nil},
		{"missing, as it was", "", "", text, nil},
		{"edited", read, "a\nb\n", "a\nb\n", setup.ErrChanged},
		{"made", "", "b\n", "b\n", setup.ErrChanged},
		{"another gosw", read, text, text, nil},
		{"another gosw made it", "", text, text, nil},
	} {
		name := filepath.Join(t.TempDir(), "rc")
		put := func(content string) {
			if content != "" {
				if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		put(test.before)
		file, err := setup.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		put(test.meanwhile)
		if err := file.Write(text); !errors.Is(err, test.err) {
			t.Errorf("%s: %v, want %v", test.name, err, test.err)
		}
		if data, err := os.ReadFile(name); err != nil || string(data) != test.want {
			t.Errorf("%s: %q, %v, want %q", test.name, data, err, test.want)
		}
		if left, err := filepath.Glob(filepath.Dir(name) + "/.rc*"); err != nil || len(left) > 0 {
			t.Errorf("%s: %v, %v", test.name, left, err)
		}
	}
}

// TestStartupOfWindows asks for the start-up file of PowerShell, which has several
// on Windows, and one elsewhere: gosw says which line belongs there.
func TestStartupOfWindows(t *testing.T) {
	t.Parallel()
	sh, ok := shell.Lookup("powershell")
	if !ok || len(sh.RC(shell.Places{Home: "/home/jo", Config: "/home/jo/.config", Windows: true})) != 0 {
		t.Fatal("gosw takes a file for that which PowerShell reads on Windows")
	}
	err := startupError(sh)
	exe, _ := app.Executable()
	hint := term.Words(app.HintFor(err), sh)
	if err.Error() != "gosw can't find the start-up file of powershell" ||
		!strings.HasPrefix(hint, "add this line to the file that $PROFILE names: ") || !strings.Contains(hint, exe) || strings.Contains(hint, "\n") {
		t.Errorf("%v\n%s", err, hint)
	}
}
