package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
)

type listOptions struct {
	remote, all, json, size bool
	platforms               bool
	specs                   []gover.Spec
}

func (a *app) listCommand() *cobra.Command {
	var options listOptions
	cmd := &cobra.Command{
		Use:     "list [VERSION…]",
		Aliases: []string{"ls"},
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
			if options.specs, err = a.parseSpecs(args); err != nil {
				return err
			}
			if err := options.check(cmd); err != nil {
				return err
			}
			if options.remote {
				return a.listRemote(cmd.Context(), options)
			}
			return a.listInstalled(options)
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if options.remote {
				return a.completeRemote(cmd, args, typed)
			}
			return a.completeInstalled(cmd, args, typed)
		},
	}
	cmd.Flags().BoolVar(&options.remote, "remote", false, "list what can be installed")
	cmd.Flags().BoolVar(&options.all, "all", false, "with --remote: betas and release candidates too, and on a terminal all releases of each line")
	cmd.Flags().BoolVar(&options.json, "json", false, "print JSON")
	cmd.Flags().BoolVar(&options.platforms, "platforms", false, "with --remote --json: the platforms of each release")
	cmd.Flags().BoolVar(&options.size, "size", false, "print what each takes on the disk, alone and shared with others")
	a.offlineFlag(cmd)
	a.platformFlag(cmd)
	return cmd
}

// check reports flags that do nothing without others.
func (o listOptions) check(cmd *cobra.Command) error {
	for _, flag := range []string{"all", "offline"} {
		if cmd.Flags().Changed(flag) && !o.remote {
			return usage(fmt.Errorf("--%s is for the releases that can be installed", flag), run("gosw", "list", "--remote", "--"+flag))
		}
	}
	switch {
	case o.size && o.remote:
		return usage(errors.New("--size is for what is installed"), hintf(`run "gosw list --size"`))
	case o.platforms && (!o.remote || !o.json):
		return usage(errors.New("--platforms is for the releases that can be installed, as JSON"), hintf(`run "gosw list --remote --json --platforms"`))
	}
	return nil
}

// filter keeps the versions that one of specs matches, or all without specs,
// newest first.
func filter(versions []gover.Version, specs []gover.Spec) ([]gover.Version, error) {
	keep := slices.Clone(versions)
	if len(specs) > 0 {
		keep = nil
	}
	for _, spec := range specs {
		match, err := constraint.Parse(spec)
		if err != nil {
			return nil, err
		}
		newest, _ := spec.Newest(versions)
		for _, v := range versions {
			single := spec.Kind() == gover.Latest || spec.Kind() == gover.Oldstable
			if (single && v == newest || !single && match(v)) && !slices.Contains(keep, v) {
				keep = append(keep, v)
			}
		}
	}
	newestFirst(keep)
	return keep, nil
}

// matching is filter, but that each of specs has to stand for one of versions. More
// goes on with the hint of the error.
func matching(versions []gover.Version, specs []gover.Spec, more string) ([]gover.Version, error) {
	for _, spec := range specs {
		if _, ok, err := constraint.Newest(spec, versions); err != nil {
			return nil, err
		} else if !ok {
			return nil, withHint(&notInstalledError{spec: spec}, hintf(`"gosw list" shows what is installed`+more))
		}
	}
	return filter(versions, specs)
}

// installedOf returns the installed versions that specs stand for, or all, newest
// first; each of specs has to stand for one.
func installedOf(in place, specs []gover.Spec) ([]gover.Version, error) {
	installed, err := in.Installed()
	if err != nil {
		return nil, err
	}
	return matching(installed, specs, "")
}
