//go:build unix

package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

func switchCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("switch", flag.ContinueOnError)
	rounds := flags.Int("rounds", 15, "rounds to take the median of")
	runs := flags.Int("runs", 40, "runs in a round")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *rounds < 1 || *runs < 1 {
		return errors.New("switch takes flags only, and at least 1 round of 1 run")
	}
	work, err := os.MkdirTemp("", "gosw-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	b := &bench{ctx: ctx, work: work, root: filepath.Join(work, "store"), project: filepath.Join(work, "project", "cmd", "x")}
	if err := b.setUp(); err != nil {
		return err
	}
	return b.switching(*rounds, *runs)
}

// A way is one of running go. Its path is empty for the shell's function, which
// is no program.
type way struct{ name, title, path string }

func (b *bench) switching(rounds, runs int) error {
	inC, err := b.floor("floor.c", floorC, "gcc", "-O2", "-static", "-o")
	if err != nil {
		return err
	}
	inGo, err := b.floor("floor.go", floorGo, "go", "build", "-trimpath", "-ldflags=-s", "-o")
	if err != nil {
		return err
	}
	ways := []way{
		{"direct", "direct", filepath.Join(b.goroot, "bin", "go")},
		{"c", "static C program that only execs", inC},
		{"go", "empty Go program that only execs", inGo},
		{"shim", "shim", filepath.Join(b.root, "bin", "go")},
		{"function", "bash function", ""},
	}
	times, err := b.times("bash", ways, rounds, runs)
	if err != nil {
		return err
	}
	fmt.Printf("%s Each round is %d runs.\n\n", machine(rounds), runs)
	fmt.Println("| `go version` | ms | of direct | more than direct | of the empty Go program | system calls before go's own |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, w := range ways {
		of, more := paired(times[w.name], times["direct"])
		ofGo, _ := paired(times[w.name], times["go"])
		calls := ""
		if w.path != "" && w.name != "direct" {
			n, err := b.systemCalls(w.path)
			if err != nil {
				return err
			}
			calls = strconv.Itoa(n)
		}
		fmt.Printf("| %s | %.2f | %.2fx | %+.2f ms | %.2fx | %s |\n", w.title, median(times[w.name]), of, more, ofGo, calls)
	}
	if err := b.functions(ways[0], rounds, runs); err != nil {
		return err
	}
	for _, e := range elsewhere() {
		fmt.Printf("| %s shim, measured elsewhere | | | +%d ms | | |\n", e.name, e.more)
	}
	return nil
}

// functions measures those of the other shells, each against a direct run from
// the same shell.
func (b *bench) functions(direct way, rounds, runs int) error {
	for _, shell := range []string{"zsh", "fish"} {
		times, err := b.times(shell, []way{direct, {"function", "", ""}}, rounds, runs)
		if err != nil {
			return err
		}
		of, more := paired(times["function"], times["direct"])
		fmt.Printf("| %s function | %.2f | %.2fx | %+.2f ms | | |\n", shell, median(times["function"]), of, more)
	}
	return nil
}

// elsewhere is what others' shims cost more than a direct run, in milliseconds.
// They were measured once, on two CPUs and not by this program.
func elsewhere() []struct {
	name string
	more int
} {
	return []struct {
		name string
		more int
	}{{"rbenv", 25}, {"goenv 2.2.44", 67}, {"mise 2026.9", 73}}
}

// times runs all ways in turn, from a shell, and returns milliseconds a run, for
// each round.
func (b *bench) times(shell string, ways []way, rounds, runs int) (map[string][]float64, error) {
	hook, err := b.command("init", shell).Output()
	if err != nil {
		return nil, err
	}
	script, err := filepath.Abs("test/bench/shell." + shell)
	if err != nil {
		return nil, err
	}
	// A shell copies its environment for each program: a hook in it would be timed.
	file := filepath.Join(b.work, "hook."+shell)
	if err := os.WriteFile(file, hook, 0o600); err != nil {
		return nil, err
	}
	args := []string{script, strconv.Itoa(rounds), strconv.Itoa(runs)}
	for _, w := range ways {
		args = append(args, w.name+"="+cmp.Or(w.path, "function"))
	}
	cmd := exec.CommandContext(b.ctx, shell, args...)
	cmd.Dir = b.project
	cmd.Env = append(b.environment(), "HOOK="+file)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("shell.%s: %w\n%s", shell, err, stderr.Bytes())
	}
	return parseTimes(string(out))
}

// parseTimes reads what the scripts print: a name and microseconds a line.
func parseTimes(out string) (map[string][]float64, error) {
	times := make(map[string][]float64)
	for line := range strings.Lines(out) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, err
		}
		times[name] = append(times[name], value/1000)
	}
	return times, nil
}
