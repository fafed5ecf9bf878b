// Package list has the commands that list versions: list, of what is installed
// and of what there is, and outdated.
package list

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
)

type listOptions struct {
	remote, all, json bool
	size, long        bool
	platforms         bool
	specs             []gover.Spec
}

// Command is "gosw list".
func Command(a *app.App) *cobra.Command {
	var options listOptions
	cmd := &cobra.Command{
		Use:     "list [VERSION…]",
		Aliases: []string{"ls", "versions"},
		Short:   "List installed versions, or all releases",
		Long: `List prints the installed versions, newest first, one per line. With --remote it
prints the releases you can install. VERSION limits the list to what matches it.

On a terminal it is a table. A star marks the version used here. The columns are
the links to each version, its support, how many vulnerabilities the last "gosw
audit" found ("?" if it was not checked) and when it was last used; how each was
verified and its source, where they differ or with --long.

With --remote, a terminal shows when each line of releases gets fixes; VERSION
or --all lists single releases. A list from the cache says how old it is.`,
		Example: `  gosw list
  gosw list --remote 1.22`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if options.specs, err = cmdline.ParseSpecs(a, args); err != nil {
				return err
			}
			if err := options.check(cmd); err != nil {
				return err
			}
			if options.remote {
				return listRemote(cmd.Context(), a, options)
			}
			return listInstalled(a, options)
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if options.remote {
				return cmdline.CompleteRemote(a)(cmd, args, typed)
			}
			return cmdline.CompleteInstalled(a)(cmd, args, typed)
		},
	}
	cmd.Flags().BoolVar(&options.remote, "remote", false, "list the releases you can install")
	cmd.Flags().BoolVar(&options.all, "all", false, "with --remote: all releases, also betas and candidates")
	cmd.Flags().BoolVar(&options.json, "json", false, "print JSON")
	cmd.Flags().BoolVar(&options.platforms, "platforms", false, "with --remote --json: the platforms of each release")
	cmd.Flags().BoolVar(&options.size, "size", false, "show the disk space of each, alone and shared")
	cmd.Flags().BoolVarP(&options.long, "long", "l", false, "also show how each was verified, and its source")
	cmdline.OfflineFlag(a, cmd)
	cmdline.PlatformFlag(a, cmd)
	return cmd
}

// check reports flags that do nothing without others.
func (o listOptions) check(cmd *cobra.Command) error {
	for _, flag := range []string{"all", "offline"} {
		if cmd.Flags().Changed(flag) && !o.remote {
			return failure.Usage(fmt.Errorf("--%s needs --remote", flag), command.ToRun("gosw", "list", "--remote", "--"+flag))
		}
	}
	switch {
	case o.size && o.remote:
		return failure.Usage(errors.New("--size is for installed versions, without --remote"), command.Hintf(`run "gosw list --size"`))
	case o.long && o.remote:
		return failure.Usage(errors.New("--long is for installed versions, without --remote"), command.Hintf(`run "gosw list --long"`))
	case o.platforms && (!o.remote || !o.json):
		return failure.Usage(errors.New("--platforms needs --remote --json"), command.Hintf(`run "gosw list --remote --json --platforms"`))
	}
	return nil
}
