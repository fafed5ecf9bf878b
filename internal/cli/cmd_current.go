package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/gover"
)

func (a *app) currentCommand() *cobra.Command {
	var asJSON bool
	var format string
	cmd := &cobra.Command{
		Use:   "current",
		Short: "Print the version that applies here",
		Long: `Current prints the version that a go started here would have, or "system" for
the go that is on PATH without gosw. On a terminal it says what set it. If the
go.mod or go.work file here needs a newer one than the pin, it says so.

With --format it prints FORMAT, for prompts and scripts, in which

  %v  is the version: go1.22.5, or system
  %n  is its number: 1.22.5, or system
  %l  is its line: 1.22, or system
  %a  is what was asked for: 1.22, latest, ~> 1.22.3
  %s  is what set it: GO_VERSION, /src/.go-version:1, system
  %r  is its GOROOT; nothing for the system's go
  %m  is ! if it is not installed, else nothing
  %%  is a percent sign

If the version is not installed, FORMAT is printed only if it has %m, with what
is known; the exit code is 1 all the same.`,
		Example: `  gosw current --format 'go %n'
  gosw current --format '%n%m' 2>/dev/null     in a prompt`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case !cmd.Flags().Changed("format"):
				return a.current(asJSON)
			case asJSON:
				return usage(errors.New("current takes --format or --json, not both"), helpHint(cmd))
			}
			return a.currentFormat(format)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().StringVar(&format, "format", "", "print this, with %v and such replaced")
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

func (a *app) current(asJSON bool) error {
	t, err := a.target(nil)
	if err != nil {
		return err
	}
	a.seen(t.choice)
	a.checkMinimum(t)
	if asJSON {
		return a.ui.printJSON(currentJSON{1, t.version, t.choice.Spec.String(), int(t.choice.Rule), t.choice.Source(), t.goroot})
	}
	name := versionName(t.version)
	if isTerminal(a.ui.out) && !t.version.IsZero() {
		name += fmt.Sprintf(" (set by %s)", clean(t.choice.Source()))
	}
	return a.ui.print("%s", name)
}

// checkMinimum says so if the pin is older than the go.mod here allows, or if
// that file does not tell. It decides nothing, so it fails nothing.
func (a *app) checkMinimum(t target) {
	if t.version.IsZero() || !t.choice.Pinned() {
		return
	}
	required, found, err := a.required()
	if err != nil {
		a.ui.note("%v", err)
		return
	}
	if !found || required.Allows(t.version) {
		return
	}
	a.ui.note("%s:%d needs go %s, but %s pins %v", required.File, required.GoLine, required.Go, t.choice.Source(), t.version)
	if spec, err := required.Spec(); err == nil {
		a.ui.hint("install it with %v and change the pin to %s", gosw("install", spec.String()), spec)
	}
}
