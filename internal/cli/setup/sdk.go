package setup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

func initSDKCommand(a *app.App) *cobra.Command {
	var install, uninstall bool
	cmd := &cobra.Command{
		Use:   "sdk",
		Short: "List the installed versions in VS Code and GoLand",
		Long: `Init sdk --install makes a link in ~/sdk for each installed version. That is where
VS Code ("Go: Choose Go Environment") and GoLand look for versions to list. Run it
again after installing more. "gosw uninstall" removes the link of a version, and
--uninstall removes all. What is not a link of gosw stays as it is.`,
		Example: `  gosw init sdk --install
  gosw init sdk --uninstall`,
		Args: cmdline.None,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if install == uninstall {
				return failure.Usage(errors.New("init sdk takes --install or --uninstall"), cmdline.HelpHint(cmd))
			}
			if _, err := a.Store(store.Run); err != nil {
				return err
			}
			return linkSDKs(a, install)
		},
	}
	cmd.Flags().BoolVar(&install, "install", false, "make a link for each installed version")
	cmd.Flags().BoolVar(&uninstall, "uninstall", false, "remove these links")
	return cmd
}

// linkSDKs removes gosw's links from ~/sdk, but for those of installed versions if
// install is set; these it makes, where they are missing.
func linkSDKs(a *app.App, install bool) error {
	dir, err := upkeep.SDK(a)
	if err != nil {
		return err
	}
	path, homes, err := a.Homes()
	if err != nil {
		return err
	}
	if !install {
		homes = nil
	}
	changed := false
	entries, err := os.ReadDir(dir)
	if fsx.IsAbsent(err) {
		err = nil
	}
	for _, entry := range entries {
		name := filepath.Join(dir, entry.Name())
		is := func(home toolchain.Home) bool { return upkeep.IsSDKLink(name, home) }
		v, _ := gover.Parse(entry.Name())
		if home, wanted := homes[v]; slices.ContainsFunc(path, is) && (!wanted || !is(home)) {
			err = errors.Join(err, os.Remove(name))
			a.UI.Note("removed %s", name)
			changed = true
		}
	}
	if err == nil && len(homes) > 0 {
		err = fsx.MkdirAll(dir, 0o755)
	}
	if err != nil {
		return sdkError(err)
	}
	versions := make([]gover.Version, 0, len(homes))
	for v := range homes {
		versions = append(versions, v)
	}
	slices.SortFunc(versions, gover.Compare)
	for _, v := range versions {
		name := filepath.Join(dir, v.String())
		linkErr := os.Symlink(homes[v].Dir(v), name)
		switch {
		case linkErr == nil:
			a.UI.Note("made %s", name)
			changed = true
		case !errors.Is(linkErr, os.ErrExist):
			err = errors.Join(err, linkErr)
		case !upkeep.IsSDKLink(name, homes[v]):
			a.UI.Note("%s stays: it is not a link of gosw", name)
		}
	}
	if err != nil {
		return sdkError(err)
	}
	if !changed {
		a.UI.Remark("%s is up to date", dir)
	}
	return nil
}

func sdkError(err error) error {
	return failure.WithHint(fmt.Errorf("links in ~/sdk: %w", err), command.Hintf("make ~/sdk a directory that you may write to"))
}
