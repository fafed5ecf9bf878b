package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/gover"
)

// Argument counts, with errors in our words.

func none(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return &usageError{fmt.Errorf("%s takes no argument, not %q", cmd.Name(), args[0]), helpHint(cmd)}
	}
	return nil
}

func atMostOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return &usageError{fmt.Errorf("%s takes one %s, not %d", cmd.Name(), what, len(args)), helpHint(cmd)}
		}
		return nil
	}
}

func atLeastOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return &usageError{fmt.Errorf("%s needs %s", cmd.Name(), what), helpHint(cmd)}
		}
		return nil
	}
}

// completeInstalled completes installed versions and their lines. Completion
// never uses the network.
func (a *app) completeInstalled(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	path, err := a.path()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	versions, err := path.Installed()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return completions(versions), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// completeRemote completes what the list of releases in the cache has, or the
// one that is built in.
func (a *app) completeRemote(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var versions []gover.Version
	if client, err := a.client(); err == nil {
		versions = client.LocalReleases().Versions
	}
	return append(completions(versions), "latest", "oldstable"), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// completions returns the lines of versions, then the versions, newest first.
func completions(versions []gover.Version) []string {
	newestFirst(versions)
	var lines, numbers []string
	for _, v := range versions {
		// A line stands for its newest release, so one of candidates is nothing.
		if !v.IsPrerelease() && !slices.Contains(lines, v.Line()) {
			lines = append(lines, v.Line())
		}
		numbers = append(numbers, gover.Only(v).String()) // 1.20.0, where Go says 1.20
	}
	return append(lines, numbers...)
}
