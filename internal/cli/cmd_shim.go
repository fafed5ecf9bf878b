package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

// shimCommand is where the shim hands over whatever is not plain success: it
// resolves again by the same rules, and then installs, explains or runs.
func (a *app) shimCommand() *cobra.Command {
	return &cobra.Command{
		Use:                "shim TOOL [ARG…]",
		Hidden:             true,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] != "go" && args[0] != "gofmt" {
				return usage(errors.New("shim is for gosw-shim to call"), hintf(`run "gosw exec -- go …"`))
			}
			err := a.runShim(cmd.Context(), args[0], args[1:])
			return withCode(err, shimCode(err))
		},
	}
}

// shimCode is the exit code of a shim that did not come to run its tool: 127, as
// shells have it, unless err has a code that says more.
func shimCode(err error) int {
	if code := exitCode(err); code > exitUsage {
		return code
	}
	return exitNotInstalled
}

func (a *app) runShim(ctx context.Context, tool string, args []string) error {
	goArgs := args
	if tool != "go" {
		goArgs = nil
	}
	t, err := a.target(goArgs)
	a.seen(t.choice)
	if missing := (*notInstalledError)(nil); errors.As(err, &missing) {
		if t, err = a.autoInstall(ctx, t, missing); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	program, err := a.program(t, tool)
	if err != nil {
		return err
	}
	return t.start(program, append([]string{tool}, args...), a.environOf(t).Entries)
}

// autoInstall installs what is missing if the user wants that, else it returns
// missing.
func (a *app) autoInstall(ctx context.Context, t target, missing *notInstalledError) (target, error) {
	policy, err := a.setting("GOSW_AUTO_INSTALL")
	if err != nil {
		return t, err
	}
	switch policy.Value {
	case "never":
		return t, missing
	case "ask":
		if !a.ui.interactive() || !a.ask(ctx, missing) {
			return t, missing
		}
	}
	if err := a.install(ctx, installOptions{specs: toInstall(t.choice.Spec)}); err != nil {
		return t, err
	}
	path, err := a.path()
	if err != nil {
		return t, err
	}
	return a.targetOf(path, t.choice)
}

// ask asks on the terminal whether to install. An interrupt is a no.
func (a *app) ask(ctx context.Context, missing *notInstalledError) bool {
	return a.ui.confirm(ctx, missing.Error()+". Install it now?", true)
}
