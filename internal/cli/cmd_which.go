package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) whichCommand() *cobra.Command {
	var asJSON, all bool
	cmd := &cobra.Command{
		Use:   "which [TOOL]",
		Short: "Print the path of the go, or another tool, that applies here",
		Long: `Which prints the path of a tool of the version that applies here. With --all it
prints each place where TOOL is found: first that one, then those on PATH, in
the order of PATH, each with what it is and whether it is the one that runs.`,
		Example: `  gosw which
  gosw which gofmt
  gosw which --all`,
		Args: atMostOne("tool"),
		RunE: func(_ *cobra.Command, args []string) error {
			tool, err := toolArg(args)
			switch {
			case err != nil:
				return err
			case all:
				return a.whichAll(tool, asJSON)
			}
			return a.which(tool, asJSON)
		},
		ValidArgs: []string{"go", "gofmt"},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVarP(&all, "all", "a", false, "print each place where it is found")
	return cmd
}

// toolArg returns the tool that args name, go if they name none.
func toolArg(args []string) (string, error) {
	if len(args) == 0 {
		return "go", nil
	}
	tool := args[0]
	if tool == "" || tool != filepath.Base(tool) || tool[0] == '.' || strings.ContainsRune(tool, 0) {
		return "", usage(fmt.Errorf("%q is not the name of a tool", tool), hintf(`run "gosw which go"`))
	}
	return tool, nil
}

func (a *app) which(tool string, asJSON bool) error {
	t, err := a.target(nil)
	if err != nil {
		return err
	}
	program, err := a.program(t, tool)
	if err != nil {
		return err
	}
	if asJSON {
		return a.ui.printJSON(map[string]any{"schema": 1, "tool": tool, "path": program, "version": t.version})
	}
	return a.ui.printText(program)
}

// A whichAllJSON is what "gosw which --all --json" prints.
type whichAllJSON struct {
	Schema int     `json:"schema"`
	Tool   string  `json:"tool"`
	Places []found `json:"places"`
}

// whichAll prints each place of tool. What is on PATH is worth printing also
// where the rules end with an error.
func (a *app) whichAll(tool string, asJSON bool) error {
	path, err := a.path()
	if err != nil {
		return err
	}
	t, targetErr := a.target(nil)
	places := a.found(path, t, tool, targetErr == nil)
	if len(places) == 0 && targetErr == nil {
		return noProgram(t, tool)
	}
	if asJSON {
		err := a.ui.printJSON(whichAllJSON{1, tool, append([]found{}, places...)})
		return errors.Join(err, targetErr)
	}
	for _, text := range a.formatFound(places) {
		if err := a.ui.print("%s", clean(text)); err != nil {
			return err
		}
	}
	return targetErr
}

// formatFound returns the lines for places: their paths and what they are, in
// columns for a terminal that has room and one below the other where it has not;
// elsewhere a line each, with a tab between them.
func (a *app) formatFound(places []found) []string {
	widest, width := 0, 0
	for _, place := range places {
		widest = max(widest, len(place.Path))
		width = max(width, len(place.String()))
	}
	screen, _ := a.ui.screen()
	var lines []string
	for _, place := range places {
		switch columns := screen.width; {
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
