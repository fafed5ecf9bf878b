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
	Fixed    []string        `json:"fixed"`    // by --fix
	Checks   []doctor.Result `json:"checks"`

	counts map[doctor.Severity]int // of findings
}

// newReport is the report of results. Commands are for sh.
func newReport(results []doctor.Result, fixed []string, sh shell.Shell) doctorReport {
	r := doctorReport{Schema: 1, Severity: doctor.OK, Fixed: fixed, Checks: results, counts: make(map[doctor.Severity]int)}
	for _, check := range results {
		for i := range check.Findings {
			f := &check.Findings[i]
			f.Line = shell.Line(sh, f.Fix)
			r.counts[f.Severity]++
			if f.Severity.Worse(r.Severity) {
				r.Severity = f.Severity
			}
		}
	}
	return r
}

// verdicts are the errors that doctor ends with, by the worst that it found.
var verdicts = map[doctor.Severity]error{doctor.Error: failure.ErrAiling, doctor.Warning: failure.ErrDue}

// printDoctor prints what is wrong, the worst first, and how much is not.
func printDoctor(a *app.App, r doctorReport, verbose bool) error {
	t := a.Trace()
	for _, s := range worstFirst {
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
			if check.Skipped == doctor.NoWindows {
				continue
			}
			t.Line("%-7s  %-18s  %s", check.Severity, check.ID, cmp.Or(check.Skipped, check.Sound))
		}
	}
	t.Gap()
	for _, line := range t.Wrap(r.summary(verbose), 2) {
		t.Lines = append(t.Lines, t.Paint(term.Strong, line))
	}
	return a.UI.Show(t.Lines)
}

var worstFirst = []doctor.Severity{doctor.Error, doctor.Warning, doctor.Note}

var severityStyles = map[doctor.Severity]term.Style{doctor.Error: term.Bad, doctor.Warning: term.Doubt, doctor.Note: term.Special}

func showFinding(t *term.Trace, id string, f doctor.Finding) {
	t.Gap()
	t.Lines = append(t.Lines, t.Paint(severityStyles[f.Severity], string(f.Severity))+t.Paint(term.Strong, ": "+id))
	t.Line("%s", f.Cause)
	if f.Line != "" {
		t.Verbatim("  run: %s", f.Line)
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
		case check.Skipped == doctor.NoWindows:
		case check.Severity == doctor.Skipped && !strings.HasPrefix(check.Skipped, "needs "):
			skipped++
		case check.Severity == doctor.Skipped && !slices.Contains(options, check.Needs):
			options = append(options, check.Needs)
		}
	}
	var found []string
	for _, s := range worstFirst {
		if n := r.counts[s]; n > 0 {
			found = append(found, term.Plural(n, string(s)))
		}
	}
	parts := []string{cmp.Or(strings.Join(found, ", "), "no problems"), term.Plural(passed, "check") + " passed"}
	if skipped > 0 {
		parts = append(parts, fmt.Sprintf("%d not for this system", skipped))
	}
	if len(options) > 0 {
		parts = append(parts, "more with "+strings.Join(options, " "))
	}
	if !verbose {
		parts = append(parts, "-v lists all")
	}
	return strings.Join(parts, "; ")
}

// hinted adds what a hint says to what was found: a command that fixes it, or words.
func (p *patient) hinted(found doctor.Findings, h command.Hint) doctor.Findings {
	if found[0].Fix = h.Command; h.Command == nil || h.Text != "" {
		found[0].Advice = term.Words(h, p.UI.Shell)
	}
	return found
}

// found is the finding of an error, with the hint that belongs to it.
func (p *patient) found(err error) doctor.Findings {
	return p.hinted(doctor.Found(nil, "%v", err), p.Hint(err))
}
