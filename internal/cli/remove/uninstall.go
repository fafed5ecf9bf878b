// Package remove has the commands that take toolchains away, and that say what
// would be gained: uninstall, prune and size.
package remove

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

// Uninstall is "gosw uninstall".
func Uninstall(a *app.App) *cobra.Command {
	var options uninstallOptions
	cmd := &cobra.Command{
		Use:     "uninstall VERSION…",
		Aliases: []string{"remove", "rm"},
		Short:   "Remove versions",
		Long: `Uninstall removes a version. On Linux, running builds finish undisturbed: their
files stay until they end, and the next gosw that changes the store deletes
them. --wait waits for that.

If a line (1.21) or a constraint matches more than one version, uninstall
removes nothing unless you give --all.`,
		Example: `  gosw uninstall 1.21.13
  gosw uninstall --all 1.21`,
		Args: cmdline.AtLeastOne("a version"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if options.specs, err = cmdline.ParseSpecs(a, args); err != nil {
				return err
			}
			return uninstall(cmd.Context(), a, options)
		},
		ValidArgsFunction: cmdline.CompleteInstalled(a),
	}
	cmd.Flags().BoolVar(&options.all, "all", false, "remove every installed version that matches")
	cmd.Flags().BoolVar(&options.wait, "wait", false, "wait for processes that still use a removed version")
	cmdline.PlatformFlag(a, cmd)
	return cmd
}

type uninstallOptions struct {
	specs     []gover.Spec
	all, wait bool
}

func uninstall(ctx context.Context, a *app.App, options uninstallOptions) error {
	st, err := a.Store(store.Write)
	if err != nil {
		return err
	}
	versions, err := matchingAll(a, st.Home(), options)
	if err != nil {
		// One that was killed may have left something, though not the name.
		return errors.Join(err, st.Tidy(ctx))
	}
	err = upkeep.Remove(ctx, a, st, versions, options.wait)
	if a.Foreign() { // the default is for this platform
		return err
	}
	checkPin(a)
	return errors.Join(err, checkDefault(a))
}

// checkPin says so when what is pinned here is not installed any more.
func checkPin(a *app.App) {
	path, err := a.Path()
	if err != nil {
		return
	}
	choice, err := a.Choice(path.Home(), nil) // what is wrong with a pin is not asked here
	if err != nil || !choice.Pinned() {
		return
	}
	if _, err := a.TargetOf(path, choice); errors.As(err, new(*app.NotInstalledError)) {
		a.UI.Note("this directory needs that version: %v", err)
		a.UI.Hint("%v", app.HintFor(err))
	}
}

// matchingAll returns the installed versions that options stand for.
func matchingAll(a *app.App, home toolchain.Home, options uninstallOptions) ([]gover.Version, error) {
	var versions []gover.Version
	for _, spec := range options.specs {
		matching, err := cmdline.InstalledHere(a, home, []gover.Spec{spec})
		if err != nil {
			return nil, err
		}
		if len(matching) > 1 && !options.all {
			return nil, ambiguous(spec, matching)
		}
		versions = append(versions, matching...)
	}
	return versions, nil
}

func ambiguous(spec gover.Spec, found []gover.Version) error {
	var names []string
	for _, v := range found {
		names = append(names, gover.Only(v).String()) // 1.20.0, where Go says 1.20
	}
	return failure.Usage(
		fmt.Errorf("%q matches %d installed versions: %s", spec.String(), len(found), strings.Join(names, ", ")),
		command.Hintf("name one, or remove all: %v", command.Gosw("uninstall", "--all", spec.String())),
	)
}

// checkDefault says so when the default is not installed any more.
func checkDefault(a *app.App) error {
	path, err := a.Path()
	if err != nil {
		return err
	}
	choice, err := resolve.Default(path.Home().DefaultFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	if _, ok, err := app.Find(path, choice.Spec); err != nil || ok || choice.Spec.Kind() == gover.System {
		return err
	}
	a.UI.Note("the default %s is no longer installed", choice.Spec)
	a.UI.Hint(`choose another with "gosw default VERSION", or have none: "gosw default --unset"`)
	return nil
}
