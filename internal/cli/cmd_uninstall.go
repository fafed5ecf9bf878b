package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

func (a *app) uninstallCommand() *cobra.Command {
	var options uninstallOptions
	cmd := &cobra.Command{
		Use:     "uninstall VERSION…",
		Aliases: []string{"remove", "rm"},
		Short:   "Remove installed toolchains",
		Long: `Uninstall removes each version from the store. A line (1.21) or constraint that
more than one installed version matches removes nothing unless --all is given.

A build that runs goes on to its end. The files of its toolchain stay that long,
and the next gosw that changes the store deletes them; --wait waits for that.`,
		Example: `  gosw uninstall 1.21.13
  gosw uninstall --all 1.21`,
		Args: atLeastOne("a version"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if options.specs, err = a.parseSpecs(args); err != nil {
				return err
			}
			return a.uninstall(cmd.Context(), options)
		},
		ValidArgsFunction: a.completeInstalled,
	}
	cmd.Flags().BoolVar(&options.all, "all", false, "remove every installed version that matches")
	cmd.Flags().BoolVar(&options.wait, "wait", false, "wait for processes that still run from a removed version")
	a.platformFlag(cmd)
	return cmd
}

type uninstallOptions struct {
	specs     []gover.Spec
	all, wait bool
}

func (a *app) uninstall(ctx context.Context, options uninstallOptions) error {
	st, err := a.store()
	if err != nil {
		return err
	}
	a.warnOwner(st.Home())
	versions, err := a.matchingAll(st.Home(), options)
	if err != nil {
		// One that was killed may have left something, though not the name.
		return errors.Join(err, st.Tidy(ctx))
	}
	err = a.remove(ctx, st, versions, options.wait)
	if a.foreign() { // the default is for this platform
		return err
	}
	return errors.Join(err, a.checkDefault())
}

// matchingAll returns the installed versions that options stand for.
func (a *app) matchingAll(home toolchain.Home, options uninstallOptions) ([]gover.Version, error) {
	var versions []gover.Version
	for _, spec := range options.specs {
		matching, err := a.installedHere(home, []gover.Spec{spec})
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

// explainSystem replaces err, that spec is not installed, if it is not in the
// user's store only.
func (a *app) explainSystem(spec gover.Spec, err error) error {
	path, pathErr := a.path()
	if pathErr != nil || path.System() == "" {
		return err
	}
	if v, ok, _ := find(path.System(), spec); ok {
		return withHint(
			fmt.Errorf("%v is in the system's store, %s, which gosw does not change", v, path.System()),
			hintf("whoever looks after that store runs gosw with GOSW_ROOT=%s", path.System()),
		)
	}
	return err
}

// remove removes versions and says what became of each.
func (a *app) remove(ctx context.Context, st *store.Store, versions []gover.Version, wait bool) error {
	var errs []error
	for _, v := range versions {
		removed, err := st.Remove(ctx, v)
		if removed {
			a.ui.note("uninstalled %v", v)
		}
		errs = append(errs, err)
	}
	pending, err := st.Pending()
	errs = append(errs, err)
	for _, v := range versions {
		if users := pending[v]; len(users) > 0 {
			a.ui.note("its files go when process %d (%s), which runs from it, has ended", users[0].ID, users[0].Command)
		}
	}
	if wait && len(pending) > 0 {
		errs = append(errs, a.waitForUsers(ctx, st, versions))
	}
	return errors.Join(errs...)
}

// waitForUsers waits until nothing runs from versions, which are uninstalled,
// and has their files deleted.
func (a *app) waitForUsers(ctx context.Context, st *store.Store, versions []gover.Version) error {
	timeout, err := a.lockTimeout()
	if err != nil {
		return err
	}
	late := time.After(timeout)
	for {
		if err := st.Tidy(ctx); err != nil {
			return err
		}
		pending, err := st.Pending()
		if err != nil {
			return err
		}
		still := slices.IndexFunc(versions, func(v gover.Version) bool { return len(pending[v]) > 0 })
		if still < 0 {
			return nil
		}
		select {
		case <-time.After(100 * time.Millisecond): // no process is told of another's end
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-late:
			v := versions[still]
			return fmt.Errorf("uninstall %v: process %d (%s) still runs from it after %v",
				v, pending[v][0].ID, pending[v][0].Command, timeout)
		}
	}
}

func ambiguous(spec gover.Spec, found []gover.Version) error {
	var names []string
	for _, v := range found {
		names = append(names, gover.Only(v).String()) // 1.20.0, where Go says 1.20
	}
	return usage(
		fmt.Errorf("%q matches %d installed versions: %s", spec.String(), len(found), strings.Join(names, ", ")),
		hintf("name one, or run %v", gosw("uninstall", "--all", spec.String())),
	)
}

// checkDefault says so when the default is not installed any more.
func (a *app) checkDefault() error {
	path, err := a.path()
	if err != nil {
		return err
	}
	choice, err := resolve.Default(path.Home().DefaultFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	if _, ok, err := find(path, choice.Spec); err != nil || ok || choice.Spec.Kind() == gover.System {
		return err
	}
	a.ui.note("the default, %s, is no longer installed", choice.Spec)
	a.ui.hint(`choose another: "gosw default VERSION", or "gosw default --unset"`)
	return nil
}
