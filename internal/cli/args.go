package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/gover"
)

// Argument counts, with errors in our words.

func none(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(fmt.Errorf("%s takes no argument, not %q", cmd.Name(), args[0]), helpHint(cmd))
	}
	return nil
}

func atMostOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usage(fmt.Errorf("%s takes one %s, not %d", cmd.Name(), what, len(args)), helpHint(cmd))
		}
		return nil
	}
}

func atLeastOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage(fmt.Errorf("%s needs %s", cmd.Name(), what), helpHint(cmd))
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

// completeOne is completeInstalled for commands that take one version.
func (a *app) completeOne(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.completeInstalled(cmd, args, typed)
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

// completeInstall is completeRemote, and files where what is typed begins no
// version.
func (a *app) completeInstall(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	values, directive := a.completeRemote(cmd, args, typed)
	if !slices.ContainsFunc(values, func(value string) bool { return strings.HasPrefix(value, typed) }) {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return values, directive
}

// completeExec completes the version of "gosw exec", and leaves its command to
// the shell.
func (a *app) completeExec(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return a.completeInstalled(cmd, args, typed)
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
