//go:build unix

// Bench measures what gosw costs, beside what the same thing costs without it.
//
//	bench switch   "go version" run directly, through the shim, through the
//	               shell function, and through the smallest programs that only
//	               exec: in static C, the floor for any shim, and in Go, the
//	               floor for one in Go
//	bench commands each command that reads, with 50 toolchains of full size in the
//	               store
//	bench install  toolchains installed by gosw, by the go command, by curl with
//	               tar or unzip, and by a program that only does what can't be
//	               left out, from a module proxy on loopback whose bandwidth is
//	               set
//	bench warm     the first build of a program on a new machine, without and after
//	               "gosw install --warm", with a real toolchain from GOPROXY
//
// All that is compared runs in turn, so that the ratios hold on a noisy machine.
// It prints tables in Markdown; nothing passes or fails by time.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench: ")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := dispatch(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		log.Fatal(err)
	}
}

func dispatch(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New(`say what to measure: "bench switch", "bench commands", "bench install" or "bench warm"`)
	}
	switch name, args := args[0], args[1:]; name {
	case "switch":
		return switchCommand(ctx, args)
	case "commands":
		return commandsCommand(ctx, args)
	case "warm":
		return warmCommand(ctx, args)
	case "install":
		return installCommand(ctx, args)
	case serveCommand: // run by install
		return serve(args)
	default:
		return fmt.Errorf("there is no %q: it is switch, commands, install or warm", name)
	}
}
