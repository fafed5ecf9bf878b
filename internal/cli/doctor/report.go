package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/doctor"
	"github.com/gosw/gosw/internal/shell"
)

// A doctorReport is what "gosw doctor --json" prints. Its schema is in
// docs/reference.md.
type doctorReport struct {
	Schema   int             `json:"schema"`
	Severity doctor.Severity `json:"severity"` // the worst: "ok", "note", "warning" or "error"
	Mended   []string        `json:"mended"`   // by --fix
	Checks   []doctorCheck   `json:"checks"`
}

// A doctorCheck is a check and what came of it.
type doctorCheck struct {
	ID       string          `json:"id"`
	Sound    string          `json:"sound"` // what holds if it finds nothing
	Worst    doctor.Severity `json:"worst"` // the worst that it can find
	Needs    string          `json:"needs,omitempty"`
	Severity doctor.Severity `json:"severity"` // "ok", "skipped", or that of the worst finding
	Findings []doctorFinding `json:"findings"`
	Skipped  string          `json:"skipped,omitempty"` // why
}

type doctorFinding struct {
	Severity doctor.Severity `json:"severity"`
	Cause    string          `json:"cause"`
	Fix      string          `json:"fix"`    // a command, or ""
	Advice   string          `json:"advice"` // in words, or ""
}

func (r *doctorReport) add(results []doctor.Result, sh shell.Shell) {
	r.Severity = doctor.OK
	for _, result := range results {
		check := doctorCheck{ID: result.ID, Sound: result.Sound, Worst: result.Worst, Needs: result.Needs, Severity: result.Severity, Findings: []doctorFinding{}}
		for _, f := range result.Findings {
			if f.Severity == doctor.Skipped {
				check.Skipped = f.Cause
			} else {
				check.Findings = append(check.Findings, doctorFinding{f.Severity, f.Cause, shell.Line(sh, f.Fix), f.Advice})
			}
		}
		r.Checks = append(r.Checks, check)
		if result.Severity != doctor.Skipped && result.Severity.Worse(r.Severity) {
			r.Severity = result.Severity
		}
	}
}

// count returns how many findings are of a severity.
func (r *doctorReport) count(s doctor.Severity) (n int) {
	for _, check := range r.Checks {
		for _, f := range check.Findings {
			if f.Severity == s {
				n++
			}
		}
	}
	return n
}

// verdict is the error that doctor ends with.
func (r *doctorReport) verdict() error {
	switch r.Severity {
	case doctor.Error:
		return failure.ErrAiling
	case doctor.Warning:
		return failure.ErrDue
	}
	return nil
}

// printDoctor prints what is wrong, the worst first, and how much is not.
func printDoctor(a *app.App, r doctorReport, verbose bool) error {
	s, _ := a.UI.Screen()
	dir, _ := a.WorkingDir()
	home, _ := a.UserHome()
	t := &term.Trace{Screen: s, Home: home, Paths: term.KeepWhole([]string{home, a.Getenv("GOSW_ROOT"), dir})}
	for _, s := range []doctor.Severity{doctor.Error, doctor.Warning, doctor.Note} {
		for _, check := range r.Checks {
			for _, f := range check.Findings {
				if f.Severity == s {
					showFinding(t, check.ID, f)
				}
			}
		}
	}
	if verbose {
		t.Head("checks")
		for _, check := range r.Checks {
			text := check.Sound
			if check.Skipped != "" {
				text = check.Skipped
			}
			t.Line("%-7s  %-18s  %s", check.Severity, check.ID, text)
		}
	}
	t.Gap()
	for _, line := range t.Wrap(r.summary(verbose), 2) {
		t.Lines = append(t.Lines, t.Paint(term.Strong, line))
	}
	return a.UI.Show(t.Lines)
}

var severityStyles = map[doctor.Severity]term.Style{doctor.Error: term.Bad, doctor.Warning: term.Doubt, doctor.Note: term.Special}

func showFinding(t *term.Trace, id string, f doctorFinding) {
	t.Gap()
	t.Lines = append(t.Lines, t.Paint(severityStyles[f.Severity], string(f.Severity))+t.Paint(term.Strong, ": "+id))
	t.Line("%s", f.Cause)
	if f.Fix != "" {
		t.Verbatim("  run: %s", f.Fix)
	}
	if f.Advice != "" {
		t.Line("%s", f.Advice)
	}
}

// summary is the last line.
func (r *doctorReport) summary(verbose bool) string {
	passed, skipped, options := 0, 0, []string(nil)
	for _, check := range r.Checks {
		switch {
		case check.Severity == doctor.OK:
			passed++
		case check.Severity == doctor.Skipped && !strings.HasPrefix(check.Skipped, "needs "):
			skipped++
		case check.Severity == doctor.Skipped && !slices.Contains(options, check.Needs):
			options = append(options, check.Needs)
		}
	}
	var found []string
	for _, s := range []doctor.Severity{doctor.Error, doctor.Warning, doctor.Note} {
		if n := r.count(s); n > 0 {
			found = append(found, term.Plural(n, string(s)))
		}
	}
	parts := []string{cmp.Or(strings.Join(found, ", "), "all is well"), term.Plural(passed, "check") + " passed"}
	if skipped > 0 {
		parts = append(parts, fmt.Sprintf("%d not for here", skipped))
	}
	if len(options) > 0 {
		parts = append(parts, "more with "+strings.Join(options, " "))
	}
	if !verbose {
		parts = append(parts, "-v lists all")
	}
	return strings.Join(parts, "; ")
}

// withHint adds what a hint says to f: a command that mends it, or words.
func (p *patient) withHint(f doctor.Finding, h command.Hint) doctor.Finding {
	if f.Fix = h.Command; f.Fix == nil || h.Text != "" {
		f.Advice = term.Words(h, p.UI.Shell)
	}
	return f
}

// finding makes one of an error and of the hint that belongs to it.
func (p *patient) finding(s doctor.Severity, err error) doctor.Finding {
	f := doctor.Finding{Severity: s, Cause: err.Error()}
	return p.withHint(f, app.HintFor(err))
}
