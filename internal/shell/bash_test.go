//go:build !windows

package shell

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestOptions runs each combination of options, strictly and in the plain way,
// and looks at what it sets up.
func TestOptions(t *testing.T) {
	f := newFixture(t)
	const script = `eval "$TEXT"
eval "$TEXT"
path=:$PATH:
[[ $path == :"$GOSW_ROOT/bin":* ]] && echo path
rest=${path#*:"$GOSW_ROOT/bin":}
[[ $rest != *:"$GOSW_ROOT/bin":* ]] || echo twice
echo "$(type -t go) $(type -t gofmt) $(type -t gosw)"
complete -p gosw >/dev/null 2>&1 && echo completion
gosw 'a b' ''
`
	for i := range 8 {
		o := Options{Exe: f.exe, Root: f.root, Path: i&1 != 0, Function: i&2 != 0, Completion: i&4 != 0}
		var want strings.Builder
		if o.Path {
			want.WriteString("path\n")
		}
		switch {
		case o.Function:
			want.WriteString("function function function\n")
		case o.Path:
			want.WriteString("file file function\n")
		default:
			want.WriteString("  function\n")
		}
		if o.Completion {
			want.WriteString("completion\n")
		}
		want.WriteString("gosw <a b> <>\n")
		for _, args := range [][]string{nil, {"-uo", "pipefail"}, {"--posix"}, {"-f"}, {"-a"}} {
			if got, code := f.run(t, args, script, "TEXT="+bash.Init(o)); got != want.String() || code != 0 {
				t.Errorf("%+v, bash %v: exit code %d, got:\n%s\nwant:\n%s", o, args, code, got, want.String())
			}
		}
		if got, code := f.run(t, strict, `eval "$TEXT"; echo end`, "TEXT="+bash.Init(o)); got != "end\n" || code != 0 {
			t.Errorf("%+v: exit code %d, got %q", o, code, got)
		}
	}
}

