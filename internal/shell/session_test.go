//go:build !windows

package shell

import (
	"strings"
	"testing"
)

// TestRestricted has shells that run no program by its path and change no PATH:
// they get PATH if the text is read before the restrictions begin, as a start-up
// file is, and the shim.
func TestRestricted(t *testing.T) {
	t.Parallel()
	f := newFixtureIn(t, "a b")
	f.write(t, f.work+"/rc", bash.Init(f.options()))
	for _, test := range []struct {
		name string
		sh   Shell
		argv []string
		env  string
		want string
	}{
		{"bash, start-up file", bash, []string{"bash", "--noprofile", "--rcfile", "rc", "-r", "-i", "-c", "type -t go; go x"}, "", "file\nshim <x>\n"},
		{"bash, later", bash, []string{"bash", "--norc", "-r", "-c", `eval "$INIT"; type -t go; go x`}, "PATH=" + f.root + "/bin:/usr/bin:/bin", "file\nshim <x>\n"},
		{"zsh, later", zsh, []string{"zsh", "-f", "-r", "-c", `eval "$INIT"; whence -w go; go x`}, "PATH=" + f.root + "/bin:/usr/bin:/bin", "go: command\nshim <x>\n"},
	} {
		got, code := f.runIn(t, test.sh, test.argv, test.env)
		var lines []string
		for line := range strings.Lines(got) {
			// Without a terminal, an interactive bash says so.
			if !strings.Contains(line, "job control") && !strings.Contains(line, "terminal process group") {
				lines = append(lines, line)
			}
		}
		if got = strings.Join(lines, ""); got != test.want || code != 0 {
			t.Errorf("%s: exit code %d, got %q, want %q", test.name, code, got, test.want)
		}
	}
}

// TestAllExport makes sure that what exports all of the user's variables exports
// none of gosw's, and that a PATH that can't change costs its entry only.
func TestAllExport(t *testing.T) {
	t.Parallel()
	f := newFixtureIn(t, "a b")
	text, _ := Extras(bash)
	extras := "EXTRAS=" + text
	for _, test := range []struct {
		sh   Shell
		argv []string
	}{
		{bash, []string{"bash", "--norc", "-a", "-c"}},
		{zsh, []string{"zsh", "-f", "-a", "-c"}},
	} {
		script := `load() { eval "$INIT"; eval "$EXTRAS"; }; load; unset INIT EXTRAS; case $- in *a*) echo on ;; esac; env | grep -a -e ^__gosw -e ^BASH_FUNC_g -e ^BASH_FUNC__; go x; gosw_hooks 2>/dev/null; echo "$?"`
		got, code := f.runIn(t, test.sh, append(test.argv, script), extras)
		if want := "on\ngo1.22.5 <x>\n2\n"; got != want || code != 0 {
			t.Errorf("%s: exit code %d, got %q, want %q", test.sh.Name(), code, got, want)
		}
		got, code = f.runIn(t, test.sh, append(test.argv, `readonly PATH; eval "$INIT"; go x`))
		if want := "go1.22.5 <x>\n"; !strings.HasSuffix(got, want) || code != 0 {
			t.Errorf("%s, readonly PATH: exit code %d, got %q, want %q", test.sh.Name(), code, got, want)
		}
	}
}

// TestNoHook makes sure that nothing of ours runs at a prompt, at a change of
// directory or before a command: there it costs nothing, whatever the user has
// there.
func TestNoHook(t *testing.T) {
	t.Parallel()
	f := newFixtureIn(t, "a b")
	for _, test := range []struct {
		sh     Shell
		argv   []string
		script string
	}{
		{bash, []string{"bash", "--norc", "--noprofile", "-ic"}, `PROMPT_COMMAND=(a b); trap : DEBUG; trap : ERR; hooks() { declare -p PROMPT_COMMAND PS0 PS1; trap; bind -X; }; eval "$INIT"`},
		{zsh, []string{"zsh", "-f", "-ic"}, `precmd_functions=(a); trap : DEBUG; hooks() { typeset -p precmd_functions PS1; typeset -p chpwd_functions preexec_functions periodic_functions zle_hooks; whence -w precmd preexec chpwd periodic command_not_found_handler; trap; zle -lL; }; eval "$INIT"`},
		{fish, fishArgv, `function a --on-variable PWD; end; function hooks; functions --handlers; functions fish_prompt; end; eval $INIT`},
	} {
		setup, load, _ := strings.Cut(test.script, "; eval ")
		argv := test.argv
		if test.sh.Name() == "fish" {
			argv = append(argv[:len(argv):len(argv)], "-ic")
		}
		argv = append(argv[:len(argv):len(argv)], setup+"\nhooks >before 2>&1\neval "+load+"\nhooks >after 2>&1\ncat before; cmp before after && go x")
		got, code := f.runIn(t, test.sh, argv)
		if code != 0 || !strings.Contains(got, "\ngo1.22.5 <x>\n") || !strings.Contains(got, "a") {
			t.Errorf("%s: exit code %d, %s", test.sh.Name(), code, got)
		}
	}
}

