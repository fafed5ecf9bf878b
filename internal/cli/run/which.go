package run

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/which"
)

// Which is "gosw which".
func Which(a *app.App) *cobra.Command {
	var asJSON, all bool
	cmd := &cobra.Command{
		Use:   "which [TOOL]",
		Short: "Print the path of the go used here",
		Long: `Which prints the path of go, or of TOOL, in the version used here. --all prints
every place where TOOL is found: first that one, then those on PATH in its
order, each with what it is and whether it is the one that runs.`,
		Example: `  gosw which gofmt
  gosw which --all`,
		Args: cmdline.AtMostOne("tool"),
		RunE: func(_ *cobra.Command, args []string) error {
			a.Look()
			tool, err := cmdline.ToolArg(args)
			switch {
			case err != nil:
				return err
			case all:
				return whichAll(a, tool, asJSON)
			}
			return printWhich(a, tool, asJSON)
		},
		ValidArgs: []string{"go", "gofmt"},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVarP(&all, "all", "a", false, "print every place where it is found")
	return cmd
}

func printWhich(a *app.App, tool string, asJSON bool) error {
	t, err := a.Target(nil)
	if err != nil {
		return err
	}
	program, err := a.Program(t, tool)
	if err != nil {
		return err
	}
	if asJSON {
		return a.UI.PrintJSON(map[string]any{"schema": 1, "tool": tool, "path": program, "version": t.Version})
	}
	return a.UI.PrintText(program)
}

// A whichAllJSON is what "gosw which --all --json" prints.
type whichAllJSON struct {
	Schema int             `json:"schema"`
	Tool   string          `json:"tool"`
	Places []which.Program `json:"places"`
}

// whichAll prints each place of tool. What is on PATH is worth printing also
// where the rules end with an error.
func whichAll(a *app.App, tool string, asJSON bool) error {
	path, err := a.Path()
	if err != nil {
		return err
	}
	t, targetErr := a.Target(nil)
	places := a.Programs(path, t, tool, targetErr == nil)
	if len(places) == 0 && targetErr == nil {
		return app.NoProgram(t, tool)
	}
	if asJSON {
		err := a.UI.PrintJSON(whichAllJSON{1, tool, append([]which.Program{}, places...)})
		return errors.Join(err, targetErr)
	}
	return cmp.Or(term.PrintEach(a.UI, formatFound(a, places), term.Clean), targetErr)
}

// formatFound returns the lines for places: their paths and what they are, in
// columns for a terminal that has room and one below the other where it has not;
// elsewhere a line each, with a tab between them.
func formatFound(a *app.App, places []which.Program) []string {
	widest, width := 0, 0
	for _, place := range places {
		widest = max(widest, len(place.Path))
		width = max(width, len(place.String()))
	}
	screen, _ := a.UI.Screen()
	var lines []string
	for _, place := range places {
		switch columns := screen.Width; {
		case columns == 0:
			lines = append(lines, place.Path+"\t"+place.String())
		case widest+2+width <= columns:
			lines = append(lines, fmt.Sprintf("%-*s  %s", widest, place.Path, place))
		default:
			lines = append(lines, place.Path, "  "+place.String())
		}
	}
	return lines
}
