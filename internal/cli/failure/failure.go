// Package failure has the errors that commands end with: each with its exit
// code, and with a hint where only the command knows one. What other errors
// mean for the user is internal/cli/app's to say.
package failure

import (
	"errors"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/sumdb"
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
	CodeCannotRun    = 126 // found, but it can't be run
	CodeNotInstalled = 127 // exec and shim: nothing there to run
	CodeInterrupted  = 130
)

// ErrInterrupted ends a command that was told to stop.
var ErrInterrupted = errors.New("interrupted; every version is either done or untouched")

// A usageError is a mistake in what was typed.
type usageError struct {
	err  error
	hint command.Hint
}

// Usage is a mistake in what was typed.
func Usage(err error, hint command.Hint) error { return &usageError{err, hint} }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// UsageIn returns the mistake in what was typed that err is about, nil if it is
// about none.
func UsageIn(err error) error {
	if mistake := (*usageError)(nil); errors.As(err, &mistake) {
		return mistake
	}
	return nil
}

// A hintError adds a hint that only the command knows.
type hintError struct {
	err  error
	hint command.Hint
}

// WithHint adds a hint to err.
func WithHint(err error, hint command.Hint) error { return &hintError{err, hint} }

func (e *hintError) Error() string { return e.err.Error() }
func (e *hintError) Unwrap() error { return e.err }

// An exitError sets the exit code of err.
type exitError struct {
	err  error
	code int
}

// WithCode sets the exit code of err.
func WithCode(err error, code int) error { return &exitError{err, code} }

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// An unprovenError is a failed proof of what is installed already.
type unprovenError struct {
	version gover.Version
	err     *sumdb.SecurityError
	repair  command.Command // replaces it
}

// Unproven is the error of an installed toolchain whose proof fails; repair
// replaces it.
func Unproven(v gover.Version, err *sumdb.SecurityError, repair command.Command) error {
	return &unprovenError{v, err, repair}
}

func (e *unprovenError) Error() string { return e.version.String() + ": " + e.err.Error() }
func (e *unprovenError) Unwrap() error { return e.err }

// An unjudgedError is a failed proof of what a tree was to be compared with.
type unjudgedError struct{ err error }

// Unjudged is the error of a proof that fails for what a tree was to be
// compared with.
func Unjudged(err error) error { return &unjudgedError{err} }

func (e *unjudgedError) Error() string { return e.err.Error() }
func (e *unjudgedError) Unwrap() error { return e.err }

// Consequence says what a failed proof means for the user.
func Consequence(err error) command.Hint {
	if installed := (*unprovenError)(nil); errors.As(err, &installed) {
		return command.Hintf("This toolchain could not be proven to be the published release. Do not run it: %v replaces it.", installed.repair)
	}
	if tree := (*unjudgedError)(nil); errors.As(err, &tree) {
		return command.Hintf("The checksum database could not prove what it says, so nothing is known about this tree. Nothing was changed.")
	}
	return command.Hintf("This download could not be proven to be the published release. Nothing was installed.")
}

// HintOf returns the hint that err was given where it arose, if it was.
func HintOf(err error) (hint command.Hint, ok bool) {
	var hinted *hintError
	var usage *usageError
	switch {
	case errors.As(err, &hinted):
		return hinted.hint, true
	case errors.As(err, &usage):
		return usage.hint, true
	}
	return command.Hint{}, false
}