// TestPaths checks which of its two ways the function takes, twice, after it has
// remembered what applied before.
func TestPaths(t *testing.T) {
	f := newFixture(t)
	const fast, shim = "go1.22.5", "shim"
	for _, test := range append([]struct{ name, script, want string }{
		{"file", ``, fast},
		{"line", `echo 1.22 >.go-version`, fast},
		{"prefix go", `echo go1.22.5 >.go-version`, fast},
		{"prefix v", `echo v1.22 >.go-version`, fast},
		{"no newline", `printf 1.22.5 >.go-version`, fast},
		{"candidate", `echo 1.24rc1 >.go-version`, "go1.24rc1"},
		{"point zero", `echo 1.21.0 >.go-version`, "go1.21.0"},
		{"above", `mkdir -p a/b; cd a/b`, fast},
		{"tools", `rm .go-version; printf 'nodejs 20\ngolang 1.22.5\n' >.tool-versions`, fast},
		{"tools above", `mkdir a; echo nodejs 20 >a/.tool-versions; cd a`, fast},
		{"default", `rm .go-version; echo 1.22 >"$GOSW_ROOT/default"`, fast},
		{"environment", `export GO_VERSION=1.21.0`, "go1.21.0"},
		{"link to a pin", `mv .go-version x; ln -s x .go-version`, fast},
		{"GOTOOLCHAIN", `export GOTOOLCHAIN=auto`, fast},
		{"directory of root", `rm .go-version; echo 1.22 >"$GOSW_ROOT/default"; cd /`, fast},

		{"nothing", `rm .go-version`, shim},
		{"constraint", `echo '~> 1.22' >.go-version`, shim},
		{"latest", `echo latest >.go-version`, shim},
		{"system", `echo system >.go-version`, shim},
		{"old", `echo 1.8.7 >.go-version`, shim},
		{"not installed", `echo 1.22.4 >.go-version`, shim},
		{"dangling line", `echo 1.19 >.go-version`, shim},
		{"link that is not ours", `echo 1.25.1 >.go-version`, shim},
		{"line that is a directory", `mkdir -p "$GOSW_ROOT/toolchains/1.26/bin"; cp "$GOSW_ROOT/bin/go" "$GOSW_ROOT/toolchains/1.26/bin"; echo 1.26 >.go-version`, shim},
		{"no program", `echo 1.23.0 >.go-version`, shim},
		{"comment", `echo '1.22.5 # x' >.go-version`, shim},
		{"two lines", `printf '1.22.5\n1.22.5\n' >.go-version`, shim},
		{"CR", `printf '1.22.5\r\n' >.go-version`, shim},
		{"NUL", `printf '1.22.5\0' >.go-version`, shim},
		{"mark", `printf '\357\273\277golang 1.22.5\n' >.tool-versions; rm .go-version`, shim},
		{"NUL behind half a character", `rm .go-version; printf 'golang 1.22.5\n#\342\0\ngolang 1.21.0\n' >.tool-versions`, shim},
		{"point zero, old", `echo 1.20.0 >.go-version`, shim},
		{"dangling pin", `rm .go-version; ln -s nowhere .go-version`, shim},
		{"directory", `rm .go-version; mkdir .go-version`, shim},
		{"FIFO", `rm .go-version; mkfifo .go-version`, shim},
		{"two tools", `rm .go-version; printf 'golang 1.22.5\ngo 1.22.5\n' >.tool-versions`, shim},
		{"tab", `rm .go-version; printf 'golang\t1.22.5\n' >.tool-versions`, shim},
		{"GO_VERSION that no program sees", `GO_VERSION=1.21.0`, shim},
		{"GO_VERSION that is readonly", `declare -rx GO_VERSION=1.21.0`, shim},
		{"GO_VERSION, blanks", `export GO_VERSION=' 1.22'`, shim},
		{"GOTOOLCHAIN that no program sees", `GOTOOLCHAIN=auto`, shim},
		{"GOTOOLCHAIN that is readonly", `declare -rx GOTOOLCHAIN=`, shim},
		{"GOROOT", `export GOROOT=/x`, shim},
		{"GOROOT that is readonly", `declare -rx GOROOT=/x`, shim},
		{"mark of cmd/go", `export GOTOOLCHAIN_INTERNAL_SWITCH_VERSION=go1.22.4`, shim},
		{"policy", `export GOSW_GOTOOLCHAIN=auto`, shim},
		{"another store", `export GOSW_ROOT=/x`, shim},
		{"nocasematch", `shopt -s nocasematch`, shim},
		{"PWD is stale", `PWD=/usr`, shim},
		{"PWD is relative", `PWD=.`, shim},
		{"PWD is odd", `PWD=$PWD/../work`, shim},
		{"PWD is unset", `unset PWD`, shim},
		{"macOS, line", `OSTYPE=darwin24; echo 1.22 >.go-version`, shim},
		{"macOS, exact", `OSTYPE=darwin24`, fast},
	}, bourneChanges...) {
		f.expect(t, test.name, "go >/dev/null\n"+test.script+"\ngo 2>/dev/null; go 2>/dev/null", strings.Repeat(test.want+"\n", 2))
		f.reset(t)
	}
	for _, args := range []string{"-C x version", "build -C x", "mod tidy -C=x", "--C x"} {
		f.expect(t, args, "go "+args+" | cut -d' ' -f1", shim+"\n")
	}
}

// TestRemembers makes sure that the function has what it ran last at hand, until the
// text of init is read again.
func TestRemembers(t *testing.T) {
	f := newFixture(t)
	f.write(t, f.work+"/../other", bash.Init(Options{Exe: f.exe, Root: "/other", Function: true}))
	for _, test := range remembered {
		f.expect(t, test.name, test.script, test.want)
		f.reset(t)
	}
}

