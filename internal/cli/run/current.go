package run

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
)

// Current is "gosw current".
func Current(a *app.App) *cobra.Command {
	var asJSON bool
	var format string
	cmd := &cobra.Command{
		Use:   "current",
		Short: "Print the version used here",
		Long: `Current prints the version that go has in this directory, or "system" for the
next go on PATH that is not gosw's. On a terminal it adds what set it. It says
so if go.mod or go.work needs a newer version than the pin.

--format prints FORMAT, for prompts and scripts, with these replaced: %v version
(go1.22.5), %n number (1.22.5), %l line (1.22), %a what was asked for (latest),
%s what set it (GO_VERSION, /src/.go-version:1), %r GOROOT, %m "!" if it is not
installed, %% a percent sign.

If the version is not installed, current exits with 1, and prints FORMAT only if
it contains %m.`,
		Example: `  gosw current
  gosw current --format '%n%m' 2>/dev/null`,
		Args: cmdline.None,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case !cmd.Flags().Changed("format"):
				return current(a, asJSON)
			case asJSON:
				return failure.Usage(errors.New("current takes --format or --json, not both"), cmdline.HelpHint(cmd))
			}
			return currentFormat(a, format)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().StringVar(&format, "format", "", "print this, with %v and the like replaced")
	cmdline.Name(cmd, "format", "FORMAT")
	return cmd
}

// A currentJSON is what "gosw current --json" prints.
type currentJSON struct {
	Schema  int           `json:"schema"`
	Version gover.Version `json:"version"` // "" for the system's go
	Spec    string        `json:"spec"`    // what was asked for
	Rule    int           `json:"rule"`    // of docs/resolution.md
	Source  string        `json:"source"`  // "GO_VERSION", "/src/.go-version:1", "system"
	GOROOT  string        `json:"goroot"`
}

func current(a *app.App, asJSON bool) error {
	a.Look()
	t, err := a.Target(nil)
	if err != nil {
		return err
	}
	checkMinimum(a, t)
	if asJSON {
		return a.UI.PrintJSON(currentJSON{1, t.Version, t.Choice.Spec.String(), int(t.Choice.Rule), t.Choice.Source(), t.GOROOT})
	}
	name := app.VersionName(t.Version)
	if term.IsTerminal(a.UI.Out) && !t.Version.IsZero() {
		name += fmt.Sprintf(" (set by %s)", term.Clean(t.Choice.Source()))
	}
	return a.UI.Print("%s", name)
}

// checkMinimum says so if the pin is older than the go.mod here allows, or if
// that file does not tell. It decides nothing, so it fails nothing.
func checkMinimum(a *app.App, t app.Target) {
	if t.Version.IsZero() || !t.Choice.Pinned() {
		return
	}
	required, found, err := a.Required()
	if err != nil {
		a.UI.Note("%v", err)
		return
	}
	if !found || required.Allows(t.Version) {
		return
	}
	a.UI.Note("%s:%d requires go >= %s, but %s pins %v", required.File, required.GoLine, required.Go, t.Choice.Source(), t.Version)
	if spec, err := required.Spec(); err == nil {
		a.UI.Hint("install it with %v, then change the pin to %s", command.Gosw("install", spec.String()), spec)
	}
}
