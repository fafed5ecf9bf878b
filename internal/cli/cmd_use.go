package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/shell"
)

func (a *app) useCommand() *cobra.Command {
	var session, unset bool
	cmd := &cobra.Command{
		Use:   "use VERSION",
		Short: "Switch this shell session to a version",
		Long: `Use sets GO_VERSION in the running shell, which wins over every pin file, until
the shell ends or "gosw use --unset". It needs the shell function that
"gosw init" defines.`,
		Example: `  gosw use 1.21
  gosw use --unset`,
		Args: atMostOne("version"),
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case !session:
				return a.notLoaded(args)
			case a.overridden() != nil:
				return a.overridden()
			case unset && len(args) == 0:
				return a.ui.print("GO_VERSION=")
			case unset || len(args) == 0:
				return usage(errors.New("use takes one version, or --unset"), hintf(`run "gosw use --help"`))
			}
			specs, err := a.parseSpecs(args)
			if err != nil {
				return err
			}
			return a.use(specs[0])
		},
		ValidArgsFunction: a.completeOne,
	}
	cmd.Flags().BoolVar(&unset, "unset", false, "go back to the pin files")
	// The shell function sets session, and reads GO_VERSION=… from stdout.
	cmd.Flags().BoolVar(&session, "session", false, "")
	_ = cmd.Flags().MarkHidden("session")
	return cmd
}

// overridden is the error of "gosw use" where what it sets would not count.
func (a *app) overridden() error {
	if name, _ := a.variable(); name != "GO_VERSION" {
		return withHint(fmt.Errorf("%s is set, which wins over the GO_VERSION of gosw use", name), Hint{Command: command.Unset(name)})
	}
	return nil
}

// notLoaded is the error of "gosw use" without the shell function.
func (a *app) notLoaded(args []string) error {
	specs, err := a.parseSpecs(args)
	if err != nil {
		return err
	}
	byHand := command.Unset("GO_VERSION")
	if len(specs) > 0 {
		byHand = command.Export("GO_VERSION", specs[0].String())
	}
	return withHint(
		errors.New("a program can't switch the shell that started it; that needs gosw's shell function"),
		hintf("load it with %s, or do it yourself: %s", a.initCode(), shell.Line(a.ui.shell, byHand)),
	)
}

func (a *app) use(spec gover.Spec) error {
	path, err := a.path()
	if err != nil {
		return err
	}
	if spec.Kind() != gover.System {
		if _, ok, err := find(path, spec); err != nil || !ok {
			return errors.Join(err, missingUnless(err, spec))
		}
	}
	return a.ui.print("GO_VERSION=%s", spec)
}