// TestSession checks what holds for commands of a session.
func TestSession(t *testing.T) {
	f := newFixture(t)
	for _, test := range []struct{ name, script, want string }{
		{"arguments", `go '' 'a b' $'\n' '*' '$x' -x; gofmt -l .`, "go1.22.5 <> <a b> <\n> <*> <$x> <-x>\ngofmt-go1.22.5 <-l> <.>\n"},
		{"arguments to the shim", `echo latest >.go-version; go '' 'a b'; gofmt ''; echo 1.22.5 >.go-version`, "shim <> <a b>\ngofmt-shim <>\n"},
		{"prefix assignment", `GO_VERSION=1.21.0 go x; go; echo "${GO_VERSION-unset}"`, "go1.21.0 <x>\ngo1.22.5\nunset\n"},
		{"exit code", `export TOY=exit; for i in 0 1 3 127; do go "$i" && echo ok || echo "$?"; done`, "ok\n1\n3\n127\n"},
		{"errexit", `if TOY=exit go 1; then echo no; fi; (set +e; TOY=exit go 4; echo $?)`, "4\n"},
		{"tool's environment", `GOTOOLCHAIN= TOY=env go | grep -c -e ^GOTOOLCHAIN=local$; TOY=env go | grep -e ^GO -e __gosw | grep -v ROOT`, "1\nGOTOOLCHAIN=local\n"},
		{"default leaves GOTOOLCHAIN", `mkdir d; cd /; echo 1.22 >"$GOSW_ROOT/default"; TOY=env go | grep GOTOOLCHAIN || echo none; rm "$GOSW_ROOT/default"`, "none\n"},
		{"session's environment", `go >/dev/null; echo "${GOTOOLCHAIN-unset}"; a=$(compgen -v); go >/dev/null; b=$(compgen -v); [[ $a == "$b" ]] && echo same || diff <(echo "$a") <(echo "$b") | grep gosw || echo none`, "unset\nnone\n"},
		{"no fork", `n=0; trap 'n=$((n + 1))' CHLD; __gosw_spec= __gosw_pinned= __gosw_tool=; __gosw_resolve go; echo "$n"; [[ $__gosw_tool == */go1.22.5/bin/go ]]; trap - CHLD`, "0\n"},
		{"stdin", `echo in | TOY=cat go; TOY=cat go <<<"here"`, "in\nhere\n"},
		{"pipes and such", `go | cat; echo "$(go)"; (go); { go; } 2>&1; go & wait "$!"; go a & wait; ! TOY=exit go 1; { time go; } 2>/dev/null`, "go1.22.5\ngo1.22.5\ngo1.22.5\ngo1.22.5\ngo1.22.5\ngo1.22.5 <a>\ngo1.22.5\n"},
		{"IFS", `IFS=/.1; go a.b; IFS=; go a.b; unset IFS; go a.b`, "go1.22.5 <a.b>\ngo1.22.5 <a.b>\ngo1.22.5 <a.b>\n"},
		{"globs", `set -f; go '*'; set +f; shopt -s failglob nullglob dotglob extglob; go 'x*' '?(a)'`, "go1.22.5 <*>\ngo1.22.5 <x*> <?(a)>\n"},
		{"posix", `set -o posix; go x; GO_VERSION=1.21.0 go y; [[ ${IFS-unset} == $' \t\n' ]]; gosw z`, "go1.22.5 <x>\ngo1.21.0 <y>\ngosw <z>\n"},
		{"keyword", `set -k; go x; GO_VERSION=1.21.0 go y; gosw use 1.22; [[ $GO_VERSION == 1.22 ]]; gosw use --unset; mkdir k; cd k; go; echo 1.21.0 >.go-version; go; cd ..; go; rm -r k; [[ ${__gosw_spec-}${__gosw_text-} == '' ]]`, "go1.22.5 <x>\ngo1.21.0 <y>\ngo1.22.5\ngo1.21.0\ngo1.22.5\n"},
		{"functions", `local() { echo bad; }; read() { echo bad; }; return() { echo bad; }; shift() { echo bad; }; export() { echo bad; }; printf() { echo bad; }; unset() { echo bad; }; go x; gosw use 1.22; echo "$GO_VERSION"`, "go1.22.5 <x>\n1.22\n"},
		{"names of the user", `export dir=d file=f spec=s line=l; readonly dir tool=1; TOY=env go | grep -c -e ^dir=d -e ^file=f -e ^spec=s -e ^line=l`, "4\n"},
		{"what it is", `type -t go; bash --norc -c 'type -t go'; command go; \go; env go`, "function\nfile\nshim\ngo1.22.5\nshim\n"},
		{"trace traps", `set -ET; trap 'echo ERR' ERR; go; mv .go-version x; go; mv x .go-version`, "go1.22.5\nshim\n"},
		{"debug traps", `set -T; trap 'seen=$BASH_COMMAND' DEBUG; go x; shopt -s extdebug; go y; mv .go-version x; go z; mv x .go-version; shopt -u extdebug; trap - DEBUG`, "go1.22.5 <x>\ngo1.22.5 <y>\nshim <z>\n"},
		{"directory", `mkdir -p p/'q r'; echo 1.21.0 >p/'q r'/.go-version; cd p/'q r'; go; cd - >/dev/null; go; (cd p/'q r' && go); rm -r p`, "go1.21.0\ngo1.22.5\ngo1.21.0\n"},
	} {
		f.expect(t, test.name, test.script, test.want)
	}
}

// TestErrexit has a tool that fails, which ends a strict script as any program
// does that fails.
func TestErrexit(t *testing.T) {
	f := newFixture(t)
	for _, version := range []string{"1.22.5", "latest"} {
		got, code := f.run(t, strict, `eval "$INIT"; export GO_VERSION=`+version+` TOY=exit; go 3; echo no`)
		if got != "" || code != 3 {
			t.Errorf("%s: exit code %d, got %q", version, code, got)
		}
	}
}

