//go:build !windows

package shell

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// oddName is a directory whose name means something to every shell.
const oddName = "a b'\"$HOME`x`\\\n*[é]"

// toyTool is a go that says who it is. The shim of the fixture is one too, so
// that a test sees whether the function took its own path.
const toyTool = `#!/bin/sh
who=NAME
case ${TOY-} in
env) exec /usr/bin/env ;;
exit) exit "$1" ;;
cat) exec /bin/cat ;;
wait)
	echo "waiting $*"
	while read -r line; do
		[ "$line" != end ] || exit 5
		echo "got <$line>"
	done
	;;
esac
printf %s "$who"
for arg; do printf ' <%s>' "$arg"; done
echo
`

// toyGosw answers as gosw does.
const toyGosw = `#!/bin/sh
case $1:$3 in
use:1.22) echo GO_VERSION=1.22 ;;
use:--unset) echo GO_VERSION= ;;
use:--help) printf 'GO_VERSION=no\nUsage\n' ;;
use:hostile) echo 'GO_VERSION=$(touch hacked) ; touch hacked' ;;
use:quiet) ;;
use:*) echo "gosw: no $3" >&2; exit 2 ;;
exit:*) exit "$2" ;;
__complete:./*) echo :0 ;; # files
__complete:*) cat "${0%/*}/answer" ;;
*)
	printf gosw
	for arg; do printf ' <%s>' "$arg"; done
	echo
	;;
esac
`

// changes are what happens between two calls of go, in bash, zsh and fish alike, and
// what the second runs.
var changes = []struct{ name, script, want string }{
	{"pin here, later", `mkdir -p a/b; cd a/b; go >/dev/null; echo 1.21.0 >.go-version`, "go1.21.0"},
	{"pin between, later", `mkdir -p a/b; cd a/b; go >/dev/null; echo 1.21.0 >../.go-version`, "go1.21.0"},
	{"dangling pin between, later", `mkdir -p a/b; cd a/b; go >/dev/null; ln -s nowhere ../.go-version`, "shim"},
	{"tools between, later", `mkdir -p a/b; cd a/b; go >/dev/null; echo golang 1.21.0 >../.tool-versions`, "go1.21.0"},
	{"dangling tools between, later", `mkdir -p a/b; cd a/b; go >/dev/null; ln -s nowhere ../.tool-versions`, "shim"},
	{"pin over tools, later", `mv .go-version b; echo golang 1.22.5 >.tool-versions; go >/dev/null; echo 1.21.0 >.go-version`, "go1.21.0"},
	{"pin over the default, later", `rm .go-version; echo 1.22 >"$GOSW_ROOT/default"; go >/dev/null; echo 1.21.0 >.go-version`, "go1.21.0"},
	{"default, changed", `rm .go-version; echo 1.22 >"$GOSW_ROOT/default"; go >/dev/null; echo 1.21.0 >"$GOSW_ROOT/default"`, "go1.21.0"},
	{"default, removed", `rm .go-version; echo 1.22 >"$GOSW_ROOT/default"; go >/dev/null; rm "$GOSW_ROOT/default"`, "shim"},
	{"tool, removed", `mv "$GOSW_ROOT/toolchains/go1.22.5" "$GOSW_ROOT/away"`, "shim"},
	{"link in its place", `mv "$GOSW_ROOT/toolchains/go1.22.5" "$GOSW_ROOT/away"; ln -s ../away "$GOSW_ROOT/toolchains/go1.22.5"`, "shim"},
	{"directory, moved", `mkdir a; cd a; go >/dev/null; mv ../a ../b`, "shim"},
	{"directory by another name", `mkdir -p a/x; echo 1.21.0 >a/.go-version; ln -s a/x b; cd a/x; go >/dev/null; cd ../../b`, "go1.22.5"},
}

// bourneChanges are those for bash and zsh.
var bourneChanges = append([]struct{ name, script, want string }{
	{"tools, changed", `rm .go-version; echo golang 1.22.5 >.tool-versions; go >/dev/null; echo golang 1.21.0 >.tool-versions`, "go1.21.0"},
	{"system store, later", `echo 1.22 >.go-version; go >/dev/null; export GOSW_SYSTEM_ROOT=/x`, "shim"},
	{"HOME, later", `mkdir -p "$HOME/.local"; __gosw_root=$HOME/.local/go; ln -s "$GOSW_ROOT" "$__gosw_root"; unset GOSW_ROOT; go >/dev/null; HOME=/x`, "shim"},
	{"bar in HOME", `HOME='a|b'; go >/dev/null; GOSW_ROOT="$GOSW_ROOT|a"; HOME=b`, "shim"},
}, changes...)

// slow runs go once and then says when that does not help the next call.
const slow = "go >/dev/null; __gosw_run() { echo slow; }; "

