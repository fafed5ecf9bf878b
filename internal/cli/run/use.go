package run

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/shell"
)

// Use is "gosw use".
func Use(a *app.App, offer Offer) *cobra.Command {
	var session, unset, pin bool
	cmd := &cobra.Command{
		Use:   "use VERSION",
		Short: "Switch this shell to a version",
		Long: `Use sets GO_VERSION in the running shell, which overrides every pin file until
the shell ends or you run "gosw use --unset". It needs the shell function that
"gosw init" defines.`,
		Example: `  gosw use 1.21
  gosw use --unset`,
		Args: cmdline.AtMostOne("version"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case pin && len(args) == 1 && !unset:
				return usePin(cmd.Context(), a, offer, args, session)
			case !session:
				return notLoaded(a, args)
			case overridden(a) != nil:
				return overridden(a)
			case unset && len(args) == 0:
				a.UI.Remark("this shell follows pin files and the default again")
				return a.UI.Print("GO_VERSION=")
			case unset || len(args) == 0:
				return failure.Usage(errors.New("use takes one version, or --unset"), command.Hintf(`run "gosw use --help"`))
			}
			specs, err := cmdline.ParseSpecs(a, args)
			if err != nil {
				return err
			}
			return use(a, specs[0])
		},
		ValidArgsFunction: cmdline.CompleteOne(a),
	}
	cmd.Flags().BoolVar(&unset, "unset", false, "go back to the pin files")
	cmd.Flags().BoolVar(&pin, "pin", false, "pin this directory instead, as gosw pin does")
	// The shell function sets session, and reads GO_VERSION=… from stdout.
	cmd.Flags().BoolVar(&session, "session", false, "")
	_ = cmd.Flags().MarkHidden("session")
	return cmd
}

// usePin pins the working directory, and has the session follow its pin.
func usePin(ctx context.Context, a *app.App, offer Offer, args []string, session bool) error {
	specs, err := cmdline.ParseSpecs(a, args)
	if err == nil {
		err = setPin(ctx, a, offer, specs[0])
	}
	if err == nil && session && a.Getenv("GO_VERSION") != "" {
		err = a.UI.Print("GO_VERSION=")
	}
	return err
}

// overridden is the error of "gosw use" where what it sets would not count.
func overridden(a *app.App) error {
	if name, _ := a.Variable(); name != "GO_VERSION" {
		return failure.WithHint(fmt.Errorf("%s is set and overrides gosw use", name), command.Hint{Command: command.Unset(name)})
	}
	return nil
}

// notLoaded is the error of "gosw use" without the shell function.
func notLoaded(a *app.App, args []string) error {
	specs, err := cmdline.ParseSpecs(a, args)
	if err != nil {
		return err
	}
	byHand := command.Unset("GO_VERSION")
	if len(specs) > 0 {
		byHand = command.Export("GO_VERSION", specs[0].String())
	}
	return failure.WithHint(
		errors.New("gosw can't switch this shell, because its shell function is not loaded"),
		command.Hintf("load it with %s, or switch by hand: %s", a.InitCode(), shell.Line(a.UI.Shell, byHand)),
	)
}

func use(a *app.App, spec gover.Spec) error {
	v, err := a.MustHave(spec)
	if err != nil {
		return err
	}
	a.UI.Remark("now using %s in this shell", specWith(spec, v))
	return a.UI.Print("GO_VERSION=%s", spec)
}