// TestExport makes sure that no script inherits half of the functions.
func TestExport(t *testing.T) {
	f := newFixture(t)
	got, code := f.run(t, strict, `set -a; eval "$INIT"; go; [[ $- == *a* ]] && type -t go; bash --norc -c 'type -t go; go'; env | grep -c BASH_FUNC || :`)
	if want := "go1.22.5\nfunction\nfile\nshim\n0\n"; got != want || code != 0 {
		t.Errorf("exit code %d, got %q, want %q", code, got, want)
	}
}

// TestAliases needs a shell that expands aliases as an interactive one does.
func TestAliases(t *testing.T) {
	f := newFixture(t)
	script := "shopt -s expand_aliases\n"
	for _, name := range []string{
		"go", "gofmt", "gosw", "local", "read", "return", "shift", "export", "unset", "printf", "builtin", "complete", "set", "case_", "command",
	} {
		script += "alias " + name + "='echo aliased'\n"
	}
	script += "eval \"$INIT\"\n\\go x\ngo y\n\\gosw use 1.22\n\\echo \"$GO_VERSION\"\n"
	if got, code := f.run(t, nil, script); got != "go1.22.5 <x>\naliased y\n1.22\n" || code != 0 {
		t.Errorf("exit code %d, got:\n%s", code, got)
	}
}

func TestUse(t *testing.T) {
	f := newFixture(t)
	f.expect(t, "use", `gosw use 1.22; echo "$GO_VERSION"; bash -c 'echo $GO_VERSION'; gosw use quiet; gosw use --unset; echo "${GO_VERSION-unset}"`,
		"1.22\n1.22\nunset\n")
	f.expect(t, "help", `gosw use --help; echo "${GO_VERSION-unset}"`, "GO_VERSION=no\nUsage\nunset\n")
	f.expect(t, "refused", `gosw use 9 || echo "$?"; echo "${GO_VERSION-unset}"`, "gosw: no 9\n2\nunset\n")
	f.expect(t, "hostile", `gosw use hostile; echo "$GO_VERSION"; ls`, "$(touch hacked) ; touch hacked\n")
	f.expect(t, "hash", `hash -p /x/go1.1 go1.1; gosw list; hash -t go1.1; gosw install y; hash -t go1.1 2>/dev/null || echo forgotten`, "gosw <list>\n/x/go1.1\ngosw <install> <y>\nforgotten\n")
	f.expect(t, "others", `gosw exit 7 || echo "$?"; gosw; gosw user '' 'a b'`, "7\ngosw\ngosw <user> <> <a b>\n")
}

// TestOldBash makes the text believe that it runs in the bash of macOS.
func TestOldBash(t *testing.T) {
	f := newFixture(t)
	old := strings.ReplaceAll(bash.Init(f.options()), "BASH_VERSINFO", "old")
	got, code := f.run(t, strict, `old=(3 2 57); eval "$TEXT"; type -t go; type -t gosw || echo none; go`, "TEXT="+old)
	if want := "file\nnone\nshim\n"; got != want || code != 0 {
		t.Errorf("3.2: exit code %d, got %q", code, got)
	}
	got, code = f.run(t, strict, `old=(4 3 0); eval "$TEXT"; go; export GO_VERSION=1.21.0; go`, "TEXT="+old)
	if want := "go1.22.5\nshim\n"; got != want || code != 0 {
		t.Errorf("4.3: exit code %d, got %q", code, got)
	}
}

// TestNoShim has a store in which nothing was ever installed.
func TestNoShim(t *testing.T) {
	f := newFixture(t)
	if err := os.RemoveAll(f.root + "/bin"); err != nil {
		t.Fatal(err)
	}
	f.expect(t, "no shim", "go x; echo latest >.go-version; go '' y", "go1.22.5 <x>\ngosw <shim> <go> <> <y>\n")
}

// TestAlone reads the file without its prologue.
func TestAlone(t *testing.T) {
	f := newFixture(t)
	f.write(t, f.work+"/hook.bash", bashHook)
	got, code := f.run(t, strict, `source ./hook.bash; go; echo "$__gosw_exe"; [[ $PATH == "$GOSW_ROOT/bin:/usr/bin:/bin" ]] && echo ok; unset GOSW_ROOT __gosw_root HOME; PATH=; source ./hook.bash; echo "$PATH"`)
	if want := fmt.Sprintf("go1.22.5\ngosw\nok\n%s\n", "/.local/go/bin"); got != want || code != 0 {
		t.Errorf("exit code %d, got %q, want %q", code, got, want)
	}
}
