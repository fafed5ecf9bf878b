// Package explain finds out which go runs here and why, for "gosw why" and for
// "gosw doctor". It changes nothing, prints nothing and uses no network.
package explain

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/which"
)

// An Explainer finds out what a whyReport says.
type Explainer struct {
	*app.App
	dir    string // the working directory; "" if it was removed
	Path   toolchain.Path
	Target app.Target
	Report Report
	Ends   error // what go ends with because of its settings, if it does
}

// New returns an Explainer for what tool stands for in the working directory.
func New(a *app.App, tool string) (*Explainer, error) {
	path, err := a.Path()
	if err != nil {
		return nil, err
	}
	dir, err := a.WorkingDir()
	if _, value := a.Variable(); err != nil && value == "" {
		return nil, err
	}
	x := &Explainer{App: a, dir: dir, Path: path}
	x.Report = Report{Schema: 1, Tool: tool, Dir: dir, Places: []which.Program{}, Environment: []Variable{}, Problems: []Problem{}}
	return x, nil
}

// Explain fills the report. The error is the one that a TOOL started here would
// end with.
func (x *Explainer) Explain() error {
	err := x.Decide()
	x.Report.Places = append(x.Report.Places, x.Programs(x.Path, x.Target, x.Report.Tool, err == nil)...)
	if err == nil {
		err = x.Run()
	}
	x.surroundings()
	if err == nil {
		err = x.Ends
	}
	if err != nil {
		x.Report.Exit = failure.Code(err)
		x.add(SeverityFatal, err.Error(), app.HintFor(err))
		last := len(x.Report.Problems) - 1
		x.Report.Problems = slices.Concat(x.Report.Problems[last:], x.Report.Problems[:last])
	}
	return err
}

// Decide applies the rules, and finds what they say among what is installed.
func (x *Explainer) Decide() error {
	steps, choice, err := resolve.Trace(x.Rules(x.Path.Home()), x.dir)
	if err == nil {
		err = app.Sensible(choice)
	}
	x.Target.Choice = choice
	x.Report.addRules(steps, err)
	if err != nil {
		return failure.WithCode(x.Blame(err, nil), failure.CodeNotInstalled)
	}
	x.Report.Chosen = &Chosen{Spec: choice.Spec.String(), Rule: int(choice.Rule), Source: choice.Source()}
	if x.Target, err = x.TargetOf(x.Path, choice); err != nil {
		return failure.WithCode(x.Blame(err, nil), failure.CodeNotInstalled)
	}
	x.Report.Chosen.Version, x.Report.Chosen.GOROOT = x.Target.Version, x.Target.GOROOT
	return nil
}

// Run finds the program that is started, and what it makes of go.mod.
func (x *Explainer) Run() error {
	tool := x.Report.Tool
	starts := "go"
	if tool == "gofmt" {
		starts = tool
	}
	program, err := x.Program(x.Target, starts)
	if err != nil {
		return failure.WithCode(err, failure.CodeNotInstalled)
	}
	if x.Target.Version.IsZero() {
		x.Report.Chosen.GOROOT = which.GOROOT(program)
		x.Report.Chosen.Reports = which.Reports(program)
	}
	_, how := which.In(x.Report.Chosen.GOROOT, x.Target.Version, tool)
	if tool == "go" || how == which.ByGoTool || how == which.ByBuild {
		return x.askGo(program)
	}
	if how == which.ByName {
		program = filepath.Join(filepath.Dir(program), tool+toolchain.Exe)
	} else if tool != "gofmt" {
		return failure.WithCode(noTool(x.Target, tool), failure.CodeNotInstalled)
	}
	x.Report.Runs = Runs{Toolchain: x.Report.Chosen.Name(), Place: PlaceStarted, Program: program, GOROOT: x.Report.Chosen.GOROOT}
	return nil
}

// noTool is the error of a tool that the toolchain which applies does not have.
func noTool(t app.Target, tool string) error {
	if t.Version.IsZero() {
		return failure.WithHint(fmt.Errorf("the system's go has no %q", tool), command.Hintf(`it has go, gofmt and what "go tool" lists`))
	}
	return app.NoProgram(t, tool)
}

// Name is the toolchain's name, "" if only running it would tell.
func (c *Chosen) Name() string {
	return cmp.Or(c.Version.String(), c.Reports)
}
