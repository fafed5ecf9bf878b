//go:build unix

package selfupdate

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/command"
)

// line is a command as it is typed, for these plain ones.
func line(c command.Command) string {
	if len(c) == 0 {
		return ""
	}
	return strings.Join(c[0].Argv, " ")
}

// TestOwnerByPath has the places of managers that have a directory for each program,
// and places that look like them.
func TestOwnerByPath(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ dir, owner, update, remove string }{
		{"/nix/store/8fmp2zyxwdcwnb3i9x1qf9gvkd6hrqvl-gosw-1.2.3/bin", "Nix", "nix profile upgrade gosw", "nix profile remove gosw"},
		{"/opt/homebrew/Cellar/gosw/1.2.3/bin", "Homebrew", "brew upgrade gosw", "brew uninstall gosw"},
		{"/usr/local/Cellar/gosw/1.2.3/bin", "Homebrew", "brew upgrade gosw", "brew uninstall gosw"},
		{"/home/linuxbrew/.linuxbrew/Cellar/gosw/1.2.3/bin", "Homebrew", "brew upgrade gosw", "brew uninstall gosw"},
		{"C:/Users/x/scoop/apps/gosw/1.2.3/gosw_1.2.3_windows_amd64/bin", "Scoop", "scoop update gosw", "scoop uninstall gosw"},
		{"C:/ProgramData/scoop/apps/gosw/current/bin", "Scoop", "scoop update gosw", "scoop uninstall gosw"},
		{"C:/Users/x/AppData/Local/Microsoft/WinGet/Packages/gosw.gosw_Microsoft.Winget.Source_8wekyb3d8bbwe/bin", "winget", "winget upgrade gosw.gosw", "winget uninstall gosw.gosw"},
		{"C:/Program Files/WinGet/Packages/gosw.gosw_x/bin", "winget", "winget upgrade gosw.gosw", "winget uninstall gosw.gosw"},
		{"/home/x/nix/bin", "", "", ""},
		{"/usr/local/Cellar/other/1.0/bin", "", "", ""},
		{"/home/x/scoop/apps/other/bin", "", "", ""},
	} {
		c := &Copy{Dir: test.dir}
		var owner *OwnerError
		if err := c.Mine(t.Context(), "", nil, nil); !errors.As(err, &owner) || owner.Owner != test.owner {
			t.Errorf("%s: %v, want %q", test.dir, err, test.owner)
		} else if test.owner != "" && (line(owner.Update) != test.update || line(owner.Remove) != test.remove) {
			t.Errorf("%s: %q and %q", test.dir, line(owner.Update), line(owner.Remove))
		}
	}
}

// TestOwnerAsked has stand-ins for the managers that are asked, which say what the
// real ones do; those of dpkg, rpm and pacman answer in "make packages-check".
func TestOwnerAsked(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		program, script string
		owner           string
		update, remove  string
	}{
		{"dpkg", `[ "$*" = "-S $place" ] && echo "gosw: $place"`, "dpkg", "sudo apt-get install --only-upgrade gosw", "sudo apt-get remove gosw"},
		{"rpm", `[ "$*" = "-qf $place" ] && mkdir -p "$HOME/.rpmdb" || echo gosw-1.2.3-1.x86_64`, "rpm", "sudo dnf upgrade gosw", "sudo dnf remove gosw"},
		{"pacman", `[ "$*" = "-Qoq $place" ] && echo gosw-bin`, "pacman", "sudo pacman -Syu", "sudo pacman -R gosw-bin"},
		{"apk", `[ "$*" = "info -W $place" ] && echo "$place is owned by gosw-1.2.3"`, "apk", "sudo apk upgrade gosw", "sudo apk del gosw"},
		{"rpm", `echo "file $place is not owned by any package"; exit 1`, "", "", ""},
		{"apk", `echo "ERROR: $place: Could not find owner package" >&2; exit 1`, "", "", ""},
	} {
		dir, home := t.TempDir(), t.TempDir()
		c := &Copy{Dir: filepath.Join(dir, "bin")}
		script := "#!/bin/sh\nplace='" + c.Program() + "'\n" + test.script + "\n"
		if err := errors.Join(os.Mkdir(c.Dir, 0o755), os.WriteFile(filepath.Join(dir, test.program), []byte(script), 0o755)); err != nil {
			t.Fatal(err)
		}
		var owner *OwnerError
		err := c.Mine(t.Context(), dir, []string{"HOME=" + home, "PATH=/usr/bin:/bin"}, nil)
		if left, _ := os.ReadDir(home); len(left) > 0 {
			t.Errorf("%s left %v in the user's home", test.program, left)
		}
		switch {
		case test.owner == "" && err == nil:
		case !errors.As(err, &owner) || owner.Owner != test.owner || line(owner.Update) != test.update || line(owner.Remove) != test.remove:
			t.Errorf("%s: %v, %+v", test.script, err, owner)
		}
	}
}
