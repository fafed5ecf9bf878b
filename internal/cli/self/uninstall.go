package self

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/settings"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/store"
)

func uninstallCommand(a *app.App, others Others) *cobra.Command {
	var purge, yes bool
	cmd := &cobra.Command{
		Use:   "uninstall",
		Short: "Remove gosw",
		Long: `Uninstall takes gosw's lines out of the start-up files, and removes gosw, the
shims, manual pages and completion. Toolchains, cache and settings stay, unless
--purge is given: it asks first, and needs --yes where there is no terminal.`,
		Example: `  gosw self uninstall
  gosw self uninstall --purge`,
		Args: cmdline.None,
		RunE: func(cmd *cobra.Command, _ []string) error { return uninstall(cmd.Context(), a, others, purge, yes) },
	}
	cmd.Flags().BoolVar(&purge, "purge", false, "remove toolchains, cache, state and settings as well")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return cmd
}

func uninstall(ctx context.Context, a *app.App, others Others, purge, yes bool) error {
	c, release, err := locked(ctx, a, true)
	if err != nil {
		return err
	}
	defer release()
	st, err := a.Store(store.Write)
	if err != nil {
		return err
	}
	data, err := dataOf(a, st)
	if err != nil {
		return err
	}
	if purge {
		if ok, err := agreed(ctx, a, st, data, yes); err != nil || !ok {
			return err
		}
	}
	if err := others.UninstallInit(); err != nil {
		return err
	}
	_, programs, err := upkeep.Shims(a, st.Home())
	if err == nil {
		err = st.Unshim(ctx, programs)
	}
	if err == nil && purge {
		data, err = purgeAll(ctx, a, st, data)
	}
	if err != nil {
		return err
	}
	removed, err := c.Remove()
	for _, path := range removed {
		a.UI.Note("removed %s", path)
	}
	if err == nil && len(data) > 0 {
		a.UI.Note("toolchains, cache and settings are still there")
		a.UI.Hint("to remove them too: %v", command.Run(append([]string{"rm", "-r"}, data...)...))
	}
	return err
}

// dataOf returns the directories that there are of store, cache, state and settings.
func dataOf(a *app.App, st *store.Store) (dirs []string, err error) {
	places := []func() (string, error){
		func() (string, error) { return string(st.Home()), nil }, a.CacheDir, a.StateDir, a.ConfigFile,
	}
	for _, place := range places {
		path, err := place()
		if err != nil && !settings.NotSet(err) { // without a home there is no such place
			return nil, err
		}
		if filepath.Base(path) == "env" {
			path = filepath.Dir(path) // the file of settings has a directory of its own
		}
		if _, statErr := os.Lstat(path); err == nil && statErr == nil {
			dirs = append(dirs, path)
		}
	}
	return dirs, nil
}

// agreed asks whether data may go, and refuses while something runs from the store.
func agreed(ctx context.Context, a *app.App, st *store.Store, data []string, yes bool) (bool, error) {
	versions, err := st.Home().Installed()
	if err != nil {
		return false, err
	}
	users, err := st.Users(versions...)
	if err != nil {
		return false, err
	}
	pending, err := st.Pending()
	if err != nil {
		return false, err
	}
	for _, used := range []map[gover.Version][]store.Process{users, pending} {
		for v, processes := range used {
			if len(processes) > 0 {
				return false, failure.WithHint(fmt.Errorf("process %d (%s) runs from %v", processes[0].ID, processes[0].Command, v), command.Hintf("run this again when it has ended"))
			}
		}
	}
	switch {
	case yes:
		return true, nil
	case !a.UI.Interactive():
		return false, failure.Usage(errors.New("--purge removes all toolchains, and there is no terminal to ask on"), command.Hint{Command: command.Gosw("self", "uninstall", "--purge", "--yes")})
	}
	a.UI.Note("this removes %d toolchains and these directories:", len(versions))
	for _, path := range data {
		a.UI.Note("  %s", path)
	}
	return a.UI.Confirm(ctx, "Remove them all?", false), nil
}

// purgeAll removes data, the first of which is the store if there is one, and
// returns what is still there of it.
func purgeAll(ctx context.Context, a *app.App, st *store.Store, data []string) (left []string, err error) {
	for _, path := range data {
		all := true
		if path == string(st.Home()) {
			all, err = st.Purge(ctx)
		} else {
			err = os.RemoveAll(path)
		}
		if err != nil {
			return left, err
		}
		if !all {
			left = append(left, path)
			continue
		}
		a.UI.Note("removed %s", path)
	}
	return left, nil
}
