package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gosw/gosw/internal/command"
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
	for _, spec := range choice.Specs() {
		if spec.Kind() == gover.System {
			return t, nil
		}
		v, ok, err := find(path, spec)
		if err != nil {
			return t, err
		}
		if ok {
			home, err := path.Of(v)
			t.version, t.goroot = v, home.Dir(v)
			return t, err
		}
	}
	return t, &notInstalledError{choice.Spec, choice.Source()}
}

// program returns the path of a tool of t. If t has no such tool, the error says
// what to do.
func (a *app) program(t target, tool string) (string, error) {
	path, err := a.path()
	if err != nil {
		return "", err
	}
	program := filepath.Join(t.goroot, "bin", tool+toolchain.Exe)
	if t.version.IsZero() {
		self, err := shimProgram()
		if err != nil {
			return "", err
		}
		program = path.NextTool(a.getenv("PATH"), tool, self)
	}
	if _, err := os.Stat(program); toolchain.Missing(err) { // also if it is ""
		return "", noProgram(t, tool)
	} else if err != nil {
		return "", err
	}
	return program, nil
}

// noProgram is the error of a tool that t does not have.
func noProgram(t target, tool string) error {
	switch {
	case !t.version.IsZero():
		return withHint(fmt.Errorf("%v has no %q", t.version, tool), hintf(`"go tool" lists what it has besides go and gofmt`))
	case t.choice.Rule == resolve.FromSystem:
		return withHint(
			fmt.Errorf("no version of Go is set here, and there is no other %s on PATH", tool),
			hintf("set a default, %v, or pin this directory: %v", gosw("install", "latest").Then(gosw("default", "latest")), command.Write("1.22", ".go-version")),
		)
	}
	return withHint(
		fmt.Errorf("%s asks for the system's go, but there is no other %s on PATH", t.choice.Source(), tool),
		hintf("name a version instead, such as latest"),
	)
}

// environOf is the environment for a tool of t.
func (a *app) environOf(t target) toolchain.Env {
	return toolchain.Environ(a.env, toolchain.Use{
		Version: t.version,
		GOROOT:  t.goroot,
		Pinned:  t.choice.Pinned(),
		Policy:  a.getenv("GOSW_GOTOOLCHAIN"),
	})
}
