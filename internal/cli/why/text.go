package why

import (
	"cmp"
	"fmt"
	"go/version"
	"path/filepath"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/explain"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/goenv"
	"github.com/gosw/gosw/internal/gomod"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/which"
)

// printWhy prints r for people. What ends everything is not among the lines
// below "look at": it is the error that the command ends with.
func printWhy(a *app.App, r explain.Report) error {
	places := []string{r.Runs.GOROOT}
	for _, f := range r.Places {
		places = append(places, f.Path)
	}
	t := a.Trace(places...)
	summary(t, r)
	rules(t, r.Rules)
	chosen(t, r.Chosen)
	showSwitching(t, r)
	path(t, r)
	if len(r.Environment) > 0 {
		t.Head("environment")
		for _, v := range r.Environment {
			t.Line("%s=%s: %s", v.Name, v.Text, v.Effect)
			if v.File != "" {
				t.Line("  %s:%d", v.File, v.Line)
			}
		}
	}
	problems(t, r.Problems)
	return a.UI.Show(t.Lines)
}

// summary is the answer: the toolchain, its program and where it comes from.
func summary(t *term.Trace, r explain.Report) {
	name := cmp.Or(r.Runs.Toolchain, "a go of unknown version")
	switch r.Runs.Place {
	case "":
		t.Head("%s: nothing runs here", r.Tool)
		return
	case explain.PlaceDownload:
		t.Head("%s: %s, which go must download first", r.Tool, name)
		return
	}
	t.Head("%s: %s", r.Tool, name)
	switch {
	case r.Runs.Program != "" && r.Runs.How == which.ByBuild:
		t.Line("built from %s by \"go tool %s\"", r.Runs.Program, r.Tool)
	case r.Runs.Program != "" && r.Runs.How == which.ByGoTool:
		t.Line("%s", r.Runs.Program)
		t.Line("started by \"go tool %s\"", r.Tool)
	case r.Runs.Program != "":
		t.Line("%s", r.Runs.Program)
	default:
		t.Line("it has no %s", r.Tool)
	}
	if r.Runs.Place != explain.PlaceStarted && r.Chosen != nil {
		t.Line("%s switches to it (%s)", cmp.Or(r.Chosen.Name(), "go"), r.Runs.Place)
	}
	if r.Shadowed {
		t.Line("but it is not first on PATH: see below")
	}
}

// rules prints a line for each place, but one for all directories in a row that
// have no pin file, and none for the files that a directory with another one lacks.
func rules(t *term.Trace, rules []explain.Rule) {
	t.Head("rules")
	number := resolve.Rule(0)
	line := func(rule explain.Rule, text string) {
		mark := " "
		if rule.Rule != number {
			mark, number = fmt.Sprint(int(rule.Rule)), rule.Rule
		}
		st := term.Plain
		switch rule.Outcome {
		case resolve.Decides:
			st = term.Current
		case resolve.Broken:
			st = term.Bad
		case resolve.NotThere, resolve.NotAsked:
			st = term.Faint
		}
		t.Styled(st, "%s"+term.Glue+"%s", mark, text)
	}
	for len(rules) > 0 {
		first, n := rules[0], emptyDirs(rules)
		if n > 0 {
			text := filepath.Dir(first.Place)
			if last := filepath.Dir(rules[n-1].Place); last != text {
				text += " up to " + last
			}
			line(first, text+": no pin file")
		}
		for n == 0 || n < len(rules) && neighbours(first, rules[n]) {
			if rule := rules[n]; n == 0 && first.Rule != resolve.FromFile || rule.Outcome != resolve.NotThere {
				line(rule, text(rule))
			}
			n++
		}
		rules = rules[n:]
	}
}

// text is the place and what it said.
func text(r explain.Rule) string {
	place, said := r.Place, string(r.Outcome)
	if r.Line > 0 {
		place += fmt.Sprintf(":%d", r.Line)
	}
	switch {
	case r.Outcome == resolve.NotThere && r.Rule == resolve.FromEnv:
		said = "not set"
	case r.Outcome == resolve.Silent:
		said = "does not mention Go"
	case r.Outcome == resolve.Decides && r.Rule == resolve.FromSystem:
		said = "the next go there (this decides)"
	case r.Outcome == resolve.Decides:
		said = r.Spec + " (this decides)"
	case r.Outcome == resolve.Broken:
		said = r.Error + " (the search ends)"
	}
	return place + ": " + said
}

// emptyDirs returns how many rules at the head of rules are those of directories
// without any pin file.
func emptyDirs(rules []explain.Rule) int {
	n := 0
	for n < len(rules) && rules[n].Rule == resolve.FromFile {
		end := n
		for end < len(rules) && neighbours(rules[n], rules[end]) && rules[end].Outcome == resolve.NotThere {
			end++
		}
		if end < len(rules) && neighbours(rules[n], rules[end]) { // and is there
			break
		}
		n = end
	}
	return n
}

