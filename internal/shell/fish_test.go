//go:build !windows

package shell

import (
	"os"
	"strings"
	"testing"
)

// fishOddName means something to fish.
const fishOddName = "a b'\"$HOME(x)\\\n*[é]{b,c}~"

var fishArgv = []string{"fish", "--no-config", "--private"}

// TestFishPaths checks which of its two ways the function takes, twice, after it has
// remembered what applied before. All rows share one shell, which starts slowly.
func TestFishPaths(t *testing.T) {
	t.Parallel()
	f := newFixtureIn(t, fishOddName)
	const fast, shim = "go1.22.5", "shim"
	var script, want strings.Builder
	script.WriteString("set home $PWD; set own $HOME; set root $GOSW_ROOT\n")
	for _, test := range append([]struct{ name, script, want string }{
		{"file", ``, fast},
		{"line", `echo 1.22 >.go-version`, fast},
		{"prefix", `echo go1.22.5 >.go-version`, fast},
		{"candidate", `echo 1.24rc1 >.go-version`, "go1.24rc1"},
		{"point zero", `echo 1.21.0 >.go-version`, "go1.21.0"},
		{"above", `mkdir -p a/b; cd a/b`, fast},
		{"tools", `rm .go-version; printf 'nodejs 20\ngolang 1.22.5\n' >.tool-versions`, fast},
		{"tools above", `mkdir a; echo nodejs 20 >a/.tool-versions; cd a`, fast},
		{"empty tools above", `mkdir a; true >a/.tool-versions; cd a`, fast},
		{"default", `rm .go-version; echo 1.22 >"$GOSW_ROOT/default"`, fast},
		{"directory of root", `rm .go-version; echo 1.22 >"$GOSW_ROOT/default"; cd /`, fast},
		{"environment", `set -gx GO_VERSION 1.21.0`, "go1.21.0"},
		{"GOTOOLCHAIN", `set -gx GOTOOLCHAIN auto`, fast},

		{"nothing", `rm .go-version`, shim},
		{"no newline", `printf 1.22.5 >.go-version`, fast},
		{"not a version", `printf '1.22.5|\n' >.go-version`, shim},
		{"constraint", `echo '~> 1.22' >.go-version`, shim},
		{"latest", `echo latest >.go-version`, shim},
		{"old", `echo 1.8.7 >.go-version`, shim},
		{"not installed", `echo 1.22.4 >.go-version`, shim},
		{"dangling line", `echo 1.19 >.go-version`, shim},
		{"link that is not ours", `echo 1.25.1 >.go-version`, shim},
		{"no program", `echo 1.23.0 >.go-version`, shim},
		{"two lines", `printf '1.22.5\n1.22.5\n' >.go-version`, shim},
		{"comment", `echo '1.22.5 # x' >.go-version`, shim},
		{"CR", `printf '1.22.5\r\n' >.go-version`, shim},
		{"NUL", `printf '1.22.5\0' >.go-version`, shim},
		{"NUL, newline", `printf '1.22.5\0\n' >.go-version`, shim},
		{"newline, NUL", `printf '1.22.5\n\0' >.go-version`, shim},
		{"NUL in the middle", `printf '1.2\0002.5\n' >.go-version`, shim},
		{"not UTF-8", `printf '1.22\377.5\n' >.go-version`, shim},
		{"NUL behind half a character", `rm .go-version; printf 'golang 1.22.5\n#\342\0\ngolang 1.21.0\n' >.tool-versions`, shim},
		{"mark", `printf '\357\273\277golang 1.22.5\n' >.tool-versions; rm .go-version`, shim},
		{"two tools", `rm .go-version; printf 'golang 1.22.5\ngo 1.22.5\n' >.tool-versions`, shim},
		{"tab", `rm .go-version; printf 'golang\t1.22.5\n' >.tool-versions`, shim},
		{"directory", `rm .go-version; mkdir .go-version`, shim},
		{"FIFO", `rm .go-version; mkfifo .go-version`, shim},
		{"dangling pin", `rm .go-version; ln -s nowhere .go-version`, shim},
		{"GO_VERSION that no program sees", `set -g GO_VERSION 1.21.0`, shim},
		{"GO_VERSION that is a list", `set -gx GO_VERSION 1.21.0 x`, shim},
		{"GO_VERSION of two lines", `set -gx GO_VERSION 1.21.0\nx`, shim},
		{"GOTOOLCHAIN that no program sees", `set -g GOTOOLCHAIN auto`, shim},
		{"GOROOT", `set -gx GOROOT /x`, shim},
		{"mark of cmd/go", `set -gx GOTOOLCHAIN_INTERNAL_SWITCH_VERSION go1.22.4`, shim},
		{"policy", `set -gx GOSW_GOTOOLCHAIN auto`, shim},
		{"another store", `set -gx GOSW_ROOT /x`, shim},
		{"directory of two lines", `mkdir a\nb; cd a\nb`, fast},
		{"directory that was moved", `mkdir a; cd a; mv ../a ../b`, shim},
		{"another system", `set __gosw_linux; echo 1.22 >.go-version`, shim},

		{"system store, later", `echo 1.22 >.go-version; go >/dev/null; set -gx GOSW_SYSTEM_ROOT /x`, shim},
		{"HOME, later", `set -g __gosw_root $HOME/.local/go; mkdir -p $HOME/.local; ln -s $GOSW_ROOT $__gosw_root; set -e GOSW_ROOT; go >/dev/null; set -gx HOME /x`, shim},
		{"bar in HOME", `set -gx HOME 'a|b'; go >/dev/null; set -gx GOSW_ROOT "$GOSW_ROOT|a"; set -gx HOME b`, shim},
	}, changes...) {
		script.WriteString("go >/dev/null\n" + test.script + "\necho " + fish.Quote(test.name) + " (go 2>/dev/null) (go 2>/dev/null)\n" + `
cd $home; set __gosw_root $root; set -gx GOSW_ROOT $root; set -gx HOME $own; set __gosw_linux yes
rm -rf a b a\nb .tool-versions .go-version $GOSW_ROOT/default; echo 1.22.5 >.go-version
if test -e $GOSW_ROOT/away; rm -f $GOSW_ROOT/toolchains/go1.22.5; mv $GOSW_ROOT/away $GOSW_ROOT/toolchains/go1.22.5; end
for name in GO_VERSION GOTOOLCHAIN GOROOT GOTOOLCHAIN_INTERNAL_SWITCH_VERSION GOSW_GOTOOLCHAIN GOSW_SYSTEM_ROOT; set -e $name; end; true
`)
		want.WriteString(test.name + " " + test.want + " " + test.want + "\n")
	}
	f.expectIn(t, fish, fishArgv, "paths", script.String(), want.String())
	f.expectIn(t, fish, fishArgv, "-C", `for args in "-C x version" "build -C x" "mod tidy -C=x" "--C x"; go (string split " " -- $args) | cut -d' ' -f1; end`, strings.Repeat(shim+"\n", 4))
}

