//go:build !windows

package shell

import (
	"strings"
	"testing"
)

var zshStrict = []string{"zsh", "-f", "-euo", "pipefail"}

// expectIn runs script after the text of Init in the shell sh, called by argv,
// and compares what it prints.
func (f fixture) expectIn(t *testing.T, sh Shell, argv []string, name, script, want string) {
	t.Helper()
	eval := "eval \"$INIT\"\nunset INIT\n"
	if sh.Name() == "fish" {
		eval = "eval $INIT\nset -e INIT\n"
	}
	got, code := f.runIn(t, sh, append(argv[:len(argv):len(argv)], "-c", eval+script))
	if got != want || code != 0 {
		t.Errorf("%v, %s: exit code %d, got:\n%s\nwant:\n%s", argv, name, code, got, want)
	}
}

// TestZshPaths checks which of its two ways the function takes, twice, after it has
// remembered what applied before.
func TestZshPaths(t *testing.T) {
	f := newFixture(t)
	const fast, shim = "go1.22.5", "shim"
	for _, test := range append([]struct{ name, script, want string }{
		{"file", ``, fast},
		{"line", `echo 1.22 >.go-version`, fast},
		{"prefix", `echo go1.22.5 >.go-version`, fast},
		{"no newline", `printf 1.22.5 >.go-version`, fast},
		{"candidate", `echo 1.24rc1 >.go-version`, "go1.24rc1"},
		{"above", `mkdir -p a/b; cd a/b`, fast},
		{"tools", `rm .go-version; printf 'nodejs 20\ngolang 1.22.5\n' >.tool-versions`, fast},
		{"default", `rm .go-version; echo 1.22 >"$GOSW_ROOT/default"`, fast},
		{"directory of root", `rm .go-version; echo 1.22 >"$GOSW_ROOT/default"; cd /`, fast},
		{"environment", `export GO_VERSION=1.21.0`, "go1.21.0"},
		{"GOTOOLCHAIN", `export GOTOOLCHAIN=auto`, fast},

		{"nothing", `rm .go-version`, shim},
		{"constraint", `echo '~> 1.22' >.go-version`, shim},
		{"old", `echo 1.8.7 >.go-version`, shim},
		{"not installed", `echo 1.22.4 >.go-version`, shim},
		{"comment", `echo '1.22.5 # x' >.go-version`, shim},
		{"CR", `printf '1.22.5\r\n' >.go-version`, shim},
		{"NUL", `printf '1.22.5\0' >.go-version`, shim},
		{"NUL in the middle", `printf '1.2\0002.5\n' >.go-version`, shim},
		{"NUL behind half a character", `rm .go-version; printf 'golang 1.22.5\n#\342\0\ngolang 1.21.0\n' >.tool-versions`, shim},
		{"mark", `printf '\357\273\277golang 1.22.5\n' >.tool-versions; rm .go-version`, shim},
		{"directory", `rm .go-version; mkdir .go-version`, shim},
		{"FIFO", `rm .go-version; mkfifo .go-version`, shim},
		{"GO_VERSION that no program sees", `GO_VERSION=1.21.0`, shim},
		{"GO_VERSION that is readonly", `typeset -rx GO_VERSION=1.21.0`, shim},
		{"GOTOOLCHAIN that no program sees", `GOTOOLCHAIN=auto`, shim},
		{"GOTOOLCHAIN that is readonly", `typeset -rx GOTOOLCHAIN=`, shim},
		{"GOROOT", `export GOROOT=/x`, shim},
		{"policy", `export GOSW_GOTOOLCHAIN=auto`, shim},
		{"another store", `export GOSW_ROOT=/x`, shim},
		{"PWD is stale", `PWD=/usr`, shim},
		{"macOS, line", `OSTYPE=darwin24; echo 1.22 >.go-version`, shim},
		{"macOS, exact", `OSTYPE=darwin24`, fast},

		{"directory, later out of date", `go >/dev/null; PWD=/usr`, shim},
	}, bourneChanges...) {
		f.expectIn(t, zsh, zshStrict, test.name, "go >/dev/null\n"+test.script+"\ngo; go", strings.Repeat(test.want+"\n", 2))
		f.reset(t)
	}
	for _, args := range []string{"-C x version", "build -C x", "mod tidy -C=x", "--C x"} {
		f.expectIn(t, zsh, zshStrict, args, "go "+args+" | cut -d' ' -f1", shim+"\n")
	}
}

