// Gosw installs Go toolchains side by side and switches between them.
package main

import (
	"context"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/adrg/xdg"

	"github.com/gosw/gosw/internal/cli"
	"github.com/gosw/gosw/internal/cli/settings"
)

func main() {
	os.Exit(run())
}

func run() int {
	// net/http logs what servers send unasked. It is nobody's line to read, and
	// gosw says itself what became of a request.
	log.SetOutput(io.Discard)
	ctx := context.Background()
	if signals := signals(); len(signals) > 0 { // none would mean all
		var stop func()
		ctx, stop = signal.NotifyContext(ctx, signals...)
		defer stop()
		context.AfterFunc(ctx, stop) // a second signal ends what does not heed the first
	}
	return cli.Main(ctx, settings.Invocation{
		Args:   os.Args[1:],
		Env:    os.Environ(),
		Dirs:   dirs(),
		Dir:    os.Getwd,
		Proxy:  http.ProxyFromEnvironment,
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Now:    clock(),
		Step:   faults(),
	})
}

// dirs asks for the user's directories. Those that can't be told are of no use to cli.
func dirs() settings.Dirs {
	d := settings.Dirs{Config: xdg.ConfigHome, Cache: xdg.CacheHome, State: xdg.StateHome, Temp: os.TempDir(), Documents: xdg.UserDirs.Documents}
	d.GoConfig, _ = os.UserConfigDir()
	d.GoCache, _ = os.UserCacheDir()
	return d
}

// signals are those that end gosw in good order. One that is ignored, as for a
// job in the background of a script, stays so for gosw and what it runs.
func signals() []os.Signal {
	return slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGTERM}, signal.Ignored)
}