// TestFishRemembers makes sure that the function has what it ran last at hand, until
// the text of init is read again.
func TestFishRemembers(t *testing.T) {
	t.Parallel()
	f := newFixtureIn(t, "plain")
	f.write(t, f.work+"/../other", fish.Init(Options{Exe: f.exe, Root: "/other", Function: true}))
	const slow = "go >/dev/null; function __gosw_run; echo slow; end; "
	for _, test := range []struct{ name, script, want string }{
		{"pin", slow + `go x; TOY=env go | grep GOTOOLCHAIN`, "go1.22.5 <x>\nGOTOOLCHAIN=local\n"},
		{"pin above", `mkdir -p a/b; cd a/b; ` + slow + `go`, "go1.22.5\n"},
		{"line", `echo 1.22 >.go-version; ` + slow + `go`, "go1.22.5\n"},
		{"written again", slow + `echo 1.21.0 >.go-version; go; echo 1.22.5 >.go-version; go`, "slow\ngo1.22.5\n"},
		{"default", `rm .go-version; echo 1.21.0 >"$GOSW_ROOT/default"; ` + slow + `go; TOY=env go | grep GOTOOLCHAIN; echo 1.21.0 >.go-version; go`, "go1.21.0\nslow\n"},
		{"nothing of tools that were passed over", `mkdir a; echo node 20 >a/.tool-versions; cd a; go; echo "[$__gosw_when]"`, "go1.22.5\n[]\n"},
		{"flag", slow + `go build -C x`, "slow\n"},
		{"gofmt", slow + `gofmt`, "slow\n"},
		{"gofmt, then go", `gofmt; go`, "gofmt-go1.22.5\ngo1.22.5\n"},
		{"another store", `go; source ../other; go`, "go1.22.5\ngosw <shim> <go>\n"},
	} {
		f.expectIn(t, fish, fishArgv, test.name, test.script, test.want)
		f.reset(t)
	}
}

// TestOldFish makes the text believe that it runs in a fish before 3.6.
func TestOldFish(t *testing.T) {
	t.Parallel()
	f := newFixtureIn(t, fishOddName)
	old := strings.ReplaceAll(fish.Init(f.options()), "-ef", "-unknown")
	got, code := f.runIn(t, fish, append(fishArgv[:len(fishArgv):len(fishArgv)], "-c", `eval $TEXT; functions -q go; or go x; gosw 'a b'`), "TEXT="+old)
	if want := "shim <x>\ngosw <a b>\n"; got != want || code != 0 {
		t.Errorf("exit code %d, got %q", code, got)
	}
}