// zshOptions are ways to start zsh.
var zshOptions = [][]string{
	{"zsh", "-f"},
	zshStrict,
	{"zsh", "--emulate", "sh", "-f"},
	{"zsh", "-f", "-o", "ksh_arrays", "-o", "sh_word_split", "-o", "glob_subst", "-o", "no_glob", "-o", "extended_glob", "-o", "warn_create_global", "-o", "warn_nested_var", "-o", "no_case_glob", "-o", "ksh_glob"},
}

// TestZshRemembers is TestRemembers for zsh, with each set of options.
func TestZshRemembers(t *testing.T) {
	f := newFixture(t)
	f.write(t, f.work+"/../other", zsh.Init(Options{Exe: f.exe, Root: "/other", Function: true}))
	for _, argv := range zshOptions {
		for _, test := range remembered {
			f.expectIn(t, zsh, argv, test.name, test.script, test.want)
			f.reset(t)
		}
	}
}

// zshSession has what holds for commands of a session, whatever its options.
var zshSession = []struct{ name, script, want string }{
	{"arguments", `go '' 'a b' $'\n' '*' '$x' -x; gofmt -l .`, "go1.22.5 <> <a b> <\n> <*> <$x> <-x>\ngofmt-go1.22.5 <-l> <.>\n"},
	{"arguments to the shim", `echo latest >.go-version; go '' 'a b'; gofmt ''; echo 1.22.5 >.go-version`, "shim <> <a b>\ngofmt-shim <>\n"},
	{"prefix assignment", `GO_VERSION=1.21.0 go x; go; echo "${GO_VERSION-unset}"`, "go1.21.0 <x>\ngo1.22.5\nunset\n"},
	{"exit code", `export TOY=exit; for i in 0 1 3 127; do go "$i" && echo ok || echo "$?"; done`, "ok\n1\n3\n127\n"},
	{"tool's environment", `TOY=env go | grep -e ^GO -e __gosw | grep -v ROOT`, "GOTOOLCHAIN=local\n"},
	{"default leaves GOTOOLCHAIN", `cd /; echo 1.22 >"$GOSW_ROOT/default"; TOY=env go | grep GOTOOLCHAIN || echo none; rm "$GOSW_ROOT/default"`, "none\n"},
	{"session's environment", `go >/dev/null; echo "${GOTOOLCHAIN-unset}${__gosw_tool-unset}"`, "unsetunset\n"},
	{"stdin", `echo in | TOY=cat go; TOY=cat go <<<"here"`, "in\nhere\n"},
	{"pipes and such", `go | cat; echo "$(go)"; (go); { go; } 2>&1; go & wait "$!"; ! TOY=exit go 1`, "go1.22.5\ngo1.22.5\ngo1.22.5\ngo1.22.5\ngo1.22.5\n"},
	{"IFS", `IFS=/.1; go a.b; IFS=; go a.b; unset IFS; go a.b`, "go1.22.5 <a.b>\ngo1.22.5 <a.b>\ngo1.22.5 <a.b>\n"},
	{"functions", `function local { echo bad; }; function read { echo bad; }; function shift { echo bad; }; function export { echo bad; }; function cd { echo bad; }; function test { echo bad; }; function emulate { echo bad; }; function unset { echo bad; }; go x; gosw use 1.22; echo "$GO_VERSION"`, "go1.22.5 <x>\n1.22\n"},
	{"command go", `command go; env go`, "shim\nshim\n"},
	{"directory", `mkdir -p p/'q r'; echo 1.21.0 >p/'q r'/.go-version; cd p/'q r' && go; cd - >/dev/null; go; pushd p/'q r' >/dev/null; go; popd >/dev/null; go; (cd p/'q r' && go); CDPATH=$PWD/p; cd 'q r' >/dev/null && go; cd ../..; rm -r p`, "go1.21.0\ngo1.22.5\ngo1.21.0\ngo1.22.5\ngo1.21.0\ngo1.21.0\n"},
	{"edited pin", `go; echo 1.21.0 >.go-version; go; echo 1.22.5 >.go-version`, "go1.22.5\ngo1.21.0\n"},
	{"removed directory", `mkdir gone; cd gone; rmdir ../gone; go 2>/dev/null; cd ..`, "shim\n"},
	{"use", `gosw use 1.22; echo "$GO_VERSION"; sh -c 'echo $GO_VERSION'; gosw use quiet; gosw use --unset; echo "${GO_VERSION-unset}"`, "1.22\n1.22\nunset\n"},
	{"use in a function", `function f { gosw use 1.22; }; f; echo "$GO_VERSION"`, "1.22\n"},
	{"use, help", `gosw use --help; echo "${GO_VERSION-unset}"`, "GO_VERSION=no\nUsage\nunset\n"},
	{"use, refused", `gosw use 9 || echo "$?"; echo "${GO_VERSION-unset}"`, "gosw: no 9\n2\nunset\n"},
	{"use, hostile", `gosw use hostile; echo "$GO_VERSION"; ls`, "$(touch hacked) ; touch hacked\n"},
	{"others", `gosw exit 7 || echo "$?"; gosw; gosw user '' 'a b'; gosw install x`, "7\ngosw\ngosw <user> <> <a b>\ngosw <install> <x>\n"},
}

