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
		Long: `Why explains which Go runs here, why, and how to change it: what each rule
found, which version that means, what go.mod, go.work and GOTOOLCHAIN make go
do, and which other go is on PATH. It names each problem with the command that
fixes it.

TOOL is go, gofmt or another tool of Go, such as compile.

It exits with the code that TOOL itself would end with before it does any work:
0 if it runs, 127 if there is nothing to run, 1 or 2 if go can't switch to the
version it needs or can't read its settings. It changes nothing and works
offline.`,
		Example: `  gosw why
  gosw why gofmt`,
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
