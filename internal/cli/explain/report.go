package explain

import (
	"errors"
	"slices"

	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/goenv"
	"github.com/gosw/gosw/internal/gomod"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/which"
)

// A Report is what "gosw why" says, and with --json as it stands. Its schema
// is in docs/reference.md.
type Report struct {
	Schema      int             `json:"schema"`
	Tool        string          `json:"tool"`
	Dir         string          `json:"dir"`
	Exit        int             `json:"exit"` // the exit code
	Runs        Runs            `json:"runs"`
	Rules       []Rule          `json:"rules"`
	Chosen      *Chosen         `json:"chosen,omitempty"`    // missing if a rule's text is broken
	Switching   *Switching      `json:"switching,omitempty"` // missing for a tool that does not switch
	Places      []which.Program `json:"places"`              // as "gosw which --all" has them
	Environment []Variable      `json:"environment"`
	Problems    []Problem       `json:"problems"`

	Shadowed bool `json:"-"` // what a shell runs by the tool's name is not what the rules have chosen
}

// OnPath returns the places that are on PATH, in its order.
func (r Report) OnPath() []which.Program {
	return slices.DeleteFunc(slices.Clone(r.Places), func(f which.Program) bool { return !f.OnPath })
}

// A Runs is the toolchain that does the work in the end.
type Runs struct {
	Toolchain string `json:"toolchain"` // "go1.22.5"; "" if only running it would tell
	Place     string `json:"place"`     // where it comes from; "" if nothing runs
	Program   string `json:"program"`   // path; "" if it is not on this machine
	GOROOT    string `json:"goroot"`
	How       string `json:"how,omitempty"` // "go tool" or "built", for a tool that go starts
}

// A Rule is one place that a rule looks at.
type Rule struct {
	Rule    resolve.Rule    `json:"rule"`
	Place   string          `json:"place"`
	Line    int             `json:"line,omitempty"`
	Outcome resolve.Outcome `json:"outcome"`
	Spec    string          `json:"spec,omitempty"`  // where it decides
	Error   string          `json:"error,omitempty"` // where it is broken
}

// A Chosen is what the rules have chosen.
type Chosen struct {
	Spec    string        `json:"spec"`
	Rule    int           `json:"rule"`
	Source  string        `json:"source"`
	Version gover.Version `json:"version"`           // "" for the system's go, and if it is not installed
	Reports string        `json:"reports,omitempty"` // the system's go: what it is, if that can be read
	GOROOT  string        `json:"goroot"`
}

// A Switching is what the go command makes of its settings and of go.mod.
type Switching struct {
	GOTOOLCHAIN goenv.Value        `json:"gotoolchain"`
	Said        []string           `json:"said"`           // by go, on the way; since 1.24
	File        *gomod.Requirement `json:"file,omitempty"` // the go.mod or go.work that Go heeds
}

// ByGosw is the origin of a variable that gosw sets for a go.
const ByGosw goenv.Origin = "gosw"

// A Variable is a variable that has a say in what runs.
type Variable struct {
	Name string `json:"name"`
	goenv.Value
	Effect string `json:"effect"`
}

// The severities of a whyProblem.
const (
	SeverityFatal = "fatal" // nothing runs
	severityWrong = "wrong" // another toolchain runs than the rules say, or it can't build this
	SeverityNote  = "note"
)

// A Problem is a thing to look at, with what fixes it.
type Problem struct {
	Severity string       `json:"severity"`
	Cause    string       `json:"cause"`
	Fix      string       `json:"fix"` // the hint in words; may be ""
	Hint     command.Hint `json:"-"`
}

// addRules adds what the rules looked at. err is that of the place where the
// search ended, if it is broken.
func (r *Report) addRules(steps []resolve.Step, err error) {
	pin := (*resolve.PinError)(nil)
	broken := errors.As(err, &pin)
	for _, step := range steps {
		rule := Rule{Rule: step.Rule, Place: step.Place, Line: step.Line, Outcome: step.Outcome}
		switch {
		case broken && (step.Outcome == resolve.Decides || step.Outcome == resolve.Broken):
			rule.Outcome, rule.Line, rule.Error = resolve.Broken, pin.Line, pin.Cause()
		case step.Outcome == resolve.Decides:
			rule.Spec = step.Spec.String()
		}
		r.Rules = append(r.Rules, rule)
	}
}

func (x *Explainer) add(severity, cause string, fix command.Hint) {
	x.Report.Problems = append(x.Report.Problems, Problem{severity, cause, term.Words(fix, x.UI.Shell), fix})
}
