package resolve

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/gosw/gosw/internal/gover"
)

// An Outcome is what came of looking at one place.
type Outcome string

// The outcomes of a [Step]. They are part of what "gosw why --json" prints.
const (
	NotThere Outcome = "not there" // no such file, or the variable is not set
	Silent   Outcome = "silent"    // a file that has nothing to say about Go
	Decides  Outcome = "decides"   // the place that decided
	Broken   Outcome = "broken"    // what it says is no version; the search ended here
	NotAsked Outcome = "not asked" // a place behind the one where the search ended
)

// A Step is one place that a rule looks at.
type Step struct {
	Rule    Rule
	Place   string // a variable, the absolute path of a file, "PATH"
	Line    int    // 1-based, where a file decided or is broken; else 0
	Outcome Outcome
	Spec    gover.Spec // what it said, if it decided
}

// Trace is [For] with the way that led there: each place in the order of the
// rules. Of rule 2 it has the files up to the one that ended the search, or one
// step "pin files" if a rule before it did.
func Trace(env Env, dir string) ([]Step, Choice, error) {
	var looked []string
	choice, err := apply(env, dir, func(file string) { looked = append(looked, file) })

	steps := []Step{{Rule: FromEnv, Place: env.Variable}}
	for _, file := range looked {
		rule := FromFile
		if file == env.DefaultFile {
			rule = FromDefault
		}
		steps = append(steps, Step{Rule: rule, Place: file})
	}
	end := len(steps) - 1 // where the search ended
	if len(looked) == 0 {
		steps = append(steps, Step{Rule: FromFile, Place: "pin files"})
	}
	if last := steps[len(steps)-1]; last.Rule == FromFile && env.DefaultFile != "" {
		steps = append(steps, Step{Rule: FromDefault, Place: env.DefaultFile})
	}
	steps = append(steps, Step{Rule: FromSystem, Place: "PATH"})
	if err == nil && choice.Rule == FromSystem {
		end = len(steps) - 1
	}
	for i := range steps {
		steps[i].Outcome = Silent
		if i > end {
			steps[i].Outcome = NotAsked
		} else if _, err := os.Lstat(steps[i].Place); err != nil || !filepath.IsAbs(steps[i].Place) {
			steps[i].Outcome = NotThere
		}
	}
	steps[end].Outcome, steps[end].Spec, steps[end].Line = Decides, choice.Spec, choice.Line
	if pin := (*PinError)(nil); errors.As(err, &pin) {
		steps[end].Outcome, steps[end].Line = Broken, pin.Line
	}
	return steps, choice, err
}
