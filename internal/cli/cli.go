// Package cli is the command gosw: it parses arguments, calls the workers and
// presents what they say. It alone prints, reads flags, environment and working
// directory, gives hints and chooses exit codes. What all commands share is in app, cmdline,
// failure, settings, term and upkeep below it; each group of commands is a package
// of its own, and knows no other. Rules that a worker could hold do not belong here.
package cli

import (
	"cmp"
	"context"
	"errors"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/ci"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/doctor"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/install"
	"github.com/gosw/gosw/internal/cli/list"
	"github.com/gosw/gosw/internal/cli/mirror"
	"github.com/gosw/gosw/internal/cli/remove"
	"github.com/gosw/gosw/internal/cli/run"
	"github.com/gosw/gosw/internal/cli/self"
	"github.com/gosw/gosw/internal/cli/settings"
	"github.com/gosw/gosw/internal/cli/setup"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/cli/verify"
	"github.com/gosw/gosw/internal/cli/vulns"
	"github.com/gosw/gosw/internal/cli/why"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// Main runs one command and returns its exit code.
func Main(ctx context.Context, inv settings.Invocation) int {
	a := app.New(inv)
	root := rootCommand(a)
	root.SetArgs(inv.Args)
	root.SetIn(inv.Stdin)
	out := &checkedWriter{Writer: inv.Stdout}
	root.SetOut(out)
	root.SetErr(inv.Stderr)
	err := root.ExecuteContext(ctx)
	if ctx.Err() != nil && err != nil {
		err = errors.Join(append(failure.Security(err), failure.ErrInterrupted)...)
	} else if out.err != nil {
		err = term.Printed(out.err)
	}
	return a.Report(err)
}

// Commands returns all commands, for what is made from their texts. They are not
// for running: they have no streams and no environment.
func Commands() *cobra.Command {
	return rootCommand(&app.App{Platform: app.ThisPlatform()})
}

func rootCommand(a *app.App) *cobra.Command {
	root := &cobra.Command{
		Use:   "gosw",
		Short: "Install Go versions side by side and switch between them",
		Long: `gosw installs Go versions side by side, verifies each against Go's checksum
database, and runs the one that GO_VERSION or the nearest pin file names.`,
		Example: `  gosw init --install
  gosw install latest`,
		Version:       app.Version(),
		Args:          cobra.ArbitraryArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          runRoot,
	}
	root.SetVersionTemplate("gosw {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return cmdline.FlagError(a, cmd, err) })
	root.CompletionOptions.DisableDefaultCmd = true // "gosw init" does it
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	root.SetHelpCommand(helpCommand())
	others := doctor.Others{
		Verify: func(ctx context.Context, home toolchain.Home, v gover.Version) error {
			return verify.Quietly(ctx, a, home, v)
		},
		InstallInit: func(ctx context.Context, shell string, flags []string) error {
			return setup.Install(ctx, a, shell, flags)
		},
		ReadLibrary:  func() (text, file string, err error) { return setup.ReadLibrary(a) },
		WriteLibrary: func(text string) error { return setup.WriteLibrary(a, text) },
	}
	selfOthers := self.Others{VerifyToolchain: others.Verify, UninstallInit: func() error { return setup.Uninstall(a) }}
	groups := []group{
		{"Every day", []*cobra.Command{
			install.Command(a), run.Pin(a, install.Offer), run.Use(a, install.Offer), run.Default(a), list.Command(a), install.Upgrade(a),
		}},
		{"Look", []*cobra.Command{
			run.Current(a), run.Which(a), why.Command(a), doctor.Command(a, others), list.Outdated(a), vulns.Command(a),
		}},
		{"Keep", []*cobra.Command{
			verify.Command(a), verify.Repair(a), verify.Import(a), remove.Uninstall(a), remove.Prune(a), remove.Size(a),
			self.Command(a, selfOthers),
		}},
		{"Share", []*cobra.Command{
			run.Exec(a), setup.Init(a), setup.Env(a), ci.Command(a, install.ForJob(a)), mirror.Command(a), mirror.Bundle(a), mirror.Serve(a),
		}},
	}
	for _, g := range groups {
		root.AddCommand(g.commands...)
	}
	root.AddCommand(install.Shim(a), versionCommand(a))
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { showHelp(a, cmd, groups) })
	return root
}

// versionCommand is what other tools have in the place of --version. It says more:
// what a report of a fault needs.
func versionCommand(a *app.App) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:    "version",
		Short:  "Print the version of gosw, and what it was built from",
		Hidden: true, // --version is in every help
		Args:   cmdline.None,
		RunE: func(*cobra.Command, []string) error {
			source := source()
			if asJSON {
				return a.UI.PrintJSON(map[string]any{"schema": 1, "version": app.Version(), "revision": source, "go": runtime.Version()})
			}
			return a.UI.Print("gosw %s (revision %s, built with %s)", app.Version(), source, runtime.Version())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// source names what gosw was built from: of a release the h1 of its module, of a
// checkout the commit.
func source() string {
	info, ok := debug.ReadBuildInfo()
	if ok && info.Main.Sum != "" {
		return info.Main.Sum
	}
	if ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unknown"
}

// runRoot is gosw without a known command.
func runRoot(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	return cmdline.UnknownCommand(cmd, args)
}

// A checkedWriter keeps the first error: what cobra itself prints, such as a
// help text, it prints unchecked.
type checkedWriter struct {
	io.Writer
	err error
}

func (w *checkedWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	w.err = cmp.Or(w.err, err)
	return n, err
}
