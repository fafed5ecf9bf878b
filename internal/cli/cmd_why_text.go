package cli

import (
	"cmp"
	"fmt"
	"go/version"
	"path/filepath"
	"slices"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
)

// printWhy prints r for people. What ends everything is not among the lines
// below "look at": it is the error that the command ends with.
func (a *app) printWhy(r whyReport) error {
	s, _ := a.ui.screen()
	home, _ := a.userHome()
	t := &trace{screen: s, home: home, paths: keepWhole(r.paths())}
	t.summary(r)
	t.rules(r.Rules)
	t.chosen(r.Chosen)
	t.switching(r)
	t.path(r)
	if len(r.Environment) > 0 {
		t.head("environment")
		for _, v := range r.Environment {
			t.line("%s=%s: %s", v.Name, v.Value, v.Effect)
			if v.File != "" {
				t.line("  %s:%d", v.File, v.Line)
			}
		}
	}
	t.problems(r.Problems)
	return a.ui.show(t.lines)
}

// paths are those that the text of r may have.
func (r whyReport) paths() []string {
	all := []string{r.Dir, r.Runs.Program, r.Runs.GOROOT}
	for _, rule := range r.Rules {
		all = append(all, rule.Place)
	}
	for _, place := range r.Places {
		all = append(all, place.Path)
	}
	for _, v := range r.Environment {
		all = append(all, v.File, v.Value)
	}
	if r.Chosen != nil {
		all = append(all, r.Chosen.GOROOT)
	}
	if s := r.Switching; s != nil {
		all = append(all, s.GOTOOLCHAIN.File)
		if s.File != nil {
			all = append(all, s.File.Path)
		}
	}
	return slices.DeleteFunc(all, func(path string) bool { return !filepath.IsAbs(path) })
}

// summary is the answer: the toolchain, its program and where it comes from.
func (t *trace) summary(r whyReport) {
	name := cmp.Or(r.Runs.Toolchain, "a go of unknown version")
	switch r.Runs.Place {
	case "":
		t.head("%s: nothing runs here", r.Tool)
		return
	case placeDownload:
		t.head("%s: %s, which go has yet to download", r.Tool, name)
		return
	}
	t.head("%s: %s", r.Tool, name)
	switch {
	case r.Runs.Program != "" && r.Runs.How == byBuild:
		t.line("built from %s by \"go tool %s\"", r.Runs.Program, r.Tool)
	case r.Runs.Program != "" && r.Runs.How == byGoTool:
		t.line("%s", r.Runs.Program)
		t.line("started by \"go tool %s\"", r.Tool)
	case r.Runs.Program != "":
		t.line("%s", r.Runs.Program)
	default:
		t.line("it has no %s", r.Tool)
	}
	if r.Runs.Place != placeStarted && r.Chosen != nil {
		t.line("%s switches to it (%s)", cmp.Or(r.Chosen.name(), "go"), r.Runs.Place)
	}
	if r.shadowed {
		t.line("but PATH does not lead to it: look below")
	}
}

// rules prints a line for each place, but one for all directories in a row that
// have no pin file, and none for the files that a directory with another one lacks.
func (t *trace) rules(rules []whyRule) {
	t.head("rules")
	number := resolve.Rule(0)
	line := func(rule whyRule, text string) {
		mark := " "
		if rule.Rule != number {
			mark, number = fmt.Sprint(int(rule.Rule)), rule.Rule
		}
		st := plain
		switch rule.Outcome {
		case resolve.Decides:
			st = current
		case resolve.Broken:
			st = bad
		case resolve.NotThere, resolve.NotAsked:
			st = faint
		}
		t.styled(st, "%s"+glue+"%s", mark, text)
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
				line(rule, rule.text())
			}
			n++
		}
		rules = rules[n:]
	}
}

