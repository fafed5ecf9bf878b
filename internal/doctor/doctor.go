// Package doctor has independent checks of this machine: kernel, mounts, disks,
// WSL, environment, settings and folders of the go command, C compiler, and the
// store. Each names what is wrong, the cause, and the command that mends it.
//
// A check looks, and that is all: it changes nothing, prints nothing, runs no
// program, uses no network, and opens only regular files, so that nothing can
// make it wait. All that it knows comes with a [Machine] and a [Store], in values
// and in functions that look and no more. What is known elsewhere, such as the lines
// of a start-up file, is checked by checks that their callers make; [Run] runs
// them all.
package doctor

import "github.com/gosw/gosw/internal/command"

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

var order = map[Severity]int{OK: 0, Skipped: 1, Note: 2, Warning: 3, Error: 4}

// Worse reports whether s is worse than other.
func (s Severity) Worse(other Severity) bool { return order[s] > order[other] }

// A Finding is one thing that is wrong.
type Finding struct {
	Severity Severity
	Cause    string
	// Fix is a command after which the check passes; nil where there is none.
	Fix command.Command
	// Advice is what to do in words, where a command is not enough.
	Advice string
	// Mends is what is said when gosw itself has mended it; "" where that is not
	// for gosw to do.
	Mends string
}

// A Check looks at one thing.
type Check struct {
	ID    string   // stable, such as "store-noexec"
	Sound string   // what holds if it finds nothing, such as "the store may hold programs"
	Worst Severity // the worst that it can find
	Needs string   // the option without which it is skipped: "--online", "--deep" or ""
	Look  func() []Finding
}

// A Result is what came of a check.
type Result struct {
	Check
	Severity Severity // of the worst finding
	Findings []Finding
}

// Run runs checks, each of which may be skipped, and returns what each found, in
// their order. Given are the options that the user has given.
func Run(checks []Check, given map[string]bool) []Result {
	results := make([]Result, len(checks))
	for i, check := range checks {
		results[i] = Result{Check: check, Severity: OK}
		if check.Needs != "" && !given[check.Needs] {
			results[i].Findings = Skip("needs " + check.Needs)
		} else {
			results[i].Findings = check.Look()
		}
		for _, f := range results[i].Findings {
			if f.Severity.Worse(results[i].Severity) {
				results[i].Severity = f.Severity
			}
		}
	}
	return results
}

// Ours is the finding of what gosw itself can mend.
func Ours(s Severity, cause, mends string) []Finding {
	return []Finding{{Severity: s, Cause: cause, Fix: command.Run("gosw", "doctor", "--fix"), Mends: mends}}
}

// Skip is the finding of a check that does not apply.
func Skip(why string) []Finding { return []Finding{{Severity: Skipped, Cause: why}} }
