package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/toolchain"
)

func (a *app) whyCommand() *cobra.Command {
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
		Args: atMostOne("tool"),
		RunE: func(_ *cobra.Command, args []string) error {
			tool, err := toolArg(args)
			if err != nil {
				return err
			}
			return a.why(tool, asJSON)
		},
		ValidArgs: []string{"go", "gofmt"},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) why(tool string, asJSON bool) error {
	x, err := a.explainer(tool)
	if err != nil {
		return err
	}
	runErr := x.explain()
	if asJSON {
		err = a.ui.printJSON(x.report)
	} else {
		err = a.printWhy(x.report)
	}
	return errors.Join(err, runErr)
}

// An explainer finds out what a whyReport says.
type explainer struct {
	*app
	dir    string // the working directory; "" if it was removed
	path   toolchain.Path
	target target
	report whyReport
	ends   error // what go ends with because of its settings, if it does
}

func (a *app) explainer(tool string) (*explainer, error) {
	path, err := a.path()
	if err != nil {
		return nil, err
	}
	dir, err := a.workingDir()
	if _, value := a.variable(); err != nil && value == "" {
		return nil, err
	}
	x := &explainer{app: a, dir: dir, path: path}
	x.report = whyReport{Schema: 1, Tool: tool, Dir: dir, Places: []found{}, Environment: []whyVariable{}, Problems: []whyProblem{}}
	return x, nil
}

// explain fills the report. The error is the one that a TOOL started here would
// end with.
func (x *explainer) explain() error {
	err := x.decide()
	x.report.Places = append(x.report.Places, x.found(x.path, x.target, x.report.Tool, err == nil)...)
	if err == nil {
		err = x.run()
	}
	x.surroundings()
	if err == nil {
		err = x.ends
	}
	if err != nil {
		x.report.Exit = exitCode(err)
		x.add(severityFatal, err.Error(), hintFor(err))
		last := len(x.report.Problems) - 1
		x.report.Problems = slices.Concat(x.report.Problems[last:], x.report.Problems[:last])
	}
	return err
}

// decide applies the rules, and finds what they say among what is installed.
func (x *explainer) decide() error {
	steps, choice, err := resolve.Trace(x.rules(x.path.Home()), x.dir)
	if err == nil {
		err = sensible(choice)
	}
	x.target.choice = choice
	x.report.addRules(steps, err)
	if err != nil {
		return withCode(err, exitNotInstalled)
	}
	x.report.Chosen = &whyChosen{Spec: choice.Spec.String(), Rule: int(choice.Rule), Source: choice.Source()}
	if x.target, err = x.targetOf(x.path, choice); err != nil {
		return withCode(err, exitNotInstalled)
	}
	x.report.Chosen.Version, x.report.Chosen.GOROOT = x.target.version, x.target.goroot
	return nil
}

// run finds the program that is started, and what it makes of go.mod.
func (x *explainer) run() error {
	tool := x.report.Tool
	starts := "go"
	if tool == "gofmt" {
		starts = tool
	}
	program, err := x.program(x.target, starts)
	if err != nil {
		return withCode(err, exitNotInstalled)
	}
	if x.target.version.IsZero() {
		x.report.Chosen.GOROOT = gorootOf(program)
		x.report.Chosen.Reports = versionOf(program)
	}
	_, how := toolIn(x.report.Chosen.GOROOT, x.target.version, tool)
	if tool == "go" || how == byGoTool || how == byBuild {
		return x.askGo(program)
	}
	if how == byName {
		program = filepath.Join(filepath.Dir(program), tool+toolchain.Exe)
	} else if tool != "gofmt" {
		return withCode(noTool(x.target, tool), exitNotInstalled)
	}
	x.report.Runs = whyRuns{Toolchain: x.report.Chosen.name(), Place: placeStarted, Program: program, GOROOT: x.report.Chosen.GOROOT}
	return nil
}

// noTool is the error of a tool that the toolchain which applies does not have.
func noTool(t target, tool string) error {
	if t.version.IsZero() {
		return withHint(fmt.Errorf("the system's go has no %q", tool), hintf(`"go tool" lists what it has besides go and gofmt`))
	}
	return noProgram(t, tool)
}

// name is the toolchain's name, "" if only running it would tell.
func (c *whyChosen) name() string {
	if c.Version != (gover.Version{}) {
		return c.Version.String()
	}
	return c.Reports
}
