// Package cli is the command gosw: it parses arguments, calls the workers and
// presents what they say. It alone prints, reads flags, environment and working
// directory, gives hints and chooses exit codes (errors.go). Rules that a worker
// could hold do not belong here.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

// Version is the version of gosw.
const Version = "0.1.0"

// An Invocation is what the operating system hands to a command.
type Invocation struct {
	Args   []string // without the program's name
	Env    []string // "KEY=value"
	Dirs   Dirs
	Dir    func() (string, error) // the working directory
	Proxy  func(*http.Request) (*url.URL, error)
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer

	// Now is the clock, the system's if it is nil, as it is but for tests.
	Now func() time.Time

	// Step is called before each step of a change of the store; see
	// store.Options. It is nil but for fault tests.
	Step func(name string) error
}

// Main runs one command and returns its exit code.
func Main(ctx context.Context, inv Invocation) int {
	a := &app{environ: newEnviron(inv), platform: thisPlatform()}
	a.ui = newUI(inv.Stdin, inv.Stdout, inv.Stderr, a.getenv)
	root := a.rootCommand()
	root.SetArgs(inv.Args)
	root.SetIn(inv.Stdin)
	out := &checkedWriter{to: inv.Stdout}
	root.SetOut(out)
	root.SetErr(inv.Stderr)
	err := root.ExecuteContext(ctx)
	if ctx.Err() != nil && err != nil {
		err = errors.Join(append(securityErrors(err), errInterrupted)...)
	} else if out.err != nil {
		err = printed(out.err)
	}
	return a.report(err)
}

// Commands returns all commands, for what is made from their texts. They are not
// for running: they have no streams and no environment.
func Commands() *cobra.Command {
	return (&app{platform: thisPlatform()}).rootCommand()
}

// An app is what the commands share. It opens things when they are asked for,
// so that a command pays only for what it uses.
type app struct {
	environ
	ui *ui

	offline  bool             // --offline
	platform release.Platform // --platform
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "gosw",
		Short: "Install Go toolchains side by side and switch between them",
		Long: `gosw installs Go toolchains side by side, proves each against Go's checksum
database, and runs the one that GO_VERSION or the nearest .go-version names.`,
		Example: `  gosw install 1.21 1.22         newest patch of each line
  echo 1.22 > .go-version        pin this directory and all below
  GO_VERSION=1.21 go version     one command with another version
  eval "$(gosw init bash)"       put this in ~/.bashrc`,
		Version:       Version,
		Args:          cobra.ArbitraryArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          a.runRoot,
	}
	root.SetVersionTemplate("gosw {{.Version}}\n")
	root.SetFlagErrorFunc(a.flagError)
	root.CompletionOptions.DisableDefaultCmd = true // "gosw init" does it
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	root.SetHelpCommand(helpCommand())
	others := otherCommands{a.verifyQuietly, a.installWith, a.readDirenvLibrary, a.writeDirenvLibrary}
	root.AddCommand(
		a.installCommand(), a.importCommand(), a.uninstallCommand(), a.pruneCommand(), a.listCommand(),
		a.verifyCommand(), a.repairCommand(), a.auditCommand(), a.outdatedCommand(), a.upgradeCommand(), a.sizeCommand(),
		a.defaultCommand(), a.useCommand(), a.currentCommand(), a.whyCommand(), a.whichCommand(), a.execCommand(),
		a.initCommand(), a.envCommand(), a.doctorCommand(others), a.shimCommand(),
	)
	return root
}

// helpCommand is cobra's, but that a command that is not there is an error.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Explain a command",
		Long: `Help explains gosw, or one of its commands. The same is on the manual pages
gosw(1), gosw-install(1) and so on, where they are installed.`,
		Example: `  gosw help
  gosw help install`,
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(cmd.Root(), args)
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			return commandNames(cmd.Root()), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// runRoot is gosw without a known command.
func (a *app) runRoot(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	return unknownCommand(cmd, args)
}

// variable returns the variable by which a session chooses a version, and its
// value.
func (e environ) variable() (name, value string) { return resolve.Variable(e.env.Lookup) }

