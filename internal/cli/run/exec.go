// Package run has the commands for the version that applies: default, use and
// exec choose it, current and which show it.
package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/spelling"
)

// Exec is "gosw exec".
func Exec(a *app.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "exec [VERSION] -- COMMAND [ARG…]",
		Short: "Run a command with a version",
		Long: `Exec runs COMMAND with the bin directory of VERSION first on PATH and GO_VERSION
set to it, so every go that it starts has that version. Without VERSION it takes
the version used here. The exit code is that of COMMAND; 127 means there was
nothing to run.`,
		Example: `  gosw exec 1.18.10 -- go test ./...
  gosw exec -- make`,
		RunE: func(cmd *cobra.Command, args []string) error {
			spec, argv, err := splitExec(args, cmd.ArgsLenAtDash())
			if err != nil {
				return err
			}
			return runExec(a, spec, argv)
		},
		ValidArgsFunction: cmdline.CompleteExec(a),
	}
	cmd.Flags().SetInterspersed(false)
	return cmd
}

// splitExec tells the version, "" without one, from the command. dash is the
// number of arguments before a leading "--", -1 without it; a later one, behind
// the version, is still among args.
func splitExec(args []string, dash int) (spec string, argv []string, err error) {
	switch {
	case dash == 0:
		argv = args
	case len(args) > 1 && args[1] == "--":
		spec, argv = args[0], args[2:]
	case len(args) > 0:
		spec, argv = args[0], args[1:]
		if !spelling.IsVersion(spec) && spelling.Version(spec) == "" { // as with goenv exec
			return "", nil, failure.Usage(fmt.Errorf("exec %q: not a Go version, and no -- before a command", spec),
				command.Hintf("did you mean %v?", command.Gosw(append([]string{"exec", "--"}, args...)...)))
		}
	}
	if len(argv) == 0 {
		return "", nil, failure.Usage(
			errors.New("exec needs a command"),
			command.Hintf(`for example "gosw exec 1.22 -- go version"`),
		)
	}
	return spec, argv, nil
}

func runExec(a *app.App, text string, command []string) error {
	if err := a.MayRead(); err != nil {
		return err
	}
	t, err := cmdline.ExecTarget(a, text)
	if missing := (*app.NotInstalledError)(nil); errors.As(err, &missing) {
		return failure.WithCode(err, failure.CodeNotInstalled)
	} else if err != nil {
		return err
	}
	if err := a.MayRun(t); err != nil {
		return err
	}
	a.Seen(t.Choice)
	env := a.EnvironOf(t)
	path := a.Getenv("PATH")
	variable, _ := a.Variable()
	if !t.Version.IsZero() {
		path = filepath.Join(t.GOROOT, "bin") + string(filepath.ListSeparator) + path
		env = env.With("PATH", path).With(variable, gover.Only(t.Version).String())
	} else {
		env = env.With(variable, "system") // the go on PATH may be the shim
	}
	program, err := app.LookPath(command[0], path)
	if own := filepath.Join(t.GOROOT, "bin", command[0]); err != nil && t.GOROOT != "" && filepath.Base(command[0]) == command[0] {
		if _, statErr := os.Stat(own); statErr == nil {
			return t.Start(own, command, env.Entries) // which says why it can't be run
		}
	}
	if err != nil {
		return failure.Starting(fmt.Errorf("exec %q: %w", command[0], err))
	}
	return t.Start(program, command, env.Entries)
}
