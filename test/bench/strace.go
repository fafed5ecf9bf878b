//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// straceRuns is how often system calls are counted: how many a runtime makes
// depends on when its threads run.
const straceRuns = 15

// systemCalls counts those that program makes until it becomes the real go.
func (b *bench) systemCalls(program string) (int, error) {
	target := filepath.Join(b.goroot, "bin", "go")
	cmd := func() *exec.Cmd {
		cmd := exec.CommandContext(b.ctx, program, "version")
		cmd.Dir = b.project
		cmd.Env = append(b.environment(), "PWD="+b.project) // as a shell has it
		return cmd
	}
	return countCalls(filepath.Join(b.work, "strace.out"), straceRuns, target, cmd)
}

// countCalls returns the median of the system calls in runs runs of a command,
// until it becomes target, or, if that is empty, until it ends. File is for the
// traces. A command may end with any exit code.
func countCalls(file string, runs int, target string, command func() *exec.Cmd) (int, error) {
	var counts []float64
	for range runs {
		cmd := command()
		strace, err := exec.LookPath("strace")
		if err != nil {
			return 0, err
		}
		cmd.Args = append([]string{"strace", "-f", "-o", file, cmd.Path}, cmd.Args[1:]...)
		cmd.Path = strace
		if out, err := cmd.CombinedOutput(); err != nil && cmd.ProcessState == nil {
			return 0, fmt.Errorf("%v: %w\n%s", cmd.Args, err, out)
		}
		trace, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		n, ok := callsUntil(trace, target)
		if !ok && target != "" {
			return 0, fmt.Errorf("%v never became %s", cmd.Args, target)
		}
		counts = append(counts, float64(n))
	}
	return int(median(counts)), nil
}

// callsUntil counts the system calls in what "strace -f" wrote, from the first
// exec, that of the program itself, to that of target; neither is left out. It
// reports whether there is one of target; without a target it counts all.
func callsUntil(trace []byte, target string) (int, bool) {
	calls := 0
	last := "execve(\"" + target + "\","
	for line := range bytes.Lines(trace) {
		_, call, _ := strings.Cut(strings.TrimSpace(string(line)), " ") // the process
		call = strings.TrimSpace(call)
		switch {
		case strings.HasPrefix(call, "<..."): // the rest of a call that was counted
		case strings.HasPrefix(call, "+++"), strings.HasPrefix(call, "---"): // an exit, a signal
		case strings.Contains(call, "("):
			calls++
		}
		if target != "" && strings.HasPrefix(call, last) {
			return calls, true
		}
	}
	return calls, false
}
