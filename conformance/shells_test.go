//go:build !windows

package conformance_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gosw/gosw/internal/shell"
)

// A dialect is a shell and a way to start it. One process of it runs all cases:
// a shell starts slowly, a call of go does not.
type dialect struct {
	name  string
	shell string   // its name in the package shell
	argv  []string // the script's path follows
	setup string   // what a user may have done before our text is read
	// block returns the script of one case, which must leave nothing behind.
	block func(shell.Shell, *world, batchFiles) string
}

var dialects = []dialect{
	{"bash", "bash", []string{"bash", "--norc", "--noprofile"}, "", bourneBlock},
	{"bash, again", "bash", []string{"bash", "--norc", "--noprofile"}, "", again(bourneBlock)},
	{"strict bash", "bash", []string{"bash", "--norc", "--noprofile", "-uo", "pipefail", "-f", "-O", "failglob"}, "set -e", bourneBlock},
	{"posix bash", "bash", []string{"bash", "--norc", "--noprofile", "--posix"}, "CDPATH=/:..", bourneBlock},
	{"zsh", "zsh", []string{"zsh", "-f"}, "", bourneBlock},
	{"zsh, again", "zsh", []string{"zsh", "-f"}, "", again(bourneBlock)},
	{"zsh as sh", "zsh", []string{"zsh", "-f"}, "emulate sh; set -euo pipefail", bourneBlock},
	{"odd zsh", "zsh", []string{"zsh", "-f"}, "setopt err_exit nounset ksh_arrays sh_word_split glob_subst noglob extendedglob rc_quotes ksh_glob warn_create_global; IFS=/.1", bourneBlock},
	{"fish", "fish", []string{"fish", "--no-config", "--private"}, "", fishBlock},
	{"fish, again", "fish", []string{"fish", "--no-config", "--private"}, "", again(fishBlock)},
	{"dash", "sh", []string{"dash"}, "", bourneBlock},
	{"strict dash", "sh", []string{"dash", "-f"}, "set -eu", bourneBlock},
}

// batchFiles are the files of one case in one dialect.
type batchFiles struct{ hook, out, err, code string }

func (w *world) batchFiles(d dialect) batchFiles {
	base := w.path(strings.ReplaceAll(d.name, " ", "-"))
	return batchFiles{base + ".hook", base + ".out", base + ".err", base + ".code"}
}

// bourneBlock is a subshell.
func bourneBlock(sh shell.Shell, w *world, f batchFiles) string {
	var text strings.Builder
	text.WriteString("(\n")
	for _, entry := range w.environ() {
		name, value, _ := strings.Cut(entry, "=")
		if name != "PWD" {
			fmt.Fprintf(&text, "export %s=%s\n", name, sh.Quote(value))
		}
	}
	fmt.Fprintf(&text, "cd -- %s\n. %s\n", sh.Quote(w.workDir()), sh.Quote(f.hook))
	// The condition keeps "set -e" from ending the subshell.
	fmt.Fprintf(&text, "code=0; go%s >%s 2>%s || code=$?\necho \"$code\" >%s\n)\n",
		words(sh, w.args), sh.Quote(f.out), sh.Quote(f.err), sh.Quote(f.code))
	return text.String()
}

// fishBlock sets variables for all, since fish has no subshell, and erases
// them.
func fishBlock(sh shell.Shell, w *world, f batchFiles) string {
	var text strings.Builder
	names := make(map[string]bool)
	for _, entry := range w.environ() {
		name, value, _ := strings.Cut(entry, "=")
		if name == "PWD" {
			continue
		}
		if name == "PATH" {
			fmt.Fprintf(&text, "set -gx PATH (string split : -- %s)\n", sh.Quote(value))
			continue
		}
		fmt.Fprintf(&text, "set -gx %s %s\n", name, sh.Quote(value))
		names[name] = true
	}
	fmt.Fprintf(&text, "cd %s\nsource %s\n", sh.Quote(w.workDir()), sh.Quote(f.hook))
	fmt.Fprintf(&text, "go%s >%s 2>%s\necho $status >%s\n", words(sh, w.args), sh.Quote(f.out), sh.Quote(f.err), sh.Quote(f.code))
	for name := range names {
		fmt.Fprintf(&text, "set -e %s\n", name)
	}
	return text.String()
}

// again returns the block of a second call: a function may remember the first.
func again(block func(shell.Shell, *world, batchFiles) string) func(shell.Shell, *world, batchFiles) string {
	return func(sh shell.Shell, w *world, f batchFiles) string {
		call := "go" + words(sh, w.args) + " >"
		return strings.Replace(block(sh, w, f), call, call+"/dev/null 2>&1; "+call, 1)
	}
}

func words(sh shell.Shell, args []string) string {
	text := ""
	for _, arg := range args {
		text += " " + sh.Quote(arg)
	}
	return text
}

// runBatch runs all worlds in one process of d and returns their answers.
func runBatch(t *testing.T, d dialect, worlds []*world) []answer {
	t.Helper()
	program, err := exec.LookPath(d.argv[0])
	check(t, err) // a machine without the shell must not pass for one that conforms
	sh, _ := shell.Lookup(d.shell)
	var script strings.Builder
	script.WriteString(d.setup + "\n")
	for _, w := range worlds {
		hook := sh.Init(shell.Options{
			Exe: w.programs.gosw, Root: string(w.home()), Path: true, Function: true, Completion: true,
		})
		f := w.batchFiles(d)
		check(t, os.WriteFile(f.hook, []byte(hook), 0o644))
		script.WriteString(d.block(sh, w, f))
	}
	file := filepath.Join(t.TempDir(), "script")
	check(t, os.WriteFile(file, []byte(script.String()), 0o644))
	cmd := exec.Command(program, append(d.argv[1:len(d.argv):len(d.argv)], file)...)
	cmd.Env = []string{"HOME=/nowhere", "LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin"}
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%s: %v\n%.2000s", d.name, err, out)
	}
	answers := make([]answer, len(worlds))
	for i, w := range worlds {
		answers[i] = w.readAnswer(w.batchFiles(d))
	}
	return answers
}

func (w *world) readAnswer(f batchFiles) answer {
	code, err := os.ReadFile(f.code)
	if err != nil {
		return answer{version: "none", message: err.Error()}
	}
	exit, err := strconv.Atoi(strings.TrimSpace(string(code)))
	if err != nil {
		return answer{version: "none", message: err.Error()}
	}
	out, _ := os.ReadFile(f.out)
	errs, _ := os.ReadFile(f.err)
	return answerOf(string(out), string(errs), exit)
}

// runBatches runs all dialects, at the same time.
func runBatches(t *testing.T, worlds []*world) map[string][]answer {
	t.Helper()
	var mu sync.Mutex
	all := make(map[string][]answer)
	t.Run("shells", func(t *testing.T) {
		for _, d := range dialects {
			t.Run(d.name, func(t *testing.T) {
				t.Parallel()
				answers := runBatch(t, d, worlds)
				mu.Lock()
				defer mu.Unlock()
				all[d.name] = answers
			})
		}
	})
	return all
}