// TestFishSession checks what holds for commands of a session.
func TestFishSession(t *testing.T) {
	t.Parallel()
	f := newFixtureIn(t, fishOddName)
	for _, test := range []struct{ name, script, want string }{
		{"arguments", `go '' 'a b' \n '*' '$x' -x; gofmt -l .`, "go1.22.5 <> <a b> <\n> <*> <$x> <-x>\ngofmt-go1.22.5 <-l> <.>\n"},
		{"arguments to the shim", `echo latest >.go-version; go '' 'a b'; gofmt ''; echo 1.22.5 >.go-version`, "shim <> <a b>\ngofmt-shim <>\n"},
		{"prefix assignment", `GO_VERSION=1.21.0 go x; go; set -q GO_VERSION; or echo unset`, "go1.21.0 <x>\ngo1.22.5\nunset\n"},
		{"exit code", `set -gx TOY exit; for i in 0 1 3 127; go $i; echo $status; end`, "0\n1\n3\n127\n"},
		{"tool's environment", `GOTOOLCHAIN= TOY=env go | grep -c -e '^GOTOOLCHAIN=local$'; TOY=env go | grep -e ^GO -e __gosw | grep -v ROOT`, "1\nGOTOOLCHAIN=local\n"},
		{"default leaves GOTOOLCHAIN", `cd /; echo 1.22 >"$GOSW_ROOT/default"; TOY=env go | grep GOTOOLCHAIN; or echo none; rm "$GOSW_ROOT/default"`, "none\n"},
		{"session's environment", `go >/dev/null; set -q GOTOOLCHAIN; or echo unset`, "unset\n"},
		{"names of the user", `set -gx text t; set -gx dir d; set -gx pin p; set -gx found f; TOY=env go | grep -c -e ^text=t -e ^dir=d -e ^pin=p -e ^found=f`, "4\n"},
		{"functions", `function cd; echo bad; end; function count; echo bad; end; function contains; echo bad; end; function echo; printf 'bad\n'; end; go x; gosw use 1.22; printf '%s\n' $GO_VERSION`, "go1.22.5 <x>\n1.22\n"},
		{"stdin", `echo in | TOY=cat go; echo here | begin; TOY=cat go; end`, "in\nhere\n"},
		{"pipes and such", `go | cat; echo (go); begin; go; end; not TOY=exit go 1; and echo not; fish -c 'type -t go'`, "go1.22.5\ngo1.22.5\ngo1.22.5\nnot\nfile\n"},
		{"command go", `command go; env go`, "shim\nshim\n"},
		{"directory", `mkdir -p p/'q r'; echo 1.21.0 >p/'q r'/.go-version; cd p/'q r'; and go; cd -; go; pushd p/'q r'; go; popd; go; set -gx CDPATH $PWD/p; cd 'q r' >/dev/null; and go; cd ../..; rm -r p`, "go1.21.0\ngo1.22.5\ngo1.21.0\ngo1.22.5\ngo1.21.0\n"},
		{"edited pin", `go; echo 1.21.0 >.go-version; go; echo 1.22.5 >.go-version`, "go1.22.5\ngo1.21.0\n"},
		{"removed directory", `mkdir gone; cd gone; rmdir ../gone; go 2>/dev/null; cd ..`, "shim\n"},
		{"use", `gosw use 1.22; echo $GO_VERSION; sh -c 'echo $GO_VERSION'; gosw use quiet; gosw use --unset; set -q GO_VERSION; or echo unset`, "1.22\n1.22\nunset\n"},
		{"use, help", `gosw use --help; set -q GO_VERSION; or echo unset`, "GO_VERSION=no\nUsage\nunset\n"},
		{"use, refused", `gosw use 9; or echo $status; set -q GO_VERSION; or echo unset`, "gosw: no 9\n2\nunset\n"},
		{"use, hostile", `gosw use hostile; echo $GO_VERSION; ls`, "$(touch hacked) ; touch hacked\n"},
		{"others", `gosw exit 7; or echo $status; gosw; gosw user '' 'a b'`, "7\ngosw\ngosw <user> <> <a b>\n"},
	} {
		f.expectIn(t, fish, fishArgv, test.name, test.script, test.want)
	}
}

// TestFishComplete asks fish itself for its completions.
func TestFishComplete(t *testing.T) {
	t.Parallel()
	f := newFixtureIn(t, "a b")
	for _, test := range []struct{ answer, want string }{
		{"uninstall\tRemove\nuse\tSwitch\nlist\n:4\n", "uninstall\tRemove\nuse\tSwitch\n"},
		{"_activeHelp_ x\nua\n:4\n", "ua\n"},
		{"ua\n:1\n", ""},
		{":0\n", "up\n"},
		{"", "up\n"},
	} {
		f.write(t, f.root+"/../answer", test.answer)
		f.write(t, f.work+"/up", "")
		f.expectIn(t, fish, fishArgv, test.answer, `complete --do-complete "gosw u" | sort`, test.want)
	}
	_ = os.Remove(f.work + "/up")
}
