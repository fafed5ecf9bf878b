// Package why is "gosw why": it prints what internal/cli/explain has found.
package why

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/explain"
)

// Command is "gosw why".
func Command(a *app.App) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "why [TOOL]",
		Short: "Explain which go runs here, and why",
		Long: `Why prints how it comes that a go started here is the one it is: what each rule
looked at and found, the version that this stands for, what go.mod, go.work and
GOTOOLCHAIN then make go do, and what else is on PATH by that name. Where
something is wrong it names the cause and the command that mends it.

TOOL is go, gofmt or another tool of the toolchain, such as compile.

The exit code is that of a TOOL started here, as far as it is decided before
TOOL does its work: 0 if it runs, 127 if there is nothing to run, such as a
version that is not installed, and 1 or 2 if go can't get the toolchain that it
has to switch to, or can't take its settings. Nothing is changed, and the network
is not used.`,
		Example: `  gosw why
  gosw why gofmt
  gosw why --json`,
		Args: cmdline.AtMostOne("tool"),
		RunE: func(_ *cobra.Command, args []string) error {
			tool, err := cmdline.ToolArg(args)
			if err != nil {
				return err
			}
			return why(a, tool, asJSON)
		},
		ValidArgs: []string{"go", "gofmt"},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func why(a *app.App, tool string, asJSON bool) error {
	a.Look()
	x, err := explain.New(a, tool)
	if err != nil {
		return err
	}
	runErr := x.Explain()
	if asJSON {
		err = a.UI.PrintJSON(x.Report)
	} else {
		err = printWhy(a, x.Report)
	}
	return errors.Join(err, runErr)
}