// neighbours reports whether both are pin files of one directory.
func neighbours(a, b explain.Rule) bool {
	return a.Rule == resolve.FromFile && b.Rule == resolve.FromFile && filepath.Dir(a.Place) == filepath.Dir(b.Place)
}

// chosen says what the spec of the rule stands for.
func chosen(t *term.Trace, c *explain.Chosen) {
	if c == nil {
		return
	}
	t.Head("version")
	spec, err := gover.ParseSpec(c.Spec)
	switch {
	case err == nil && spec.Kind() == gover.System && c.GOROOT == "":
		t.Line("system: the next go on PATH")
	case err == nil && spec.Kind() == gover.System:
		t.Line("system: %s, in %s", cmp.Or(c.Reports, "of unknown version"), c.GOROOT)
	case c.Version.IsZero():
		t.Line("%s: not installed", c.Spec)
	case err == nil && spec.Kind() == gover.Exact:
		t.Line("%s: installed", c.Version)
	default:
		t.Line("%s: %s is the newest installed", c.Spec, c.Version)
	}
	if c.GOROOT != "" && !c.Version.IsZero() {
		t.Line("%s", c.GOROOT)
	}
}

// showSwitching says what go makes of GOTOOLCHAIN and go.mod.
func showSwitching(t *term.Trace, r explain.Report) {
	s := r.Switching
	if s == nil {
		return
	}
	t.Head("go's own switching")
	v := s.GOTOOLCHAIN
	switch {
	case version.Compare(r.Chosen.Name(), "go1.21") < 0:
		t.Line("releases before go1.21 can't switch")
	case v.Text == "":
		t.Line("GOTOOLCHAIN: not set, nor in go.env")
	case v.Origin == explain.ByGosw:
		t.Line("GOTOOLCHAIN=%s: set by gosw, so go keeps to the pin", v.Text)
	default:
		t.Line("GOTOOLCHAIN=%s%s", v.Text, from(v))
	}
	modFile(t, s.File)
	for _, line := range s.Said {
		t.Line("go: %s", line)
	}
	t.Line("%s", verdict(r))
}

func modFile(t *term.Trace, f *gomod.Requirement) {
	switch {
	case f == nil:
		t.Line("no go.mod, no go.work")
		return
	case f.GoLine == 0 && f.ToolchainLine == 0:
		t.Line("%s: no go line", f.File)
	}
	if f.GoLine > 0 {
		t.Line("%s:%d: go %s", f.File, f.GoLine, f.Go)
	}
	if f.ToolchainLine > 0 {
		t.Line("%s:%d: toolchain %s", f.File, f.ToolchainLine, f.Toolchain)
	}
}

// verdict is the last line of the trace of switching.
func verdict(r explain.Report) string {
	switch r.Runs.Place {
	case "":
		return "go fails"
	case explain.PlaceStarted:
		return r.Chosen.Name() + " stays"
	case explain.PlaceDownload:
		return r.Runs.Toolchain + " must be downloaded"
	}
	return fmt.Sprintf("%s runs in its place", r.Runs.Toolchain)
}

// from says where the value stands.
func from(v goenv.Value) string {
	if v.File == "" {
		return " (environment)"
	}
	return fmt.Sprintf(" (%s:%d)", v.File, v.Line)
}

func path(t *term.Trace, r explain.Report) {
	t.Head("PATH")
	list := r.OnPath()
	if len(list) == 0 {
		t.Line("no %s", r.Tool)
	}
	for i, f := range list {
		text := f.String()
		switch {
		case f.Kind == which.Other && i == 0:
			text = "first, this runs"
		case f.Kind == which.Other && f.Wins:
			text = "the system's, this runs"
		case f.Kind == which.Other:
			text = "behind"
		}
		t.Line("%s: %s", f.Path, text)
	}
	if r.Tool == "go" || r.Tool == "gofmt" {
		t.Line("gosw can't see aliases and functions:")
		t.Line("your shell shows them with \"type %s\"", r.Tool)
	}
}

func problems(t *term.Trace, problems []explain.Problem) {
	headed := false
	for _, p := range problems {
		if p.Severity == explain.SeverityFatal {
			continue
		}
		if !headed {
			t.Head("look at")
			headed = true
		}
		st := term.Doubt
		if p.Severity == explain.SeverityNote {
			st = term.Special
		}
		t.Marked(st, p.Severity, ": "+p.Cause)
		if p.Fix != "" {
			t.Verbatim("    %s", p.Fix)
		}
	}
}