// rules is what the rules look at, but for the working directory.
func (e environ) rules(home toolchain.Home) resolve.Env {
	name, value := e.variable()
	return resolve.Env{Variable: name, Value: value, DefaultFile: home.DefaultFile()}
}

func (e environ) home() (toolchain.Home, error) { return toolchain.Find(e.getenv) }

// path returns the user's store and the system's, which are looked up as one.
// Toolchains of another platform have a store of their own.
func (a *app) path() (toolchain.Path, error) {
	if a.foreign() {
		home, err := a.home()
		return toolchain.Path{home.Platform(a.platform.OS, a.platform.Arch)}, err
	}
	return toolchain.FindPath(a.getenv)
}

// store opens the user's store. A system's store that can't be used is an
// error here, not a surprise later.
func (a *app) store() (*store.Store, error) {
	path, err := a.path()
	if err != nil {
		return nil, err
	}
	if system := path.System(); system != "" {
		if _, err := store.Open(system, store.Options{}); err != nil {
			return nil, err
		}
	}
	return a.storeAt(path.Home())
}

func (a *app) storeAt(home toolchain.Home) (*store.Store, error) {
	timeout, err := a.lockTimeout()
	if err != nil {
		return nil, err
	}
	return store.Open(home, store.Options{
		LockTimeout: timeout,
		Step:        a.inv.Step,
		Waiting: func(what, holder string) {
			a.ui.note("waiting for %s, which %s holds", what, holder)
		},
	})
}

func (a *app) lockTimeout() (time.Duration, error) {
	s, err := a.setting("GOSW_LOCK_TIMEOUT")
	if err != nil {
		return 0, err
	}
	return time.ParseDuration(s.Value)
}

// choice resolves the version that applies in the working directory, or where
// args, the arguments of a go command, say.
func (a *app) choice(home toolchain.Home, args []string) (resolve.Choice, error) {
	env := a.rules(home)
	dir, err := a.workingDir()
	if err != nil && env.Value == "" { // which decides without a directory
		return resolve.Choice{}, err
	}
	choice, err := resolve.For(env, resolve.Dir(dir, args))
	if err != nil {
		return choice, err
	}
	// resolve knows what looks like a constraint, not whether it makes sense.
	return choice, sensible(choice)
}

// sensible is the error of a choice with a constraint that makes no sense.
func sensible(choice resolve.Choice) error {
	for _, spec := range choice.Specs() {
		if _, err := constraint.Parse(spec); err != nil {
			return choice.Blame(err)
		}
	}
	return nil
}

// executable returns the path of the running gosw without symbolic links.
var executable = sync.OnceValues(func() (string, error) {
	exe, err := os.Executable()
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(exe)
})

// shimProgram returns the path of the gosw-shim that belongs to this gosw: they
// are installed side by side.
func shimProgram() (string, error) {
	exe, err := executable()
	if err != nil {
		return "", fmt.Errorf("look for gosw-shim beside gosw: %w", err)
	}
	return filepath.Join(filepath.Dir(exe), "gosw-shim"+toolchain.Exe), nil
}

// client returns a fetcher set up as the environment and the settings say.
func (a *app) client() (*fetch.Client, error) {
	cfg, err := a.fetchConfig()
	if err != nil {
		return nil, err
	}
	return newClient(cfg)
}

func newClient(cfg fetch.Config) (*fetch.Client, error) {
	client, err := fetch.New(cfg)
	if err != nil {
		return nil, withHint(err, hintf(`"gosw env" shows where the settings come from`))
	}
	return client, nil
}

// parseSpecs parses each argument, or none.
func (a *app) parseSpecs(args []string) ([]gover.Spec, error) {
	var specs []gover.Spec
	for _, arg := range args {
		spec, err := gover.ParseSpec(arg)
		if err == nil {
			_, err = constraint.Parse(spec)
		}
		if err != nil {
			return nil, usage(err, specHint(arg, a.inv.Args))
		}
		specs = append(specs, spec)
	}
	return specs, nil
}
