// Gosw installs Go toolchains side by side and switches between them.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/gosw/gosw/internal/cli"
)

func main() {
	os.Exit(run())
}

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return cli.Main(ctx, cli.Invocation{
		Args:   os.Args[1:],
		Env:    os.Environ(),
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Step:   faults(),
	})
}
