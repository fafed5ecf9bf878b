//go:build !windows

package shell

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// optionShells are the shells but bash, and for each a script that evaluates
// $TEXT twice and prints what that has set up: "path", "twice" if PATH has piled
// up, what go, gofmt and gosw are, "completion", and what gosw does.
var optionShells = []struct {
	shell     Shell
	ways      [][]string // arguments before -c
	script    string
	functions bool // the shell gets functions go and gofmt
	complete  bool
}{
	{zsh, [][]string{{"zsh", "-f"}, {"zsh", "-f", "-euo", "pipefail"}, {"zsh", "-fa"}, {"zsh", "-f", "-o", "ksh_arrays", "-o", "sh_word_split", "-o", "glob_subst", "-o", "extendedglob", "-o", "noglob"}, {"zsh", "--emulate", "sh", "-f"}, {"zsh", "--emulate", "ksh", "-f", "-eu"}}, `
function compdef { compdef="$*"; } # compinit defines it
compdef=
eval "$TEXT"
eval "$TEXT"
bin=$GOSW_ROOT/bin
case :$PATH: in *:"$bin":*:"$bin":*) echo twice ;; *:"$bin":*) echo path ;; esac
kind() { case "$(whence -w "$1" || :)" in *function) echo function ;; *command) echo file ;; *) echo none ;; esac; }
echo "$(kind go) $(kind gofmt) $(kind gosw)"
[[ $compdef != "__gosw_complete gosw" ]] || echo completion
gosw 'a b' ''
`, true, true},
	{fish, [][]string{{"fish", "--no-config"}, {"fish", "--no-config", "--private"}}, `
eval $TEXT
eval $TEXT
test (count (string match -- $GOSW_ROOT/bin $PATH)) -gt 1; and echo twice
contains -- $GOSW_ROOT/bin $PATH; and echo path
function kind; if functions -q $argv; echo function; else if type -q $argv; echo file; else; echo none; end; end
echo (kind go) (kind gofmt) (kind gosw)
complete -c gosw | string match -q '*__gosw_complete*'; and echo completion
gosw 'a b' ''
`, true, true},
	{posix, [][]string{{"dash"}, {"dash", "-eu"}, {"dash", "-f"}, {"busybox", "sh", "-eu"}, {"mksh", "-eu"}, {"ksh93", "-eu"}, {"bash", "--posix", "-eu"}, {"zsh", "--emulate", "sh", "-f", "-eu"}}, `
eval "$TEXT"
eval "$TEXT"
bin=$GOSW_ROOT/bin
case :$PATH: in *:"$bin":*:"$bin":*) echo twice ;; *:"$bin":*) echo path ;; esac
kind() { case "$(command -v "$1" || :)" in */bin/*) echo file ;; "$1") echo function ;; *) echo none ;; esac; }
echo "$(kind go) $(kind gofmt) $(kind gosw)"
gosw 'a b' ''
`, false, false},
}

// TestOptionsEverywhere runs each combination of options in each shell.
func TestOptionsEverywhere(t *testing.T) {
	t.Parallel()
	for _, s := range optionShells {
		f := newFixtureIn(t, "a b'\"$HOME`x`\\*[é]")
		for i := range 8 {
			o := Options{Exe: f.exe, Root: f.root, Path: i&1 != 0, Function: i&2 != 0, Completion: i&4 != 0}
			want := ""
			if o.Path {
				want += "path\n"
			}
			switch {
			case o.Function && s.functions:
				want += "function function function\n"
			case o.Path:
				want += "file file function\n"
			default:
				want += "none none function\n"
			}
			if o.Completion && s.complete {
				want += "completion\n"
			}
			want += "gosw <a b> <>\n"
			for _, way := range s.ways {
				argv := append(way[:len(way):len(way)], "-c", s.script)
				if got, code := f.runIn(t, s.shell, argv, "TEXT="+s.shell.Init(o)); got != want || code != 0 {
					t.Errorf("%v, %+v: exit code %d, got:\n%s\nwant:\n%s", way, o, code, got, want)
				}
			}
		}
	}
}