// text is the place and what it said.
func (r whyRule) text() string {
	place, said := r.Place, string(r.Outcome)
	if r.Line > 0 {
		place += fmt.Sprintf(":%d", r.Line)
	}
	switch {
	case r.Outcome == resolve.NotThere && r.Rule == resolve.FromEnv:
		said = "not set"
	case r.Outcome == resolve.Silent:
		said = "nothing about Go"
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
func emptyDirs(rules []whyRule) int {
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
func neighbours(a, b whyRule) bool {
	return a.Rule == resolve.FromFile && b.Rule == resolve.FromFile && filepath.Dir(a.Place) == filepath.Dir(b.Place)
}

// chosen says what the spec of the rule stands for.
func (t *trace) chosen(c *whyChosen) {
	if c == nil {
		return
	}
	t.head("version")
	spec, err := gover.ParseSpec(c.Spec)
	switch {
	case err == nil && spec.Kind() == gover.System && c.GOROOT == "":
		t.line("system: the next go on PATH")
	case err == nil && spec.Kind() == gover.System:
		t.line("system: %s, in %s", cmp.Or(c.Reports, "of unknown version"), c.GOROOT)
	case c.Version.IsZero():
		t.line("%s: not installed", c.Spec)
	case err == nil && spec.Kind() == gover.Exact:
		t.line("%s: installed", c.Version)
	default:
		t.line("%s: %s is the newest installed", c.Spec, c.Version)
	}
	if c.GOROOT != "" && !c.Version.IsZero() {
		t.line("%s", c.GOROOT)
	}
}

// switching says what go makes of GOTOOLCHAIN and go.mod.
func (t *trace) switching(r whyReport) {
	s := r.Switching
	if s == nil {
		return
	}
	t.head("go's own switching")
	v := s.GOTOOLCHAIN
	switch {
	case version.Compare(r.Chosen.name(), "go1.21") < 0:
		t.line("releases before go1.21 have none")
	case v.Value == "":
		t.line("GOTOOLCHAIN: not set, also not in go.env")
	case v.Origin == "gosw":
		t.line("GOTOOLCHAIN=%s: set by gosw, a pin is a pin", v.Value)
	default:
		t.line("GOTOOLCHAIN=%s%s", v.Value, v.from())
	}
	t.modFile(s.File)
	for _, line := range s.Said {
		t.line("go: %s", line)
	}
	t.line("%s", verdict(r))
}

func (t *trace) modFile(f *whyModFile) {
	switch {
	case f == nil:
		t.line("no go.mod, no go.work")
		return
	case f.GoLine == 0 && f.ToolchainLine == 0:
		t.line("%s: no go line", f.Path)
	}
	if f.GoLine > 0 {
		t.line("%s:%d: go %s", f.Path, f.GoLine, f.Go)
	}
	if f.ToolchainLine > 0 {
		t.line("%s:%d: toolchain %s", f.Path, f.ToolchainLine, f.Toolchain)
	}
}

// verdict is the last line of the trace of switching.
func verdict(r whyReport) string {
	switch r.Runs.Place {
	case "":
		return "go ends with an error"
	case placeStarted:
		return r.Chosen.name() + " stays"
	case placeDownload:
		return r.Runs.Toolchain + " is to be downloaded"
	}
	return fmt.Sprintf("%s runs in its place", r.Runs.Toolchain)
}

// from says where the value stands.
func (v whyValue) from() string {
	if v.File == "" {
		return " (environment)"
	}
	return fmt.Sprintf(" (%s:%d)", v.File, v.Line)
}

func (t *trace) path(r whyReport) {
	t.head("PATH")
	list := r.onPath()
	if len(list) == 0 {
		t.line("no %s", r.Tool)
	}
	for i, f := range list {
		text := f.String()
		switch {
		case f.Kind == foundOther && i == 0:
			text = "first, this runs"
		case f.Kind == foundOther && f.Wins:
			text = "the system's, this runs"
		case f.Kind == foundOther:
			text = "behind"
		}
		t.line("%s: %s", f.Path, text)
	}
	if r.Tool == "go" || r.Tool == "gofmt" {
		t.line("aliases and functions can't be seen from here:")
		t.line("your shell shows them with \"type %s\"", r.Tool)
	}
}

func (t *trace) problems(problems []whyProblem) {
	headed := false
	for _, p := range problems {
		if p.Severity == severityFatal {
			continue
		}
		if !headed {
			t.head("look at")
			headed = true
		}
		st := doubt
		if p.Severity == severityNote {
			st = special
		}
		t.marked(st, p.Severity, ": "+p.Cause)
		if p.Fix != "" {
			t.verbatim("    %s", p.Fix)
		}
	}
}