// remembered is what the functions of bash and zsh have at hand after a call.
var remembered = []struct{ name, script, want string }{
	{"pin", slow + `go x; TOY=env go | grep GOTOOLCHAIN`, "go1.22.5 <x>\nGOTOOLCHAIN=local\n"},
	{"pin above", `mkdir -p a/b; cd a/b; ` + slow + `go`, "go1.22.5\n"},
	{"line", `echo 1.22 >.go-version; ` + slow + `go`, "go1.22.5\n"},
	{"tools", `rm .go-version; echo golang 1.22.5 >.tool-versions; ` + slow + `go`, "go1.22.5\n"},
	{"written again", slow + `echo 1.21.0 >.go-version; go; echo 1.22.5 >.go-version; go`, "slow\ngo1.22.5\n"},
	{"default", `rm .go-version; echo 1.21.0 >"$GOSW_ROOT/default"; ` + slow + `go; TOY=env go | grep GOTOOLCHAIN || echo none; echo 1.21.0 >.go-version; go`, "go1.21.0\nnone\nslow\n"},
	{"nothing of tools that were passed over", `mkdir a; echo node 20 >a/.tool-versions; cd a; go; echo "[$__gosw_when]"`, "go1.22.5\n[]\n"},
	{"flag", slow + `go build -C x`, "slow\n"},
	{"gofmt", slow + `gofmt`, "slow\n"},
	{"gofmt, then go", `gofmt; go`, "gofmt-go1.22.5\ngo1.22.5\n"},
	{"another store", `go; source ../other; go`, "go1.22.5\ngosw <shim> <go>\n"},
}

// A fixture is a toy store in a directory with an odd name.
type fixture struct {
	root string // of the store
	exe  string // gosw
	work string
	home string // where fish, for one, leaves files
}

func newFixture(t *testing.T) fixture { return newFixtureIn(t, oddName) }

func newFixtureIn(t *testing.T, name string) fixture {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(top, "home")
	if err := os.Mkdir(home, 0o755); err != nil {
		t.Fatal(err)
	}
	top = filepath.Join(top, name)
	f := fixture{filepath.Join(top, "store"), filepath.Join(top, "gosw"), filepath.Join(top, "work"), home}
	f.write(t, f.exe, toyGosw)
	f.write(t, f.root+"/bin/go", strings.Replace(toyTool, "NAME", "shim", 1))
	f.write(t, f.root+"/bin/gofmt", strings.Replace(toyTool, "NAME", "gofmt-shim", 1))
	for _, v := range []string{"go1.22.5", "go1.24rc1", "go1.21.0", "go1.8.7"} {
		f.write(t, f.root+"/toolchains/"+v+"/bin/go", strings.Replace(toyTool, "NAME", v, 1))
		f.write(t, f.root+"/toolchains/"+v+"/bin/gofmt", strings.Replace(toyTool, "NAME", "gofmt-"+v, 1))
	}
	f.write(t, f.root+"/toolchains/go1.23.0/bin/go", "not executable")
	for link, target := range map[string]string{"1.22": "go1.22.5", "1.19": "go1.19.13", "go1.25.1": "go1.22.5"} {
		if err := os.Symlink(target, f.root+"/toolchains/"+link); err != nil {
			t.Fatal(err)
		}
	}
	f.write(t, f.work+"/.go-version", "1.22.5\n")
	return f
}

func (f fixture) write(t *testing.T, path, content string) {
	t.Helper()
	mode := os.FileMode(0o644)
	if strings.HasPrefix(content, "#!") {
		mode = 0o755
	}
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), fetchtest.WriteProgram(path, []byte(content)), os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
}

// reset undoes what a row of changes may have done.
func (f fixture) reset(t *testing.T) {
	t.Helper()
	tree := f.root + "/toolchains/go1.22.5"
	if _, err := os.Lstat(f.root + "/away"); err == nil {
		if err := errors.Join(os.RemoveAll(tree), os.Rename(f.root+"/away", tree)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.RemoveAll(f.work), os.RemoveAll(f.root+"/default")); err != nil {
		t.Fatal(err)
	}
	f.write(t, f.work+"/.go-version", "1.22.5\n")
}

func (f fixture) options() Options {
	return Options{Exe: f.exe, Root: f.root, Path: true, Function: true, Completion: true}
}

// env is the environment of a shell. INIT is what Init returns for it.
func (f fixture) env(sh Shell) []string {
	return []string{
		"HOME=" + f.home, "GOSW_ROOT=" + f.root, "LC_ALL=C.UTF-8", "INIT=" + sh.Init(f.options()),
		"PATH=/usr/bin:/bin", "PWD=" + f.work,
	}
}

// run runs script in bash, called with args, and returns all that it prints.
func (f fixture) run(t *testing.T, args []string, script string, env ...string) (output string, code int) {
	t.Helper()
	argv := append([]string{"bash", "--norc", "--noprofile"}, args...)
	return f.runIn(t, bash, append(argv, "-c", script, "bash"), env...)
}

// runIn runs argv, a call of the shell sh, and returns all that it prints.
func (f fixture) runIn(t *testing.T, sh Shell, argv []string, env ...string) (output string, code int) {
	t.Helper()
	cmd := exec.Command(program(t, argv[0]), argv[1:]...)
	cmd.Dir = f.work
	cmd.Env = append(f.env(sh), env...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

var strict = []string{"-euo", "pipefail"}

// expect runs script after the text of Init, strictly, and compares what it
// prints.
func (f fixture) expect(t *testing.T, name, script, want string) {
	t.Helper()
	got, code := f.run(t, strict, "eval \"$INIT\"\nunset INIT\n"+script)
	if got != want || code != 0 {
		t.Errorf("%s: exit code %d, got:\n%s\nwant:\n%s", name, code, got, want)
	}
}
