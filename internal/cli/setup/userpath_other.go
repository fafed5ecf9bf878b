//go:build !windows

package setup

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
)

// userPathFlag adds a flag for what only Windows has: a PATH of the account.
func userPathFlag(*cobra.Command, *initFlags) {}

func userPath(context.Context, *app.App, initFlags) error { return nil }

func uninstallUserPath(*app.App) error { return nil }
