package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
)

func (a *app) execCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "exec [VERSION] -- COMMAND [ARG…]",
		Short: "Run a command with a version",
		Long: `Exec runs a command with the bin folder of a version first on PATH, and with
GO_VERSION set to it, so that whatever go it starts is of that version. Without
VERSION it is the one that applies here. The exit code is the command's own;
127 means that there was nothing to run.`,
		Example: `  gosw exec 1.18.10 -- go test ./...
  gosw exec -- make`,
		RunE: func(cmd *cobra.Command, args []string) error {
			spec, command, err := splitExec(args, cmd.ArgsLenAtDash())
			if err != nil {
				return err
			}
			return a.exec(spec, command)
		},
		ValidArgsFunction: a.completeExec,
	}
	cmd.Flags().SetInterspersed(false)
	return cmd
}

// splitExec tells the version, "" without one, from the command. dash is the
// number of arguments before a leading "--", -1 without it; a later one, behind
// the version, is still among args.
func splitExec(args []string, dash int) (spec string, command []string, err error) {
	switch {
	case dash == 0:
		command = args
	case len(args) > 1 && args[1] == "--":
		spec, command = args[0], args[2:]
	case len(args) > 0:
		spec, command = args[0], args[1:]
	}
	if len(command) == 0 {
		return "", nil, usage(
			errors.New("exec needs a command"),
			hintf(`for example "gosw exec 1.22 -- go version"`),
		)
	}
	return spec, command, nil
}

func (a *app) exec(text string, command []string) error {
	t, err := a.execTarget(text)
	if missing := (*notInstalledError)(nil); errors.As(err, &missing) {
		return withCode(err, exitNotInstalled)
	} else if err != nil {
		return err
	}
	env := a.environOf(t)
	path := a.getenv("PATH")
	variable, _ := a.variable()
	if !t.version.IsZero() {
		path = filepath.Join(t.goroot, "bin") + string(filepath.ListSeparator) + path
		env = env.With("PATH", path).With(variable, gover.Only(t.version).String())
	} else {
		env = env.With(variable, "system") // the go on PATH may be the shim
	}
	program, err := lookPath(command[0], path)
	if own := filepath.Join(t.goroot, "bin", command[0]); err != nil && t.goroot != "" && filepath.Base(command[0]) == command[0] {
		if _, statErr := os.Stat(own); statErr == nil {
			return t.start(own, command, env.Entries) // which says why it can't be run
		}
	}
	if err != nil {
		return asExit(fmt.Errorf("exec %q: %w", command[0], err))
	}
	return t.start(program, command, env.Entries)
}

// execTarget resolves text, or what applies here if it is empty.
func (a *app) execTarget(text string) (target, error) {
	if text == "" {
		return a.target(nil)
	}
	specs, err := a.parseSpecs([]string{text})
	if err != nil {
		return target{}, err
	}
	path, err := a.path()
	if err != nil {
		return target{}, err
	}
	t, err := a.targetOf(path, resolve.Choice{Spec: specs[0], Rule: resolve.FromEnv})
	if missing := (*notInstalledError)(nil); errors.As(err, &missing) {
		missing.source = "" // it was typed
	}
	return t, err
}

// lookPath finds name on path as a shell would.
func lookPath(name, path string) (string, error) {
	if strings.ContainsRune(name, filepath.Separator) {
		return filepath.Abs(name)
	}
	if program := fsx.FirstOnPath(path, name); program != "" {
		return program, nil
	}
	return "", exec.ErrNotFound
}
