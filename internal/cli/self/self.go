// Package self has the commands about gosw itself: update, rollback, uninstall and
// verify.
package self

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/selfupdate"
	"github.com/gosw/gosw/internal/toolchain"
)

// An Others has what these commands take of others, which they do not know.
type Others struct {
	VerifyToolchain func(ctx context.Context, home toolchain.Home, v gover.Version) error
	UninstallInit   func() error
}

// Command is "gosw self".
func Command(a *app.App, others Others) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "self",
		Short: "Update, verify or remove gosw itself",
		Long: `Self has the commands about gosw itself. A copy that a package manager installed
is for that to update and remove: gosw names its command, and exits 5.`,
		Example: `  gosw self update --check
  gosw self verify`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return cmdline.UnknownCommand(cmd, args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(updateCommand(a), rollbackCommand(a), verifyCommand(a, others), uninstallCommand(a, others))
	return cmd
}

// source is what builds a gosw that can be verified, for who installs by hand.
var source = []string{"go", "install", "-trimpath", "-ldflags=-s", selfupdate.Module + "/cmd/...@latest"}

// notMine is an error about a copy that gosw does not change.
func notMine(err error, hint command.Hint) error {
	return failure.WithCode(failure.WithHint(err, hint), failure.CodeNotMine)
}

// released returns the running copy, if it is a build of a published version.
func released(a *app.App) (*selfupdate.Copy, error) {
	c, err := upkeep.Self(a)
	if err == nil && c.Version == "" {
		err = notMine(errors.New("this gosw is a development build, which has no version"),
			command.Hintf("install a published one: %v", command.Run(source...)))
	}
	return c, err
}

// noKey adds what to do to the error of a build without a release key.
func noKey(err error) error {
	if errors.Is(err, selfupdate.ErrNoKey) {
		return notMine(err, command.Hintf("update by hand: %v", command.Run(source...)))
	}
	return err
}

// mine is nil if the copy is for gosw to change, and otherwise names the command of
// whoever has it, which updates or removes it.
func mine(ctx context.Context, a *app.App, c *selfupdate.Copy, remove bool) error {
	err := c.Mine(ctx, a.Getenv("PATH"), a.Inv.Env, a.Inv.Args)
	owner := (*selfupdate.OwnerError)(nil)
	if !errors.As(err, &owner) {
		return err
	}
	fix := map[bool]command.Command{false: owner.Update, true: owner.Remove}[remove]
	if fix == nil {
		return notMine(err, command.Hintf("move it, or install a new one by hand: %v", command.Run(source...)))
	}
	return notMine(err, command.Hint{Command: fix})
}

// locked takes the lock of the running copy, if it is for gosw to change, and looks
// at the copy again: another process may have changed it meanwhile.
func locked(ctx context.Context, a *app.App, remove bool) (c *selfupdate.Copy, release func(), err error) {
	if c, err = upkeep.Self(a); err == nil {
		err = mine(ctx, a, c, remove)
	}
	if err != nil {
		return nil, nil, err
	}
	timeout, err := a.LockTimeout()
	if err != nil {
		return nil, nil, err
	}
	bounded, cancel := context.WithTimeoutCause(ctx, timeout, errors.New("another gosw still updates this copy after "+timeout.String()))
	defer cancel()
	release, err = c.Lock(bounded, func() { a.UI.Note("waiting: another gosw updates this copy") })
	if err != nil {
		return nil, nil, err
	}
	if c, err = upkeep.Self(a); err != nil {
		release()
		return nil, nil, err
	}
	return c, release, nil
}
