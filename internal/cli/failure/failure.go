// Package failure has the errors that commands end with: each with its exit
// code, and with a hint where only the command knows one. What other errors
// mean for the user is internal/cli/app's to say.
package failure

import (
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"os/user"
	"slices"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/toolchain"
)

// ErrDue ends a command that was asked whether something is to be done, and has
// found something. It is no failure, so nothing is said but the result.
var ErrDue = WithCode(errors.New("due"), CodeDue)

// ErrAiling ends doctor where there is an error; all is said.
var ErrAiling = WithCode(errors.New("ailing"), CodeFailed)

// The exit codes of gosw, as docs/reference.md promises them. A command that
// gosw runs for the user passes its own code through.
const (
	CodeFailed       = 1
	CodeUsage        = 2
	CodeSecurity     = 3
	CodeDue          = 4   // outdated, audit: done, and something was found
	CodeNotMine      = 5   // self: this copy of gosw is not for gosw to change, or can't be told from others
	CodeCannotRun    = 126 // found, but it can't be run
	CodeNotInstalled = 127 // exec and shim: nothing there to run
	CodeInterrupted  = 130
)

// ErrInterrupted ends a command that was told to stop.
var ErrInterrupted = errors.New("interrupted; each version is either complete or unchanged")

// A known is an error of which the command knows more than the error tells.
type known struct {
	error
	code    int           // 0 if that is not known
	hint    *command.Hint // nil if that is not known
	meaning *command.Hint // of a failed proof, likewise
	usage   bool          // a mistake in what was typed
}

func (k *known) Unwrap() error { return k.error }

// find returns the first in err, from the outside, that has what is looked for; nil
// for none.
func find(err error, has func(*known) bool) *known {
	for k := (*known)(nil); errors.As(err, &k); err = k.error {
		if has(k) {
			return k
		}
	}
	return nil
}

// Usage is a mistake in what was typed.
func Usage(err error, hint command.Hint) error {
	return &known{error: err, hint: &hint, code: CodeUsage, usage: true}
}

// UsageIn returns the mistake in what was typed that err is about, nil if it is
// about none.
func UsageIn(err error) error {
	if mistake := find(err, func(k *known) bool { return k.usage }); mistake != nil {
		return mistake
	}
	return nil
}

// WithHint adds a hint to err that only the command knows.
func WithHint(err error, hint command.Hint) error { return &known{error: err, hint: &hint} }

// HintOf returns the hint that err was given where it arose, if it was.
func HintOf(err error) (hint command.Hint, ok bool) {
	if hinted := find(err, func(k *known) bool { return k.hint != nil }); hinted != nil {
		return *hinted.hint, true
	}
	return command.Hint{}, false
}

// WithCode sets the exit code of err.
func WithCode(err error, code int) error { return &known{error: err, code: code} }

// Unproven is the error of an installed toolchain whose proof fails; repair
// replaces it.
func Unproven(v gover.Version, err *sumdb.SecurityError, repair command.Command) error {
	meaning := command.Hintf("This toolchain could not be verified as the published release. Do not run it; replace it with %v.", repair)
	return &known{error: fmt.Errorf("%v: %w", v, err), meaning: &meaning}
}

// Unjudged is the error of a proof that fails for what a tree was to be
// compared with.
func Unjudged(err error) error {
	meaning := command.Hintf("The checksum database's answer could not be verified, so this tree could not be checked. Nothing was changed.")
	return &known{error: err, meaning: &meaning}
}

// Meaning says of a failed proof what it means for the user.
func Meaning(err error, meaning command.Hint) error { return &known{error: err, meaning: &meaning} }

// Consequence says what a failed proof means for the user.
func Consequence(err error) command.Hint {
	if k := find(err, func(k *known) bool { return k.meaning != nil }); k != nil {
		return *k.meaning
	}
	return command.Hintf("This download could not be verified as the published release. Nothing was installed.")
}

// Flatten returns the errors that are joined in err, each for itself.
func Flatten(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, err := range joined.Unwrap() {
		all = append(all, Flatten(err)...)
	}
	return all
}

// Security returns the failed proofs in err, which an interrupt does not make
// undone.
func Security(err error) []error {
	return slices.DeleteFunc(Flatten(err), func(err error) bool { return !errors.As(err, new(*sumdb.SecurityError)) })
}

// Worse picks the code that a script should see: a failed proof over all else,
// and that something is due only if nothing failed.
func Worse(a, b int) int {
	switch {
	case a == CodeSecurity || b == CodeSecurity:
		return CodeSecurity
	case a == CodeDue && b > 0:
		return b
	case b == CodeDue && a > 0:
		return a
	}
	return max(a, b)
}

// Code is the exit code that err stands for.
func Code(err error) int {
	if errors.As(err, new(*sumdb.SecurityError)) {
		return CodeSecurity
	}
	if exit := find(err, func(k *known) bool { return k.code != 0 }); exit != nil {
		return exit.code
	}
	if errors.Is(err, ErrInterrupted) {
		return CodeInterrupted
	}
	return CodeFailed
}

// Starting turns the failure to start a program into the exit code that shells
// give it. No hint on writing to the store fits it.
func Starting(err error) error {
	if _, ok := HintOf(err); !ok {
		err = WithHint(err, command.Hint{})
	}
	if errors.As(err, new(*toolchain.LoaderError)) {
		return WithCode(err, CodeCannotRun)
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, exec.ErrNotFound) {
		return WithCode(err, CodeNotInstalled)
	}
	return WithCode(err, CodeCannotRun)
}

// HomeHint says how to have a home directory, and what is next. Windows has set
// USERPROFILE for everyone, and knows that directory still.
func HomeHint(variable, next string) command.Hint {
	if variable != "USERPROFILE" {
		return command.Hintf("export HOME%s", next)
	}
	dir := ""
	if me, err := user.Current(); err == nil {
		dir = me.HomeDir
	}
	return homeAgain(dir, next)
}

// homeAgain says how to set USERPROFILE to dir, which is "" if that is not known.
func homeAgain(dir, next string) command.Hint {
	if dir == "" {
		return command.Hintf("set USERPROFILE to your home directory%s", next)
	}
	set := command.Export("USERPROFILE", dir)
	return command.Hint{Command: set, Text: "set it again: %v%s", Args: []any{set, next}}
}