// others are sessions in which something else wants to be go, and what is said.
var others = []struct{ name, bourne, fish, want string }{
	{"nothing", ``, ``, ``},
	{"alias", `alias go='echo theirs'`, `alias go='echo theirs'`, `hides|was there`},
	{"function", `function go { echo theirs; }`, `function go; echo theirs; end`, `a function`},
	{"goenv", `export GOENV_SHELL=bash`, `set -gx GOENV_SHELL fish`, `goenv`},
	{"goenv, shims", `PATH=$PATH:/x/.goenv/shims`, `set -gx PATH $PATH /x/.goenv/shims`, `goenv`},
	{"gvm", `GVM_ROOT=/x`, `set -g GVM_ROOT /x`, `gvm`},
	{"asdf without go", `export ASDF_DATA_DIR=$PWD; PATH=$PATH:$PWD/shims`, `set -gx ASDF_DATA_DIR $PWD; set -gx PATH $PATH $PWD/shims`, ``},
	{"asdf that is not active", `export ASDF_DATA_DIR=$PWD/asdf`, `set -gx ASDF_DATA_DIR $PWD/asdf`, ``},
	{"asdf", `export ASDF_DATA_DIR=$PWD/asdf; PATH=$PATH:$PWD/asdf/shims`, `set -gx ASDF_DATA_DIR $PWD/asdf; set -gx PATH $PATH $PWD/asdf/shims`, `asdf plugin remove golang`},
	{"mise that is not active", `export MISE_DATA_DIR=$PWD/asdf`, `set -gx MISE_DATA_DIR $PWD/asdf`, ``},
	{"mise", `PATH=$PATH:/x/mise/installs/go/1.22/bin`, `set -gx PATH $PATH /x/mise/installs/go/1.22/bin`, `mise unuse`},
	{"mise, shims", `export MISE_DATA_DIR=$PWD/asdf; PATH=$PATH:$PWD/asdf/shims`, `set -gx MISE_DATA_DIR $PWD/asdf; set -gx PATH $PATH $PWD/asdf/shims`, `mise unuse`},
	{"g", `PATH=$PATH:/x/.g/go/bin`, `set -gx PATH $PATH /x/.g/go/bin`, `".g/env"`},
}

// TestOthers makes sure that what else wants to be go is named, once, to
// somebody who is there to read it, and stays as it is.
func TestOthers(t *testing.T) {
	t.Parallel()
	f := newFixtureIn(t, "a b")
	f.write(t, f.work+"/asdf/shims/go", "#!/bin/sh\n")
	for _, s := range []struct {
		sh   Shell
		argv []string
	}{
		{bash, []string{"bash", "--norc", "--noprofile"}},
		{zsh, []string{"zsh", "-f"}},
		{fish, fishArgv},
	} {
		for _, test := range others {
			setup, load := test.bourne, "\neval \"$INIT\"\neval \"$INIT\"\necho end >&2\n"
			if s.sh.Name() == "fish" {
				setup, load = test.fish, "\neval $INIT\neval $INIT\necho end >&2\n"
			}
			quiet, code := f.runIn(t, s.sh, append(s.argv[:len(s.argv):len(s.argv)], "-c", setup+load))
			if quiet != "end\n" || code != 0 {
				t.Errorf("%s, %s: a script hears %q (exit code %d)", s.sh.Name(), test.name, quiet, code)
			}
			said, _ := f.runIn(t, s.sh, append(s.argv[:len(s.argv):len(s.argv)], "-i", "-c", setup+load))
			var notes []string
			for line := range strings.Lines(said) {
				if strings.HasPrefix(line, "gosw: ") {
					notes = append(notes, line)
				}
			}
			if (len(notes) == 1) != (test.want != "") || len(notes) == 1 && !containsOne(notes[0], test.want) {
				t.Errorf("%s, %s: said %q, want one with %q", s.sh.Name(), test.name, notes, test.want)
			}
		}
		for _, call := range []string{"go", "command go"} {
			script := "function go { echo theirs; }\neval \"$INIT\"\neval \"$INIT\"\n" + call
			if s.sh.Name() == "fish" {
				script = "function go; echo theirs; end\neval $INIT\neval $INIT\n" + call
			}
			want := map[string]string{"go": "theirs\n", "command go": "shim\n"}[call]
			if got, _ := f.runIn(t, s.sh, append(s.argv[:len(s.argv):len(s.argv)], "-c", script)); got != want {
				t.Errorf("%s: %s with a function of the user's: %q", s.sh.Name(), call, got)
			}
		}
	}
}

func containsOne(text, alternatives string) bool {
	for part := range strings.SplitSeq(alternatives, "|") {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
