// Package cmdline reads what is typed: arguments, flags that many commands
// have, versions and what is installed of them. It completes them, and guesses
// what was meant by what it can't read.
package cmdline

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
)

// Argument counts, with errors in our words.

// None is for commands that take no argument.
func None(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return failure.Usage(fmt.Errorf("%s takes no argument, not %q", cmd.Name(), args[0]), HelpHint(cmd))
	}
	return nil
}

// AtMostOne is for commands that take one argument, which what names, or none.
func AtMostOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return failure.Usage(fmt.Errorf("%s takes one %s, not %d", cmd.Name(), what, len(args)), HelpHint(cmd))
		}
		return nil
	}
}

// AtLeastOne is for commands that need an argument, which what names.
func AtLeastOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return failure.Usage(fmt.Errorf("%s needs %s", cmd.Name(), what), HelpHint(cmd))
		}
		return nil
	}
}

// CompleteInstalled completes installed versions and their lines. Completion
// never uses the network.
func CompleteInstalled(a *app.App) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		path, err := a.Path()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		versions, err := path.Installed()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return completions(versions), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// CompleteOne is [CompleteInstalled] for commands that take one version.
func CompleteOne(a *app.App) cobra.CompletionFunc {
	return firstOnly(a, cobra.ShellCompDirectiveNoFileComp)
}

// CompleteExec completes the version of "gosw exec", and leaves its command to
// the shell.
func CompleteExec(a *app.App) cobra.CompletionFunc {
	return firstOnly(a, cobra.ShellCompDirectiveDefault)
}

// firstOnly completes one installed version; more is for rest to say.
func firstOnly(a *app.App, rest cobra.ShellCompDirective) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, rest
		}
		return CompleteInstalled(a)(cmd, args, typed)
	}
}

// CompleteRemote completes what the list of releases in the cache has, or the
// one that is built in; betas and release candidates only where what is typed asks for
// one.
func CompleteRemote(a *app.App) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		var versions []gover.Version
		if client, err := a.Client(); err == nil {
			versions = asked(client.LocalReleases().Versions, typed)
		}
		return append(completions(versions), "latest", "oldstable"), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// asked leaves betas and release candidates out, unless typed names one, or nothing
// else begins so.
func asked(versions []gover.Version, typed string) []gover.Version {
	if strings.ContainsAny(typed, "rb") {
		return versions
	}
	releases := slices.DeleteFunc(slices.Clone(versions), gover.Version.IsPrerelease)
	if slices.ContainsFunc(releases, func(v gover.Version) bool { return strings.HasPrefix(gover.Only(v).String(), typed) }) {
		return releases
	}
	return versions
}

// CompleteInstall is [CompleteRemote], and files where what is typed begins no
// version.
func CompleteInstall(a *app.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		values, directive := CompleteRemote(a)(cmd, args, typed)
		if !slices.ContainsFunc(values, func(value string) bool { return strings.HasPrefix(value, typed) }) {
			return nil, cobra.ShellCompDirectiveDefault
		}
		return values, directive
	}
}

// completions returns the lines of versions, then the versions, newest first.
func completions(versions []gover.Version) []string {
	gover.NewestFirst(versions)
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

// ToolArg returns the tool that args name, go if they name none.
func ToolArg(args []string) (string, error) {
	if len(args) == 0 {
		return "go", nil
	}
	tool := args[0]
	if tool == "" || tool != filepath.Base(tool) || tool[0] == '.' || strings.ContainsRune(tool, 0) {
		return "", failure.Usage(fmt.Errorf("%q is not the name of a tool", tool), command.Hintf(`run "gosw which go"`))
	}
	return tool, nil
}

// HelpHint names the command that shows cmd's help.
func HelpHint(cmd *cobra.Command) command.Hint {
	return command.ToRun(append(strings.Fields(cmd.CommandPath()), "--help")...)
}
