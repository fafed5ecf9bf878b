package install

import (
	"cmp"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/resolve"
)

// Shim is where the shim hands over whatever is not plain success: it
// resolves again by the same rules, and then installs, explains or runs.
func Shim(a *app.App) *cobra.Command {
	return &cobra.Command{
		Use:                "shim TOOL [ARG…]",
		Hidden:             true,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] != "go" && args[0] != "gofmt" {
				return failure.Usage(errors.New("only gosw-shim runs this command"), command.Hintf(`run "gosw exec -- go …"`))
			}
			err := runShim(cmd.Context(), a, args[0], args[1:])
			return failure.WithCode(err, shimCode(err))
		},
	}
}

// shimCode is the exit code of a shim that did not come to run its tool: 127, as
// shells have it, unless err has a code that says more.
func shimCode(err error) int {
	if code := failure.Code(err); code > failure.CodeUsage {
		return code
	}
	return failure.CodeNotInstalled
}

func runShim(ctx context.Context, a *app.App, tool string, args []string) error {
	if err := a.MayRead(); err != nil {
		return err
	}
	goArgs := args
	if tool != "go" {
		goArgs = nil
	}
	t, err := a.Target(goArgs)
	a.Seen(t.Choice)
	if missing := (*app.NotInstalledError)(nil); errors.As(err, &missing) {
		want, wantErr := wantsMissing(ctx, a, missing)
		if !want || wantErr != nil {
			return cmp.Or(wantErr, err)
		}
		if t, err = installMissing(ctx, a, t.Choice); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	program, err := a.Program(t, tool)
	if err == nil {
		err = a.MayRun(t)
	}
	if err != nil {
		return err
	}
	return t.Start(program, append([]string{tool}, args...), a.EnvironOf(t).Entries)
}

// wantsMissing reports whether the user wants what is missing to be installed.
func wantsMissing(ctx context.Context, a *app.App, missing *app.NotInstalledError) (bool, error) {
	policy, err := a.Setting("GOSW_AUTO_INSTALL")
	if err != nil || policy.Value == "never" {
		return false, err
	}
	return policy.Value != "ask" || a.UI.Interactive() && ask(ctx, a, missing), nil
}

// Offer installs what is missing, if the user wants that, and reports whether.
func Offer(ctx context.Context, a *app.App, missing *app.NotInstalledError) (bool, error) {
	wanted, err := wantsMissing(ctx, a, missing)
	if !wanted || err != nil {
		return false, err
	}
	return true, installAll(ctx, a, installOptions{specs: app.ToInstall(missing.Spec)})
}

func installMissing(ctx context.Context, a *app.App, choice resolve.Choice) (app.Target, error) {
	if err := installAll(ctx, a, installOptions{specs: app.ToInstall(choice.Spec)}); err != nil {
		return app.Target{}, err
	}
	path, err := a.Path()
	if err != nil {
		return app.Target{}, err
	}
	return a.TargetOf(path, choice)
}

// ask asks on the terminal whether to install. An interrupt is a no.
func ask(ctx context.Context, a *app.App, missing *app.NotInstalledError) bool {
	return a.UI.Confirm(ctx, missing.Error()+". Install it now?", true)
}
