package app

import (
	"errors"

	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/which"
)

// Blame adds to the hint of err, that what applies here is not installed or no
// version, what around it may be to blame: a GO_VERSION that is meant for others, or
// another store on PATH. Args are those of a go command, which may name a directory.
func (a *App) Blame(err error, args []string) error {
	missing := errors.As(err, new(*NotInstalledError))
	if name, value := a.Variable(); value != "" && name != "GOSW_VERSION" && (missing || errors.As(err, new(*resolve.PinError))) {
		err = failure.WithHint(err, a.variableHint(HintFor(err), name, args))
	}
	if other := a.OtherStore(); missing && other != "" {
		err = failure.WithHint(err, otherStoreHint(HintFor(err), other))
	}
	return err
}

// variableHint adds to hint who may have set the variable called name, which pin that
// overrides, and how to keep it out: Makefiles and CI files have a GO_VERSION for
// themselves.
func (a *App) variableHint(hint command.Hint, name string, args []string) command.Hint {
	instead := "ignore it"
	if dir, err := a.WorkingDir(); err == nil {
		if pin, err := resolve.For(resolve.Env{}, resolve.Dir(dir, args)); err == nil && pin.Rule == resolve.FromFile {
			instead = "use " + pin.Spec.String() + " of " + pin.Source() + " instead"
		}
	}
	return command.Hint{
		Command: hint.Command,
		Text:    "%v; if a Makefile or CI file has set " + name + " for itself, %v makes gosw %s",
		Args:    []any{hint, command.Export("GOSW_VERSION", ""), instead},
	}
}

// OtherStore returns the store that the first go on PATH belongs to, if that is none
// of those in use: as in an image that was built with another HOME. Else it returns "".
func (a *App) OtherStore() toolchain.Home {
	path, err := toolchain.FindPath(a.Getenv)
	if err != nil {
		return ""
	}
	return which.OtherStore(path, fsx.FirstOnPath(a.Getenv("PATH"), "go"))
}

func otherStoreHint(hint command.Hint, other toolchain.Home) command.Hint {
	return command.Hint{
		Command: hint.Command,
		Text:    "the go on PATH belongs to another store, which %v selects; for this one, %v",
		Args:    []any{command.Export("GOSW_ROOT", string(other)), hint},
	}
}
