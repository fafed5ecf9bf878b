package run

import (
	"context"
	"errors"
	"fmt"
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
		Use:     "default [VERSION]",
		Aliases: []string{"global"}, // of goenv and others
		Short:   "Set the version to use without a pin",
		Long: `Default sets the version for every directory without a pin. A line such as 1.22
means its newest installed patch. "system" means the next go on PATH that is not
gosw's. Without an argument, default prints the default.`,
		Example: `  gosw default 1.22
  gosw default system`,
		Args: cmdline.AtMostOne("version"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && (unset || asJSON) {
				return failure.Usage(errors.New("default takes a version, --unset or --json: only one of them"), cmdline.HelpHint(cmd))
			}
			if len(args) == 0 && !unset {
				return printDefault(a, asJSON)
			}
			st, err := a.Store(store.Write)
			switch {
			case err != nil:
				return err
			case unset:
				err := st.SetDefault(cmd.Context(), gover.Spec{})
				if err == nil {
					a.UI.Remark("there is no default now")
				}
				return err
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
	v, err := a.MustHave(specs[0])
	if err == nil {
		err = st.SetDefault(ctx, specs[0])
	}
	if err == nil {
		a.UI.Remark("default is %s", specWith(specs[0], v))
	}
	return err
}

// specWith is spec, with the version that it means now if that is another word.
func specWith(spec gover.Spec, v gover.Version) string {
	if _, exact := spec.Version(); exact || v.IsZero() {
		return spec.String()
	}
	return fmt.Sprintf("%s (%v)", spec, v)
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