// TestOptionsNushell has a file for each combination, since nushell evaluates no
// text.
func TestOptionsNushell(t *testing.T) {
	t.Parallel()
	f := newFixtureIn(t, "a b'\"$HOME`x`\\*[é]")
	const script = `
print ($env.PATH | where {|p| $p == ($env.GOSW_ROOT | path join bin)} | length)
gosw 'a b' ''
gosw -x --y=1 -- 1.20
print (try { gosw exit 7; 0 } catch { $env.LAST_EXIT_CODE })
gosw use 1.22
print $env.GO_VERSION
gosw use 1.22
print $env.GO_VERSION
gosw use --help
gosw use --unset
print ($env.GO_VERSION? | default unset)
if ($env.GOSW_ROOT | path join bin) in $env.PATH { go one 1.20 }
print (__gosw complete "gosw un" | to nuon)
`
	f.write(t, filepath.Dir(f.exe)+"/answer", "uninstall\tRemove\nuse\n_activeHelp_ x\n:4\n")
	for i := range 8 {
		o := Options{Exe: f.exe, Root: f.root, Path: i&1 != 0, Function: i&2 != 0, Completion: i&4 != 0}
		file := filepath.Join(t.TempDir(), "hook.nu")
		text := nushell.Init(o)
		f.write(t, file, text)
		main := filepath.Join(t.TempDir(), "main.nu")
		f.write(t, main, fmt.Sprintf("source %s\nsource %[1]s\n%s", nushell.Quote(file), script))
		want := "0\n"
		if o.Path {
			want = "1\n"
		}
		want += "gosw <a b> <>\ngosw <-x> <--y=1> <--> <1.20>\n7\n1.22\n1.22\nGO_VERSION=no\nUsage\nunset\n"
		if o.Path {
			want += "shim <one> <1.20>\n"
		}
		if o.Completion {
			want += `{options: {sort: false, completion_algorithm: prefix}, completions: [[value, description]; [uninstall, Remove], [use, ""]]}` + "\n"
		} else {
			want += "null\n"
		}
		if got, code := f.runIn(t, nushell, []string{"nu", "--no-config-file", main}); got != want || code != 0 {
			t.Errorf("%+v: exit code %d, got:\n%s\nwant:\n%s", o, code, got, want)
		}
	}
}

// TestTwice compares all that a shell has in memory after the first and after
// the second reading.
func TestTwice(t *testing.T) {
	t.Parallel()
	f := newFixtureIn(t, "a b")
	for _, test := range []struct {
		shell Shell
		argv  []string
		dump  string
	}{
		{bash, []string{"bash", "--norc"}, `{ declare -p; declare -f; complete -p; set -o; shopt; trap; alias; } | grep -v -e BASH_LINENO -e '_=' -e RANDOM -e SECONDS -e EPOCH -e BASH_ARG -e FUNCNAME -e PIPESTATUS -e SRANDOM -e BASH_COMMAND -e BASHPID -e ' n='`},
		{zsh, []string{"zsh", "-f"}, `{ typeset -p; functions; setopt; trap; alias; zmodload; } | grep -v -e RANDOM -e SECONDS -e EPOCH -e '_=' -e LINENO -e TTYIDLE -e '^typeset.* n=' -e 'functions_source' -e '^)$' -e jobtexts -e usergroups`},
		{fish, []string{"fish", "--no-config"}, `begin; set --show | string match -rv 'argv|status|history|CMD_DURATION'; functions -an; for f in (functions -a | string match '*go*'); functions $f; end; complete; end`},
		{posix, []string{"dash"}, `{ set; alias; trap; } | grep -v -e '^_=' -e '^n='`},
	} {
		eval := `eval "$INIT"`
		script := eval + "\n" + test.dump + " >one\n" + eval + "\n" + test.dump + " >two\n" + eval + "\n" + test.dump + " >two\n"
		if out, code := f.runIn(t, test.shell, append(test.argv, "-c", script)); out != "" || code != 0 {
			t.Errorf("%s: exit code %d, %s", test.argv[0], code, out)
		}
		one, err := os.ReadFile(f.work + "/one")
		if err != nil {
			t.Fatal(err)
		}
		two, err := os.ReadFile(f.work + "/two")
		if err != nil {
			t.Fatal(err)
		}
		if len(one) < 1000 || !strings.Contains(string(one), "__gosw_root") {
			t.Errorf("%s: a dump of %d bytes", test.argv[0], len(one))
		}
		for line := range strings.Lines(string(two)) {
			if !strings.Contains(string(one), line) {
				t.Errorf("%s: only after the second reading: %s", test.argv[0], line)
			}
		}
		if len(one) != len(two) {
			t.Errorf("%s: %d bytes in memory, then %d", test.argv[0], len(one), len(two))
		}
	}
}
