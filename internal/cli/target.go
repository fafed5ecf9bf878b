package cli

import (
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/toolchain"
)

// A target is what a name such as "go" stands for here and now.
type target struct {
	choice  resolve.Choice
	version gover.Version // zero for the system's go
	goroot  string        // "" for the system's go
}

// target resolves the version for the working directory, or for where args,
// the arguments of a go command, say. If it is not installed the error is a
// *notInstalledError.
func (a *app) target(args []string) (target, error) {
	path, err := a.path()
	if err != nil {
		return target{}, err
	}
	choice, err := a.choice(path.Home(), args)
	if err != nil {
		return target{}, err
	}
	return a.targetOf(path, choice)
}

func (a *app) targetOf(path toolchain.Path, choice resolve.Choice) (target, error) {
	t := target{choice: choice}
	if choice.Spec.Kind() == gover.System {
		return t, nil
	}
	v, ok, err := find(path, choice.Spec)
	if err != nil {
		return t, err
	}
	if !ok {
		return t, &notInstalledError{choice.Spec, choice.Source()}
	}
	t.version, t.goroot = v, path.Of(v).Dir(v)
	return t, nil
}

// program returns the path of a tool of t; "" if the system has none.
func (a *app) program(t target, tool string) (string, error) {
	path, err := a.path()
	if err != nil {
		return "", err
	}
	if t.version.IsZero() {
		return path.NextTool(a.getenv("PATH"), tool, shimProgram()), nil
	}
	return path.Of(t.version).Tool(t.version, tool), nil
}

// environ is the environment for a tool of t.
func (a *app) environ(t target) []string {
	return toolchain.Environ(a.inv.Env, toolchain.Use{
		Version: t.version,
		GOROOT:  t.goroot,
		Pinned:  t.choice.Pinned(),
		Policy:  a.getenv("GOSW_GOTOOLCHAIN"),
	})
}
