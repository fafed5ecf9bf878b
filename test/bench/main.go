// Bench measures what switching costs: "go version" run directly, through the
// shim, through the shell function, and through the smallest programs that only
// exec: in static C, the floor for any shim, and in Go, the floor for one in Go.
// All run in turn in one bash, so that the ratios hold on a noisy machine. It
// prints a table; nothing passes or fails.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The floors. PROGRAM is what they become.
const (
	floorC = `
#include <unistd.h>
int main(int argc, char **argv) { argv[0] = "go"; return execv(PROGRAM, argv), 127; }
`
	floorGo = `
package main

import (
	"os"
	"syscall"
)

func main() { _ = syscall.Exec(PROGRAM, append([]string{"go"}, os.Args[1:]...), os.Environ()) }
`
)

func main() {
	log.SetFlags(0)
	rounds := flag.Int("rounds", 15, "rounds to take the median of")
	runs := flag.Int("runs", 40, "runs in a round")
	flag.Parse()
	if err := run(*rounds, *runs); err != nil {
		log.Fatal(err)
	}
}

func run(rounds, runs int) error {
	work, err := os.MkdirTemp("", "gosw-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	b := &bench{work: work, root: filepath.Join(work, "store")}
	if err := b.setUp(); err != nil {
		return err
	}
	if err := b.switching(rounds, runs); err != nil {
		return err
	}
	return b.commands(rounds)
}

// A bench is a store with 50 toolchains, of which one is real: a copy of the one
// that runs this program.
type bench struct {
	work, root string
	goroot     string
	version    string // "go1.26.8"
	gosw       string
}

func (b *bench) setUp() error {
	out, err := exec.Command("go", "env", "GOROOT", "GOVERSION").Output()
	if err != nil {
		return err
	}
	fields := strings.Fields(string(out))
	b.version = fields[1]
	if b.gosw, err = filepath.Abs("bin/gosw"); err != nil {
		return err
	}
	toolchains := filepath.Join(b.root, "toolchains")
	for i := range 49 {
		dir := filepath.Join(toolchains, fmt.Sprintf("go1.%d.%d", 13+i/7, i%7+1), "bin")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	b.goroot = filepath.Join(toolchains, b.version)
	if err := os.CopyFS(b.goroot, os.DirFS(fields[0])); err != nil {
		return err
	}
	line := strings.Join(strings.SplitN(strings.TrimPrefix(b.version, "go"), ".", 3)[:2], ".")
	if err := os.Symlink(b.version, filepath.Join(toolchains, line)); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.work, ".go-version"), []byte(line+"\n"), 0o644)
}

// gosw runs gosw with args on the bench's store.
func (b *bench) command(args ...string) *exec.Cmd {
	cmd := exec.Command(b.gosw, args...)
	cmd.Dir = b.work
	cmd.Env = append(os.Environ(), "GOSW_ROOT="+b.root, "HOME="+b.work, "GOPROXY=off")
	return cmd
}

// floor builds source, a program that becomes the real go, with a compiler
// whose arguments are args, the program's name and the file's.
func (b *bench) floor(file, source string, args ...string) (string, error) {
	path := filepath.Join(b.work, file)
	program := path + ".out"
	toolchain := strconv.Quote(filepath.Join(b.goroot, "bin", "go"))
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(source, "PROGRAM", toolchain)), 0o644); err != nil {
		return "", err
	}
	cmd := exec.Command(args[0], append(args[1:], program, path)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%v: %w\n%s", args, err, out)
	}
	return program, nil
}

func (b *bench) switching(rounds, runs int) error {
	inC, err := b.floor("floor.c", floorC, "gcc", "-O2", "-static", "-o")
	if err != nil {
		return err
	}
	inGo, err := b.floor("floor.go", floorGo, "go", "build", "-trimpath", "-ldflags=-s", "-o")
	if err != nil {
		return err
	}
	direct := "direct=" + filepath.Join(b.goroot, "bin", "go")
	fmt.Printf("%s %s/%s, %d CPUs; medians of %d rounds of %d runs\n\n", b.version, runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), rounds, runs)
	fmt.Println("go version            ms    of direct   more than direct")
	for _, s := range []struct {
		shell string
		ways  []string
	}{
		{"bash", []string{direct, "c=" + inC, "go=" + inGo, "shim=" + filepath.Join(b.root, "bin", "go"), "function=function"}},
		{"zsh", []string{direct, "function=function"}},
		{"fish", []string{direct, "function=function"}},
	} {
		times, err := b.measure(s.shell, rounds, runs, s.ways)
		if err != nil {
			return err
		}
		names := map[string]string{"direct": "direct, " + s.shell, "c": "static C exec", "go": "empty Go exec", "shim": "gosw-shim", "function": s.shell + " function"}
		for _, way := range s.ways {
			way, _, _ := strings.Cut(way, "=")
			ratio, more := paired(times[way], times["direct"])
			fmt.Printf("%-16s %7.3f     %5.3fx        %+.3f ms\n", names[way], median(times[way]), ratio, more)
		}
	}
	return nil
}

// measure times ways, NAME=PROGRAM each, from a shell. It returns milliseconds
// a run, for each round.
func (b *bench) measure(shell string, rounds, runs int, ways []string) (map[string][]float64, error) {
	hook, err := b.command("init", shell).Output()
	if err != nil {
		return nil, err
	}
	script, err := filepath.Abs("test/bench/shell." + shell)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(shell, append([]string{script, strconv.Itoa(rounds), strconv.Itoa(runs)}, ways...)...)
	cmd.Dir = b.work
	cmd.Env = append(os.Environ(), "HOME="+b.work, "GOSW_ROOT="+b.root, "HOOK="+string(hook), "GO_VERSION=", "GOTOOLCHAIN=local")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("shell.%s: %w\n%s", shell, err, stderr.Bytes())
	}
	times := make(map[string][]float64)
	for line := range strings.Lines(string(out)) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, err
		}
		times[name] = append(times[name], value/1000)
	}
	return times, nil
}

// paired returns the medians of the ratios and of the differences of the
// rounds: what a round shares, such as a busy neighbour, falls out.
func paired(a, b []float64) (ratio, difference float64) {
	var ratios, differences []float64
	for i := range a {
		ratios = append(ratios, a[i]/b[i])
		differences = append(differences, a[i]-b[i])
	}
	return median(ratios), median(differences)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func (b *bench) commands(rounds int) error {
	fmt.Println("\ncommand, with 50 toolchains          ms")
	for _, args := range [][]string{
		{"list"}, {"current"}, {"which", "go"}, {"init", "bash"}, {"install", strings.TrimPrefix(b.version, "go")},
	} {
		var times []float64
		for range rounds {
			start := time.Now()
			if out, err := b.command(args...).CombinedOutput(); err != nil {
				return fmt.Errorf("gosw %v: %w\n%s", args, err, out)
			}
			times = append(times, float64(time.Since(start).Microseconds())/1000)
		}
		fmt.Printf("gosw %-28s %7.3f\n", strings.Join(args, " "), median(times))
	}
	return nil
}
