//go:build !windows

package shell

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// places are values of PATH, and what they are after the text was read. BIN is
// the directory of the shims, GO one with another go; DIR has a directory of that name,
// TEXT a file that is no program.
var places = []struct {
	path, want string
	bourne     bool // fish and nushell take an empty entry for something else
}{
	{"/x", "BIN:/x", false},
	{"BIN", "BIN", false},
	{"/x:BIN:/y", "/x:BIN:/y", false},
	{"BIN:GO", "BIN:GO", false},
	{"/x:BIN:GO", "/x:BIN:GO", false},
	{"GO:BIN", "BIN:GO", false},
	{"/x:GO:/y:BIN:/z", "BIN:/x:GO:/y:/z", false},
	{"GO/x:BINS:BIN", "GO/x:BINS:BIN", false},
	{"GO", "BIN:GO", false},
	{"DIR:BIN", "DIR:BIN", false},
	{"go:BIN", "go:BIN", false}, // which is another directory after the next cd
	{"", "BIN", true},
	{":BIN:", ":BIN:", true},
	{"GO::BIN:", "BIN:GO::", true},
	{"::GO:BIN::/x", "BIN:::GO::/x", true},
	{"TEXT:BIN", "TEXT:BIN", true}, // nushell asks no mode
}

// TestPlace makes sure that the shims come before any other go, and that PATH
// else stays as it is.
func TestPlace(t *testing.T) {
	t.Parallel()
	f := newFixtureIn(t, "a b'\"$HOME`x`\\*[é]")
	top := filepath.Dir(f.exe)
	f.write(t, top+"/other/go", "#!/bin/sh\n")
	f.write(t, f.work+"/go/go", "#!/bin/sh\n")
	f.write(t, top+"/dir/go/x", "")
	f.write(t, top+"/text/go", "")
	names := strings.NewReplacer("BIN", f.root+"/bin", "GO", top+"/other", "DIR", top+"/dir", "TEXT", top+"/text")
	hook := f.work + "/hook.nu"
	f.write(t, hook, nushell.Init(f.options()))
	for _, s := range []struct {
		shell       Shell
		argv        []string
		begin, each string
	}{
		{bash, []string{"bash", "--norc", "-c"}, "", `PATH=%s; eval "$INIT"; printf '%%s\n' "$PATH"`},
		{bash, []string{"bash", "--norc", "-euo", "pipefail", "-c"}, "set -f; IFS=/:", `PATH=%s; eval "$INIT"; printf '%%s\n' "$PATH"`},
		{zsh, []string{"zsh", "-f", "-c"}, "", `PATH=%s; eval "$INIT"; printf '%%s\n' "$PATH"`},
		{zsh, []string{"zsh", "--emulate", "sh", "-f", "-eu", "-c"}, "", `PATH=%s; eval "$INIT"; printf '%%s\n' "$PATH"`},
		{posix, []string{"dash", "-eu", "-c"}, "", `PATH=%s; eval "$INIT"; printf '%%s\n' "$PATH"`},
		{posix, []string{"ksh93", "-eu", "-c"}, "", `PATH=%s; eval "$INIT"; printf '%%s\n' "$PATH"`},
		{posix, []string{"mksh", "-eu", "-c"}, "", `PATH=%s; eval "$INIT"; print -r -- "$PATH"`},
		{posix, []string{"busybox", "sh", "-eu", "-c"}, "", `PATH=%s; eval "$INIT"; printf '%%s\n' "$PATH"`},
		{fish, []string{"fish", "--no-config", "-c"}, "", `set -gx PATH (string split : -- %s); eval $INIT; string join : -- $PATH`},
		{nushell, []string{"nu", "--no-config-file", "-c"}, "source " + nushell.Quote(hook), `$env.PATH = %s; __gosw place; print ($env.PATH | str join ":")`},
	} {
		script, want := s.begin+"\n", ""
		for _, row := range places {
			if row.bourne && (s.shell.Name() == "fish" || s.shell.Name() == "nushell") {
				continue
			}
			script += fmt.Sprintf(s.each, s.shell.Quote(names.Replace(row.path))) + "\n"
			want += names.Replace(row.want) + "\n"
		}
		if got, code := f.runIn(t, s.shell, append(s.argv, script)); got != want || code != 0 {
			t.Errorf("%v: exit code %d, got:\n%s\nwant:\n%s", s.argv, code, got, want)
		}
	}
}
