package run

import (
	"context"
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/store"
)

// Default is "gosw default".
func Default(a *app.App) *cobra.Command {
	var unset, asJSON bool
	cmd := &cobra.Command{
		Use:   "default [VERSION]",
		Short: "Show or set the version used where nothing else says",
		Long: `Default sets the version for every directory without a pin. A line such as 1.22
follows the newest installed patch. "system" is the go that is on PATH without
gosw. Without an argument it prints the default.`,
		Example: `  gosw default 1.22
  gosw default system`,
		Args: cmdline.AtMostOne("version"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && (unset || asJSON) {
				return failure.Usage(errors.New("default takes a version, --unset or --json, one of them"), cmdline.HelpHint(cmd))
			}
			if len(args) == 0 && !unset {
				return printDefault(a, asJSON)
			}
			st, err := a.Store(store.Write)
			switch {
			case err != nil:
				return err
			case unset:
				return st.SetDefault(cmd.Context(), gover.Spec{})
			}
			return setDefault(cmd.Context(), a, st, args)
		},
		ValidArgsFunction: cmdline.CompleteOne(a),
	}
	cmd.Flags().BoolVar(&unset, "unset", false, "have no default")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func setDefault(ctx context.Context, a *app.App, st *store.Store, args []string) error {
	specs, err := cmdline.ParseSpecs(a, args)
	if err != nil {
		return err
	}
	path, err := a.Path()
	if err != nil {
		return err
	}
	if specs[0].Kind() != gover.System {
		if _, ok, err := app.Find(path, specs[0]); err != nil || !ok {
			return errors.Join(err, missingUnless(err, specs[0]))
		}
	}
	return st.SetDefault(ctx, specs[0])
}

// missingUnless is the error of a spec that nothing installed matches, unless
// err has said more already.
func missingUnless(err error, spec gover.Spec) error {
	if err != nil {
		return nil
	}
	return &app.NotInstalledError{Spec: spec}
}

func printDefault(a *app.App, asJSON bool) error {
	a.Look()
	home, err := a.Home()
	if err != nil {
		return err
	}
	choice, err := resolve.Default(home.DefaultFile())
	if errors.Is(err, fs.ErrNotExist) {
		return failure.WithHint(errors.New("no default is set"), command.Hintf(`set one: "gosw default latest"`))
	} else if err != nil {
		return err
	}
	if asJSON {
		return a.UI.PrintJSON(map[string]any{"schema": 1, "spec": choice.Spec.String(), "file": choice.File})
	}
	return a.UI.Print("%s", choice.Spec)
}
