package toolchain

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
)

// Exe is what the file name of a program ends in.
const Exe = ".exe"

// Exec runs program, with argv[0] and args as given, and ends this process with
// its exit code, which is the nearest thing to becoming it that Windows has. It
// returns only on error.
func Exec(program string, argv, env []string) error {
	signal.Ignore(os.Interrupt) // the console sends it to the program too
	cmd := exec.Cmd{Path: program, Args: argv, Env: env, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err == nil || errors.As(err, &exit) {
		os.Exit(cmd.ProcessState.ExitCode())
	}
	return &fs.PathError{Op: "exec", Path: program, Err: err}
}

func executable(fs.FileInfo) bool { return true }
