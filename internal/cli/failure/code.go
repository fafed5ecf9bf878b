package failure

import (
	"errors"
	"io/fs"
	"os/exec"
	"slices"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/sumdb"
)

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
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, exec.ErrNotFound) {
		return WithCode(err, CodeNotInstalled)
	}
	return WithCode(err, CodeCannotRun)
}
