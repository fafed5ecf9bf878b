package setup

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/setup"
	"github.com/gosw/gosw/internal/store"
)

func userPathFlag(cmd *cobra.Command, f *initFlags) {
	cmd.Flags().BoolVar(&f.userPath, "user-path", false, "put the store's bin on your account's PATH; with --uninstall: remove it")
}

// userPath is for programs that no shell starts, and for cmd.exe, which reads no file.
func userPath(ctx context.Context, a *app.App, f initFlags) error {
	st, err := a.Store(store.Run)
	if err != nil {
		return err
	}
	bin := st.Home().Bin()
	if !f.uninstall {
		if err := upkeep.FitsPath(string(st.Home())); err != nil {
			return err
		}
		if err := upkeep.PlaceShims(ctx, a, st); err != nil {
			return err
		}
	}
	changed, err := setup.UserPath(bin, f.uninstall)
	switch {
	case err != nil:
		return fmt.Errorf("change PATH in the registry: %w", err)
	case !changed && f.uninstall:
		a.UI.Remark("your account's PATH does not have %s", bin)
	case !changed:
		a.UI.Remark("your account's PATH has %s already", bin)
	case f.uninstall:
		a.UI.Note("removed %s from your account's PATH", bin)
	default:
		a.UI.Note("added %s to your account's PATH", bin)
		a.UI.Hint(`open a new terminal; a go on the system's PATH comes first still: "gosw which --all" shows it`)
	}
	return nil
}

// uninstallUserPath takes the store's bin from PATH, where "gosw init" has put it.
func uninstallUserPath(a *app.App) error {
	home, err := a.Home()
	if err == nil {
		_, err = setup.UserPath(home.Bin(), true)
	}
	return err
}
