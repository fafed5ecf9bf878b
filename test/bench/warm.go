//go:build unix

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// warmProgram is what is built. Half of the standard library is linked into it.
const warmProgram = `package main

import "net/http"

func main() { http.ListenAndServe("127.0.0.1:0", nil) }
`

// warmCommand measures the first build of a program on a machine that has nothing in
// its build cache, without and after "gosw install --warm", with a real toolchain.
func warmCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("warm", flag.ContinueOnError)
	version := flags.String("version", "1.26.8", "the toolchain, which comes from GOPROXY")
	rounds := flags.Int("rounds", 3, "rounds, each with all of it")
	if err := flags.Parse(args); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "gosw-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = exec.Command("sh", "-c", `chmod -R u+w "$1"; rm -rf "$1"`, "sh", work).Run() }()
	gosw, err := filepath.Abs("bin/gosw")
	if err == nil {
		err = os.WriteFile(filepath.Join(work, "main.go"), []byte(warmProgram), 0o644)
	}
	if err != nil {
		return err
	}
	program := filepath.Join(work, "store", "toolchains", "go"+*version, "bin", "go")
	// run runs a command with a build cache of its own, and returns how long it took.
	run := func(cache, name string, args ...string) (time.Duration, error) {
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.Dir = work
		cmd.Env = append(os.Environ(), "GOSW_ROOT="+filepath.Join(work, "store"), "GOCACHE="+filepath.Join(work, cache), "GOFLAGS=", "GOTOOLCHAIN=local")
		begin := time.Now()
		out, err := cmd.CombinedOutput()
		if err != nil {
			return 0, fmt.Errorf("%s %q: %w\n%s", name, args, err, out)
		}
		return time.Since(begin), nil
	}
	if _, err := run("none", gosw, "install", *version); err != nil {
		return err
	}
	fmt.Printf("| round | `go build` without | `gosw install --warm` | `go build` after it |\n|---|---|---|---|\n")
	for round := range *rounds {
		cold, warm := fmt.Sprint("cold", round), fmt.Sprint("warm", round)
		var took [3]time.Duration
		for i, step := range [][]string{
			{cold, program, "build", "-o", "program", "main.go"},
			{warm, gosw, "install", "--warm", *version},
			{warm, program, "build", "-o", "program", "main.go"},
		} {
			if took[i], err = run(step[0], step[1], step[2:]...); err != nil {
				return err
			}
		}
		fmt.Printf("| %d | %.1f s | %.1f s | %.1f s (%.2fx) |\n", round+1, took[0].Seconds(), took[1].Seconds(), took[2].Seconds(), took[2].Seconds()/took[0].Seconds())
	}
	return nil
}
