//go:build unix

// Timed runs a command and writes, to file descriptor 3, what it took:
// nanoseconds that passed, nanoseconds of processor time, and the peak of
// resident memory in bytes, of the largest of its processes.
//
// It is a program of its own because it is small: Linux counts the memory of a
// process from before its exec, when it still had its parent's. What is below
// timed's own can't be seen.
//
//	timed COMMAND ARGUMENT…
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "timed:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("no command")
	}
	out := os.NewFile(3, "result")
	syscall.CloseOnExec(3)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if err != nil {
		return err
	}
	state := cmd.ProcessState
	peak := int64(state.SysUsage().(*syscall.Rusage).Maxrss)
	if runtime.GOOS != "darwin" { // there it is bytes
		peak <<= 10
	}
	_, err = fmt.Fprintln(out, wall.Nanoseconds(), (state.UserTime() + state.SystemTime()).Nanoseconds(), peak)
	return err
}
