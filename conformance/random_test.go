//go:build !windows

package conformance_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/shell"
)

// randomScripts enter the directories 0, 1, … of those that COUNT says and print
// the number, the path of the tool that the function finds, and "1" if a pin has
// asked for it. They print nothing where the function would ask the shim.
var randomScripts = []struct {
	shell  string
	argv   []string
	script string
}{
	{"bash", []string{"bash", "--norc", "-c"}, bourneRandom},
	{"zsh", []string{"zsh", "-f", "-c"}, bourneRandom},
	{"fish", []string{"fish", "--no-config", "--private", "-c"}, `
for i in (string split " " -- $NUMBERS)
	cd $i
	set -g __gosw_pin; set -g __gosw_pinned; set -g __gosw_tool
	if __gosw_resolve go version
		echo $i $__gosw_tool $__gosw_pinned
	end
	cd ..
end`},
}

const bourneRandom = `
i=0
while [ "$i" -lt "$COUNT" ]; do
	cd "$i"
	__gosw_spec= __gosw_pinned= __gosw_tool=
	if __gosw_resolve go version; then
		echo "$i $__gosw_tool $__gosw_pinned"
	fi
	cd ..
	i=$((i + 1))
done`

// TestRandomPins writes pins that are nearly right and makes sure that the
// functions, where they do not ask the shim, agree with the resolver. A function
// may ask the shim as often as it wants to, but it must not take something else
// for the answer.
func TestRandomPins(t *testing.T) {
	t.Parallel()
	const pins = 300 // of each run, which has a seed of its own
	program, err := exec.LookPath("true")
	check(t, err)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	w := newWorld(t, testcase{
		installed: strings.Fields(defaultInstalled), dir: "work",
		tree: []entry{{"file", []string{"store/default", "1.21\n"}}},
	}, programs{toy: program, shim: program})
	numbers := make([]string, pins)
	for i := range pins {
		name, content := randomPin(random)
		e := entry{"file", []string{fmt.Sprintf("work/%d/%s", i, name), content}}
		check(t, e.make(w.root))
		numbers[i] = fmt.Sprint(i)
	}
	for _, s := range randomScripts {
		sh, _ := shell.Lookup(s.shell)
		hook := sh.Init(shell.Options{Exe: "/none", Root: string(w.home()), Function: true})
		for _, locale := range []string{"C", "C.UTF-8"} {
			t.Run(s.shell+" "+locale, func(t *testing.T) {
				t.Parallel()
				cmd := exec.Command(s.argv[0], append(s.argv[1:len(s.argv):len(s.argv)], hook+s.script)...)
				cmd.Dir, cmd.Stderr = w.workDir(), os.Stderr
				cmd.Env = append(w.environ(), "LC_ALL="+locale, "PATH=/usr/bin:/bin", "COUNT="+fmt.Sprint(pins), "NUMBERS="+strings.Join(numbers, " "))
				out, err := cmd.Output()
				check(t, err)
				checkRandom(t, w, string(out), pins)
			})
		}
	}
}

func checkRandom(t *testing.T, w *world, output string, pins int) {
	t.Helper()
	fast := 0
	for line := range strings.Lines(output) {
		var dir, tool, pinned string
		_, _ = fmt.Sscan(line, &dir, &tool, &pinned)
		fast++
		choice, err := resolve.For(resolve.Env{DefaultFile: w.home().DefaultFile()}, filepath.Join(w.workDir(), dir))
		if err != nil {
			t.Errorf("shell: %s, resolver: %v; %q", tool, err, glimpse(filepath.Join(w.workDir(), dir)))
			continue
		}
		v, ok, err := w.home().Lookup(choice.Spec)
		check(t, err)
		goroot, err := filepath.EvalSymlinks(strings.TrimSuffix(tool, "/bin/go"))
		check(t, err)
		if got := filepath.Base(goroot); !ok || got != v.String() || choice.Pinned() != (pinned == "1") {
			t.Errorf("shell: %s (pinned %q), resolver: %v %+v; %q", got, pinned, v, choice, glimpse(filepath.Join(w.workDir(), dir)))
		}
	}
	if fast < pins/20 {
		t.Errorf("the function has an answer of its own to %d of %d only", fast, pins)
	}
}

// glimpse returns what the pin file in dir holds.
func glimpse(dir string) string {
	for _, name := range []string{".go-version", ".tool-versions"} {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			return name + ": " + string(data)
		}
	}
	return ""
}

// randomPin returns the name and content of a pin, mostly a good one with a few
// changes.
func randomPin(random *rand.Rand) (name, content string) {
	pick := func(texts ...string) string { return texts[random.IntN(len(texts))] }
	versions := []string{"1.22.5", "1.22", "1.21.0", "1.20", "1.20.14", "1.24rc1", "1.23.1", "1.22.4", "1.20.0", "1.22.x", "latest"}
	content = pick("", "", "go", "v") + pick(versions...) + pick("\n", "\n", "", "\r\n", "\n\n")
	name = ".go-version"
	if random.IntN(2) == 0 {
		name = ".tool-versions"
		tool := pick("golang ", "go ", "golang\t", "golang  ", " go ", "golangci ", "node ", "golang")
		content = pick("", "", "node 20\n", "# golang 1.20\n", "go-task 3\n", "\n", "x\r\n") + tool + content +
			pick("", "", "node 20\n", "golang 1.22.5\n", "go\n", "gopls 1\n")
	}
	noise := []string{"0", "1", "9", ".", " ", "\t", "\n", "\r", "#", "\x00", "\xff", "\ufeff", "é", "٢", "go", "v", "rc", "-", "/", "\\", "*", "[", "'", "\x1b", "a"}
	for range random.IntN(3) {
		at := random.IntN(len(content) + 1)
		switch random.IntN(3) {
		case 0: // replace or remove a byte
			if at < len(content) {
				content = content[:at] + pick("", pick(noise...)) + content[at+1:]
			}
		default:
			content = content[:at] + pick(noise...) + content[at:]
		}
	}
	return name, content
}
