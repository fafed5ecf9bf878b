// Package doctor has independent checks of this machine: kernel, mounts, disks,
// WSL, environment, settings and directories of the go command, C compiler, and the
// store. Each names what is wrong, the cause, and the command that fixes it.
//
// A check looks, and that is all: it changes nothing, prints nothing, runs no
// program, uses no network, and opens only regular files, so that nothing can
// make it wait. All that it knows comes with a [Machine] and a [Store], in values
// and in functions that look and no more. What is known elsewhere, such as the lines
// of a start-up file, is checked by checks that their callers make; [Run] runs
// them all.
package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/gosw/gosw/internal/command"
)

// A Severity says how bad a finding is.
type Severity string

// The severities, from the mildest.
const (
	OK      Severity = "ok"      // nothing found
	Skipped Severity = "skipped" // not looked at; the cause says why
	Note    Severity = "note"    // worth knowing; nothing has to be done
	Warning Severity = "warning" // works, but not as it should, or not for long
	Error   Severity = "error"   // something does not work
)

var order = []Severity{OK, Skipped, Note, Warning, Error}

// Worse reports whether s is worse than other.
func (s Severity) Worse(other Severity) bool {
	return slices.Index(order, s) > slices.Index(order, other)
}

// A Finding is one thing that is wrong.
type Finding struct {
	Severity Severity `json:"severity"` // if a check leaves it out, the worst of that check
	Cause    string   `json:"cause"`
	// Fix is a command after which the check passes; nil where there is none.
	Fix command.Command `json:"-"`
	// Line is Fix for the user's shell, which who prints it knows.
	Line string `json:"fix"`
	// Advice is what to do in words, where a command is not enough.
	Advice string `json:"advice"`
	// Apply is how gosw itself fixes it, and Done what is said then; nil and "" where
	// that is not for gosw to do.
	Apply func(context.Context) error `json:"-"`
	Done  string                      `json:"-"`
}

// Findings are what a check finds; none if all is well.
type Findings []Finding

// Found is one finding, of the worst severity of its check, with the command that
// fixes it, which may be nil, and its cause, a format.
func Found(fix command.Command, cause string, args ...any) Findings {
	return Findings{{Fix: fix, Cause: fmt.Sprintf(cause, args...)}}
}

// Skip is what a check says that does not apply.
func Skip(why string) Findings { return Findings{{Severity: Skipped, Cause: why}} }

// Unless is look, or what skips it where no is true, with the reason why.
func Unless(no bool, why string, look func() Findings) func() Findings {
	if no {
		return func() Findings { return Skip(why) }
	}
	return look
}

// Ours makes gosw fix what was found, by apply, and say done.
func (found Findings) Ours(apply func(context.Context) error, done string) Findings {
	found[0].Fix, found[0].Apply, found[0].Done = command.Gosw("doctor", "--fix"), apply, done
	return found
}

// As sets the severity of what was found.
func (found Findings) As(s Severity) Findings {
	found[0].Severity = s
	return found
}

// Advise adds what to do in words.
func (found Findings) Advise(text string) Findings {
	for i := range found {
		found[i].Advice = text
	}
	return found
}

// Else is Advise for what no command fixes.
func (found Findings) Else(text string) Findings {
	if len(found) > 0 && found[0].Fix == nil {
		found[0].Advice = text
	}
	return found
}

// A Check looks at one thing.
type Check struct {
	ID    string          `json:"id"`              // stable, such as "store-noexec"
	Sound string          `json:"sound"`           // what holds if it finds nothing, such as "the store may hold programs"
	Worst Severity        `json:"worst"`           // the worst that it can find
	Needs string          `json:"needs,omitempty"` // the option without which it is skipped: "--online", "--deep" or ""
	Look  func() Findings `json:"-"`
}

// A Result is what came of a check.
type Result struct {
	Check
	Severity Severity `json:"severity"` // of the worst finding
	Findings Findings `json:"findings"`
	Skipped  string   `json:"skipped,omitempty"` // why
}

// Run runs checks, each of which may be skipped, and returns what each found, in
// their order. Given are the options that the user has given.
func Run(checks []Check, given map[string]bool) []Result {
	results := make([]Result, len(checks))
	for i, check := range checks {
		r := Result{Check: check, Severity: OK, Findings: Findings{}}
		found := Skip("needs " + check.Needs)
		if check.Needs == "" || given[check.Needs] {
			found = check.Look()
		}
		for _, f := range found {
			f.Severity = cmp.Or(f.Severity, check.Worst)
			if f.Severity.Worse(r.Severity) {
				r.Severity = f.Severity
			}
			if f.Severity == Skipped {
				r.Skipped = f.Cause
			} else {
				r.Findings = append(r.Findings, f)
			}
		}
		results[i] = r
	}
	return results
}