func TestZshSession(t *testing.T) {
	f := newFixture(t)
	for _, argv := range zshOptions {

		for _, test := range zshSession {
			if test.name == "prefix assignment" && argv[1] == "--emulate" {
				continue // as sh, zsh lets it outlive any function
			}
			f.expectIn(t, zsh, argv, test.name, test.script, test.want)
		}
	}
}

// TestZshOptions makes sure that no option of the user changes, and that none of
// ours reaches a function of the user's.
func TestZshOptions(t *testing.T) {
	f := newFixture(t)
	for _, argv := range [][]string{{"zsh", "-f"}, {"zsh", "--emulate", "ksh", "-f"}, {"zsh", "-f", "-o", "sh_word_split", "-o", "no_unset"}} {
		f.expectIn(t, zsh, argv, "options", `before=$(set -o); go x; gosw y; gosw use 1.22; [[ "$(set -o)" == "$before" ]] && echo same`, "go1.22.5 <x>\ngosw <y>\nsame\n")
	}
}

func TestZshAliases(t *testing.T) {
	f := newFixture(t)
	script := "setopt aliases\n"
	for _, name := range []string{"go", "gofmt", "gosw", "local", "read", "return", "shift", "export", "unset", "printf", "emulate", "setopt", "typeset", "compdef", "functions", "alias_", "rehash"} {
		script += "alias " + name + "='echo aliased'\n"
	}
	script += "eval \"$INIT\"\neval '\\go x\ngo y\n\\gosw use 1.22\n\\echo \"$GO_VERSION\"'\n"
	if got, code := f.runIn(t, zsh, []string{"zsh", "-f", "-c", script}); got != "go1.22.5 <x>\naliased y\n1.22\n" || code != 0 {
		t.Errorf("exit code %d, got:\n%s", code, got)
	}
}

func TestZshErrexit(t *testing.T) {
	f := newFixture(t)
	for _, version := range []string{"1.22.5", "latest"} {
		got, code := f.runIn(t, zsh, append(zshStrict, "-c", `eval "$INIT"; export GO_VERSION=`+version+` TOY=exit; go 3; echo no`))
		if got != "" || code != 3 {
			t.Errorf("%s: exit code %d, got %q", version, code, got)
		}
	}
}

// TestZshCompiled makes sure that zcompile, which some frameworks use on all that
// they read, takes the file.
func TestZshCompiled(t *testing.T) {
	f := newFixture(t)
	f.write(t, f.work+"/hook.zsh", zsh.Init(f.options()))
	f.expectIn(t, zsh, []string{"zsh", "-f"}, "compiled", `unfunction go; unset __gosw_loaded; zcompile hook.zsh && : >hook.zsh && touch -r hook.zsh.zwc hook.zsh; source ./hook.zsh; go x`, "go1.22.5 <x>\n")
}
