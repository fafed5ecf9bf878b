package self

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/mod/semver"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/selfupdate"
)

func updateCommand(a *app.App) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "update [VERSION]",
		Short: "Replace gosw by a newer release",
		Long: `Update downloads the newest release of gosw, or VERSION, verifies it, and replaces
gosw, the shims, manual pages and completion in one step. The version before is
kept for "gosw self rollback". An older release is refused.

A release needs a signature by a key that this gosw knows, and the checksum
database must have its source. With --check it prints the newest version if it is
newer, and exits 4 then.`,
		Example: `  gosw self update
  gosw self update --check`,
		Args: cmdline.AtMostOne("version"),
		RunE: func(cmd *cobra.Command, args []string) error {
			version := ""
			if len(args) > 0 {
				if version = "v" + strings.TrimPrefix(args[0], "v"); semver.Canonical(version) != version {
					return failure.Usage(fmt.Errorf("%q is not a version of gosw", args[0]), command.Hintf(`it has three numbers, as in "gosw self update 0.2.0"`))
				}
			}
			if check {
				return checkForUpdate(cmd.Context(), a, version)
			}
			return update(cmd.Context(), a, version)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().BoolVar(&check, "check", false, "only print the newest version, and exit 4 if it is newer")
	return cmd
}

// checkForUpdate prints a version that is newer than this one.
func checkForUpdate(ctx context.Context, a *app.App, version string) error {
	c, err := released(a)
	if err != nil {
		return err
	}
	_, n, err := note(ctx, a, version)
	if err != nil {
		return err
	}
	if !c.Newer(n.Version) {
		a.UI.Note("gosw %s is up to date", c.Version)
		return nil
	}
	return errors.Join(a.UI.Print("%s", n.Version), failure.ErrDue)
}

// note reads the verified note of a release, "" for the newest, with the client that
// has the rest of it.
func note(ctx context.Context, a *app.App, version string) (*selfupdate.Client, *selfupdate.Note, error) {
	client, err := upkeep.Releases(a)
	if err != nil {
		return nil, nil, err
	}
	n, err := client.Note(ctx, version)
	return client, n, explained(err, version)
}

func update(ctx context.Context, a *app.App, version string) error {
	c, err := released(a)
	if err == nil && len(selfupdate.Keys()) == 0 {
		err = cmp.Or(mine(ctx, a, c, false), noKey(selfupdate.ErrNoKey))
	}
	if err != nil {
		return err
	}
	c, release, err := locked(ctx, a, false)
	if err != nil {
		return err
	}
	defer release()
	client, n, err := note(ctx, a, version)
	if err != nil {
		return err
	}
	if n.Version == c.Version {
		a.UI.Note("gosw %s is up to date", c.Version)
		return nil
	}
	if !c.Newer(n.Version) {
		return older(c, n, version)
	}
	if err := c.Update(ctx, client, n); err != nil {
		return explained(err, n.Version)
	}
	a.UI.Note("updated gosw from %s to %s", c.Version, n.Version)
	return nil
}

// older refuses to go back, which is how an attacker would bring a mistake back
// that has been fixed.
func older(c *selfupdate.Copy, n *selfupdate.Note, asked string) error {
	if asked != "" {
		return failure.Usage(fmt.Errorf("gosw %s is older than this one, %s", n.Version, c.Version),
			command.Hintf("%v goes back to the version before the last update", command.Gosw("self", "rollback")))
	}
	return failure.WithHint(fmt.Errorf("the newest release there is gosw %s, which is older than this one, %s", n.Version, c.Version),
		command.Hintf("a mirror may be late: %v shows which one it is", command.Gosw("env", "GOSW_DOWNLOAD_URL")))
}

// explained adds what to do to an error of a release.
func explained(err error, version string) error {
	if errors.Is(err, selfupdate.ErrPlatform) {
		return failure.WithHint(err, command.Hintf("build it: %v", command.Run(source...)))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return failure.WithHint(fmt.Errorf("gosw %s: %w", cmp.Or(version, "(newest)"), err),
			command.Hintf("%v shows where gosw looks for releases", command.Gosw("env", "GOSW_DOWNLOAD_URL")))
	}
	return noKey(err)
}

func rollbackCommand(a *app.App) *cobra.Command {
	return &cobra.Command{
		Use:   "rollback",
		Short: "Go back to the gosw before the last update",
		Long: `Rollback replaces gosw, the shims, manual pages and completion by those that were
there before the last "gosw self update", in one step. It needs no network.`,
		Example: `  gosw self rollback
  gosw self rollback && gosw version`,
		Args: cmdline.None,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, release, err := locked(cmd.Context(), a, false)
			if err != nil {
				return err
			}
			defer release()
			version, err := c.Rollback()
			if errors.Is(err, selfupdate.ErrNoPrevious) {
				return failure.WithHint(err, command.Hintf("the last update keeps the one before it; nothing was changed"))
			} else if err != nil {
				return err
			}
			a.UI.Note("rolled back gosw from %s to %s", c.Version, version)
			return nil
		},
	}
}
