package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/toolchain"
)

func (a *app) uninstallCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:     "uninstall VERSION…",
		Aliases: []string{"remove", "rm"},
		Short:   "Remove installed toolchains",
		Long: `Uninstall removes each version from the store. A line (1.21) or constraint that
more than one installed version matches removes nothing unless --all is given.`,
		Example: `  gosw uninstall 1.21.13
  gosw uninstall --all 1.21`,
		Args: atLeastOne("a version"),
		RunE: func(cmd *cobra.Command, args []string) error {
			specs, err := parseSpecs(args)
			if err != nil {
				return err
			}
			return a.uninstall(cmd.Context(), specs, all)
		},
		ValidArgsFunction: a.completeInstalled,
	}
	cmd.Flags().BoolVar(&all, "all", false, "remove every installed version that matches")
	return cmd
}

func (a *app) uninstall(ctx context.Context, specs []gover.Spec, all bool) error {
	st, err := a.store()
	if err != nil {
		return err
	}
	var versions []gover.Version
	for _, spec := range specs {
		matching, err := matching(st.Home(), spec)
		if err != nil {
			return err
		}
		if len(matching) > 1 && !all {
			return ambiguous(spec, matching)
		}
		versions = append(versions, matching...)
	}
	var errs []error
	for _, v := range versions {
		removed, err := st.Remove(ctx, v)
		if removed {
			a.ui.note("uninstalled %v", v)
		}
		errs = append(errs, err)
	}
	errs = append(errs, a.checkDefault(st.Home()))
	return errors.Join(errs...)
}

// matching returns the installed versions that spec stands for, newest first,
// at least one.
func matching(home toolchain.Home, spec gover.Spec) ([]gover.Version, error) {
	installed, err := home.Installed()
	if err != nil {
		return nil, err
	}
	match, err := constraint.Parse(spec)
	if err != nil {
		return nil, err
	}
	var found []gover.Version
	for _, v := range installed {
		if match(v) {
			found = append(found, v)
		}
	}
	if spec.Kind() == gover.Latest || spec.Kind() == gover.Oldstable { // one version, whatever else is there
		v, ok := spec.Newest(installed)
		if found = nil; ok {
			found = []gover.Version{v}
		}
	}
	newestFirst(found)
	if len(found) == 0 {
		return nil, &hintError{&notInstalledError{spec: spec}, `"gosw list" shows what is installed`}
	}
	return found, nil
}

func ambiguous(spec gover.Spec, found []gover.Version) error {
	var names []string
	for _, v := range found {
		names = append(names, v.Number())
	}
	return &usageError{
		err:  fmt.Errorf("%q matches %d installed versions: %s", spec.String(), len(found), strings.Join(names, ", ")),
		hint: fmt.Sprintf(`name one, or run "gosw uninstall --all %s"`, shellWord(spec.String())),
	}
}

// checkDefault says so when the default is not installed any more.
func (a *app) checkDefault(home toolchain.Home) error {
	choice, err := resolve.Default(home.DefaultFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	if _, ok, err := find(home, choice.Spec); err != nil || ok || choice.Spec.Kind() == gover.System {
		return err
	}
	a.ui.note("the default, %s, is no longer installed", choice.Spec)
	a.ui.hint(`choose another: "gosw default VERSION", or "gosw default --unset"`)
	return nil
}
