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
	file := filepath.Join(b.work, "strace.out")
	var counts []float64
	for range straceRuns {
		cmd := exec.CommandContext(b.ctx, "strace", "-f", "-o", file, program, "version")
		cmd.Dir = b.project
		cmd.Env = b.environment()
		if out, err := cmd.CombinedOutput(); err != nil {
			return 0, fmt.Errorf("%v: %w\n%s", cmd.Args, err, out)
		}
		trace, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		n, ok := callsUntil(trace, target)
		if !ok {
			return 0, fmt.Errorf("%s never became %s", program, target)
		}
		counts = append(counts, float64(n))
	}
	return int(median(counts)), nil
}

// callsUntil counts the system calls in what "strace -f" wrote, from the first
// exec, that of the program itself, to that of target; neither is left out. It
// reports whether there is one of target.
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
		if strings.HasPrefix(call, last) {
			return calls, true
		}
	}
	return calls, false
}
