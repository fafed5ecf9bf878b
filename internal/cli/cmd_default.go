package cli

import (
	"context"
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/store"
)

func (a *app) defaultCommand() *cobra.Command {
	var unset, asJSON bool
	cmd := &cobra.Command{
		Use:   "default [VERSION]",
		Short: "Show or set the version used where nothing else says",
		Long: `Default sets the version for every directory without a pin. A line such as 1.22
follows the newest installed patch. "system" is the go that is on PATH without
gosw. Without an argument it prints the default.`,
		Example: `  gosw default 1.22
  gosw default system`,
		Args: atMostOne("version"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && (unset || asJSON) {
				return usage(errors.New("default takes a version, --unset or --json, one of them"), helpHint(cmd))
			}
			st, err := a.store()
			switch {
			case err != nil:
				return err
			case unset:
				return st.SetDefault(cmd.Context(), gover.Spec{})
			case len(args) == 0:
				return a.printDefault(asJSON)
			}
			return a.setDefault(cmd.Context(), st, args)
		},
		ValidArgsFunction: a.completeOne,
	}
	cmd.Flags().BoolVar(&unset, "unset", false, "have no default")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) setDefault(ctx context.Context, st *store.Store, args []string) error {
	specs, err := a.parseSpecs(args)
	if err != nil {
		return err
	}
	path, err := a.path()
	if err != nil {
		return err
	}
	if specs[0].Kind() != gover.System {
		if _, ok, err := find(path, specs[0]); err != nil || !ok {
			return errors.Join(err, missingUnless(err, specs[0]))
		}
	}
	a.warnOwner(st.Home())
	return st.SetDefault(ctx, specs[0])
}

// missingUnless is the error of a spec that nothing installed matches, unless
// err has said more already.
func missingUnless(err error, spec gover.Spec) error {
	if err != nil {
		return nil
	}
	return &notInstalledError{spec: spec}
}

func (a *app) printDefault(asJSON bool) error {
	home, err := a.home()
	if err != nil {
		return err
	}
	choice, err := resolve.Default(home.DefaultFile())
	if errors.Is(err, fs.ErrNotExist) {
		return withHint(errors.New("no default is set"), hintf(`set one: "gosw default latest"`))
	} else if err != nil {
		return err
	}
	if asJSON {
		return a.ui.printJSON(map[string]any{"schema": 1, "spec": choice.Spec.String(), "file": choice.File})
	}
	return a.ui.print("%s", choice.Spec)
}
