package cli

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/term"
)

// A group is a part of the list of commands in "gosw help", most used first.
type group struct {
	title    string
	commands []*cobra.Command
}

// usualWidth is how wide a help text is that does not go to a terminal.
const usualWidth = 80

// showHelp writes the help of cmd, as wide as the terminal but no wider than text is
// easy to read. groups are those of the root command.
func showHelp(a *app.App, cmd *cobra.Command, groups []group) {
	s, ok := a.UI.Screen()
	if !ok || s.Width == 0 || s.Width > usualWidth+20 {
		s.Width = usualWidth
	}
	_, _ = fmt.Fprintln(cmd.OutOrStdout(), strings.Join(helpLines(s, cmd, groups), "\n"))
}

// helpLines is the help of cmd: its text, then sections.
func helpLines(s term.Screen, cmd *cobra.Command, groups []group) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(cmp.Or(cmd.Long, cmd.Short), "\n\n") {
		lines = append(lines, s.Wrap(strings.ReplaceAll(paragraph, "\n", " "), 0)...)
		lines = append(lines, "")
	}
	section := func(title string, rows [][2]string) {
		if len(rows) > 0 {
			lines = append(append(append(lines, s.Paint(term.Strong, title+":")), columns(s, rows)...), "")
		}
	}
	if cmd.HasParent() {
		section("Usage", [][2]string{{cmd.UseLine()}})
	}
	if len(cmd.Aliases) > 0 {
		section("Also called", [][2]string{{strings.Join(cmd.Aliases, ", ")}})
	}
	if cmd.HasParent() {
		groups = []group{{"Commands", cmd.Commands()}}
	}
	for _, g := range groups {
		var rows [][2]string
		for _, c := range g.commands {
			if c.IsAvailableCommand() {
				rows = append(rows, [2]string{c.Name(), c.Short})
			}
		}
		section(g.title, rows)
	}
	var examples [][2]string
	for example := range strings.Lines(cmd.Example) {
		examples = append(examples, [2]string{strings.TrimSpace(example)})
	}
	section("Examples", examples)
	section("Flags", flagRows(cmd.LocalFlags()))
	if !cmd.HasParent() {
		return append(lines, s.Wrap(`Run "gosw help COMMAND" for more on a command.`, 0)...)
	}
	return lines[:len(lines)-1]
}

// columns sets rows of two texts side by side. The second one breaks between words; the
// first, which is to be typed, does not.
func columns(s term.Screen, rows [][2]string) []string {
	wide := len("uninstall") // so that the groups of commands stand in line
	for _, row := range rows {
		if row[1] != "" {
			wide = max(wide, term.Columns(row[0]))
		}
	}
	var lines []string
	for _, row := range rows {
		text := "  " + row[0]
		if row[1] == "" {
			lines = append(lines, text)
			continue
		}
		text += strings.Repeat(" ", wide-term.Columns(row[0])+3) + row[1]
		lines = append(lines, s.Wrap(text, wide+5)...)
	}
	return lines
}

// flagRows are the flags with what they do. What takes a value names it.
func flagRows(flags *pflag.FlagSet) [][2]string {
	var rows [][2]string
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		text := "    --" + f.Name
		if f.Shorthand != "" {
			text = "-" + f.Shorthand + ", --" + f.Name
		}
		switch kind := f.Value.Type(); {
		case kind == "bool":
		case f.NoOptDefVal != "":
			text += "[=" + kind + "]"
		default:
			text += " " + kind
		}
		rows = append(rows, [2]string{text, f.Usage})
	})
	return rows
}

// helpCommand is cobra's, but that a command that is not there is an error.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Explain a command",
		Long: `Help explains gosw, or one of its commands. The manual pages gosw(1),
gosw-install(1) and so on say the same, where they are installed.`,
		Example: `  gosw help
  gosw help install`,
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return cmdline.UnknownCommand(cmd.Root(), args)
			}
			found.InitDefaultHelpFlag()
			found.InitDefaultVersionFlag()
			return found.Help()
		},
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			return cmdline.CommandNames(cmd.Root()), cobra.ShellCompDirectiveNoFileComp
		},
	}
}
