package cmdline

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/spelling"
)

// UnknownCommand names the command that args, which begin with none, may have
// been meant for.
func UnknownCommand(root *cobra.Command, args []string) error {
	hint := HelpHint(root)
	if habit, ok := habitHint(args); ok {
		hint = habit
	} else if near := spelling.Nearest(args[0], CommandNames(root)); near != "" {
		hint = didYouMean(append([]string{near}, args[1:]...))
	} else if version := cmp.Or(spelling.Version(args[0]), args[0]); spelling.IsVersion(version) && len(args) > 1 {
		hint = didYouMean(append([]string{"exec", version, "--"}, args[1:]...))
	} else if spelling.IsVersion(version) {
		hint = command.Hintf("did you mean %v or %v?", command.Gosw("install", version), command.Gosw("use", version))
	}
	return failure.Usage(fmt.Errorf("unknown command %q", args[0]), hint)
}

// CommandNames returns the commands that help lists.
func CommandNames(root *cobra.Command) []string {
	var names []string
	for _, command := range root.Commands() {
		if command.IsAvailableCommand() {
			names = append(names, command.Name())
		}
	}
	return names
}

// FlagError words what is wrong with a flag of cmd.
func FlagError(a *app.App, cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var value *pflag.InvalidValueError
	mistake := failure.UsageIn(err)
	switch {
	case mistake != nil: // from a value that knows better
		return mistake
	case !cmd.HasParent() && len(a.Inv.Args) > 0 && !strings.HasPrefix(a.Inv.Args[0], "-"):
		return UnknownCommand(cmd, a.Inv.Args)
	case errors.As(err, &value):
		err = fmt.Errorf("--%s can't be %q", value.GetFlag().Name, value.GetValue())
	case errors.As(err, &unknown):
		if hint, ok := flagHint(cmd.Name(), unknown.GetSpecifiedName(), plainArgs(a), flagNames(cmd)); ok {
			return failure.Usage(err, hint)
		}
	}
	return failure.Usage(err, HelpHint(cmd))
}

// plainArgs are the arguments of the command that are no flags.
func plainArgs(a *app.App) []string {
	return slices.DeleteFunc(slices.Clone(a.Inv.Args[1:]), func(arg string) bool { return strings.HasPrefix(arg, "-") })
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	return names
}
