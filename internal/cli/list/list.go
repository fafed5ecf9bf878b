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
	remote, all, json, size bool
	platforms               bool
	specs                   []gover.Spec
}

// Command is "gosw list".
func Command(a *app.App) *cobra.Command {
	var options listOptions
	cmd := &cobra.Command{
		Use:     "list [VERSION…]",
		Aliases: []string{"ls", "versions"},
		Short:   "List installed toolchains, or the releases that can be installed",
		Long: `List prints the installed versions, newest first, one a line. With --remote it
asks for all releases that can be installed. VERSION keeps those that match it.

On a terminal it is a table: a star marks the version that applies here, and each
has the links that lead to it, its state of support, how many known
vulnerabilities the last "gosw audit" knew ("?" if there was none), when it was
last used, and what proves it. A narrow terminal has less of that.

With --remote a terminal shows when each line of releases gets fixes. Go supports
the two newest lines. With VERSION or --all it shows the releases of each line.
A list of releases from the cache says how old it is.`,
		Example: `  gosw list
  gosw list --remote 1.22
  gosw list --remote --offline --platform linux/arm64
  gosw list --json`,
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
	cmd.Flags().BoolVar(&options.remote, "remote", false, "list what can be installed")
	cmd.Flags().BoolVar(&options.all, "all", false, "with --remote: betas and release candidates too, and on a terminal all releases of each line")
	cmd.Flags().BoolVar(&options.json, "json", false, "print JSON")
	cmd.Flags().BoolVar(&options.platforms, "platforms", false, "with --remote --json: the platforms of each release")
	cmd.Flags().BoolVar(&options.size, "size", false, "print what each takes on the disk, alone and shared with others")
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
	case o.platforms && (!o.remote || !o.json):
		return failure.Usage(errors.New("--platforms needs --remote --json"), command.Hintf(`run "gosw list --remote --json --platforms"`))
	}
	return nil
}
