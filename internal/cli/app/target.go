package app

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gomod"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/which"
)

// A Target is what a name such as "go" stands for here and now.
type Target struct {
	Choice  resolve.Choice
	Version gover.Version // zero for the system's go
	GOROOT  string        // "" for the system's go
}

// Target resolves the version for the working directory, or for where args,
// the arguments of a go command, say. If it is not installed the error is a
// *NotInstalledError.
func (a *App) Target(args []string) (Target, error) {
	path, err := a.Path()
	if err != nil {
		return Target{}, err
	}
	choice, err := a.Choice(path.Home(), args)
	if err != nil {
		return Target{}, err
	}
	t, err := a.TargetOf(path, choice)
	return t, a.Blame(err, args)
}

// TargetOf is Target for a choice that is made already.
func (a *App) TargetOf(path toolchain.Path, choice resolve.Choice) (Target, error) {
	t := Target{Choice: choice}
	for _, spec := range choice.Specs() {
		if spec.Kind() == gover.System {
			return t, nil
		}
		v, ok, err := Find(path, spec)
		if err != nil {
			return t, err
		}
		if ok {
			home, err := path.Of(v)
			t.Version, t.GOROOT = v, home.Dir(v)
			return t, err
		}
	}
	return t, &NotInstalledError{choice.Spec, choice.Source()}
}

// Program returns the path of a tool of t. If t has no such tool, the error says
// what to do.
func (a *App) Program(t Target, tool string) (string, error) {
	path, err := a.Path()
	if err != nil {
		return "", err
	}
	program := filepath.Join(t.GOROOT, "bin", tool+toolchain.Exe)
	if t.Version.IsZero() {
		self, _ := ShimProgram() // without /proc, the store's shim stands for it
		program = path.NextTool(a.Getenv("PATH"), tool, self)
	}
	if _, err := os.Stat(program); toolchain.Missing(err) { // also if it is ""
		err := NoProgram(t, tool)
		if other := a.OtherStore(); other != "" && t.Choice.Rule == resolve.FromSystem { // which may have a default
			err = failure.WithHint(err, otherStoreHint(HintFor(err), other))
		}
		return "", err
	} else if err != nil {
		return "", err
	}
	return program, nil
}

// NoProgram is the error of a tool that t does not have.
func NoProgram(t Target, tool string) error {
	switch {
	case !t.Version.IsZero():
		return failure.WithHint(fmt.Errorf("%v has no %q", t.Version, tool), command.Hintf(`it has go, gofmt and what "go tool" lists`))
	case t.Choice.Rule == resolve.FromSystem:
		return failure.WithHint(
			fmt.Errorf("no Go version is set for this directory, and there is no other %s on PATH", tool),
			command.Hintf("set a default: %v; or pin this directory: %v", command.Gosw("install", "latest").Then(command.Gosw("default", "latest")), command.Gosw("pin", "1.22")),
		)
	}
	return failure.WithHint(
		fmt.Errorf("%s names the system's go, but there is no other %s on PATH", t.Choice.Source(), tool),
		command.Hintf("name a version, such as latest"),
	)
}

// EnvironOf is the environment for a tool of t.
func (a *App) EnvironOf(t Target) toolchain.Env {
	return toolchain.Environ(a.Env, toolchain.Use{
		Version: t.Version,
		GOROOT:  t.GOROOT,
		Pinned:  t.Choice.Pinned(),
		Policy:  a.Getenv("GOSW_GOTOOLCHAIN"),
	})
}

// LookPath finds name on path as a shell would.
func LookPath(name, path string) (string, error) {
	if strings.ContainsRune(name, filepath.Separator) {
		return filepath.Abs(name)
	}
	if program := fsx.FirstOnPath(path, name); program != "" {
		return program, nil
	}
	return "", exec.ErrNotFound
}

// Required returns what the go.mod or go.work of the working directory demands.
func (a *App) Required() (gomod.Requirement, bool, error) {
	dir, err := a.WorkingDir()
	if err != nil {
		return gomod.Requirement{}, false, err
	}
	return gomod.Find(dir, a.Getenv("GOWORK"))
}

// Seen remembers the pin file that choice is from, so that prune knows of it.
// That must never stand in the way of what the user wants.
func (a *App) Seen(choice resolve.Choice) {
	if choice.Rule != resolve.FromFile {
		return
	}
	if st, err := a.Store(store.Run); err == nil {
		_ = st.Seen(choice.File)
	}
}

// VersionName is what commands print for v, "system" for the system's go.
func VersionName(v gover.Version) string {
	if v.IsZero() {
		return "system"
	}
	return v.String()
}

// Programs returns the places of tool: that of the version that applies, if known
// says that t is it, then those on PATH. At most one of them wins: the first on
// PATH, or what it leads to if that is the shim.
func (a *App) Programs(path toolchain.Path, t Target, tool string, known bool) []which.Program {
	shim, _ := ShimProgram() // without it, its links are known all the same
	list := which.OnPath(path, a.Getenv("PATH"), tool, shim)
	shimFirst := len(list) > 0 && list[0].Kind == which.Shim
	if len(list) > 0 && !shimFirst {
		list[0].Wins = true
	}
	if !known {
		return list
	}
	if t.Version.IsZero() { // the shim leads to one that is on PATH, too
		system := path.NextTool(a.Getenv("PATH"), tool, shim)
		for i := range list {
			list[i].Wins = list[i].Wins || shimFirst && list[i].Path == system
		}
		return list
	}
	program, _ := which.In(t.GOROOT, t.Version, tool)
	if program == "" {
		return list
	}
	chosen := which.Program{Path: program, Kind: which.Chosen, Version: t.Version, Wins: shimFirst, Reason: t.Choice.Source()}
	return append([]which.Program{chosen}, list...)
}

// Trace begins a text in which the paths of this user are whole, and those below more.
func (a *App) Trace(more ...string) *term.Trace {
	s, _ := a.UI.Screen()
	dir, _ := a.WorkingDir()
	home, _ := a.UserHome()
	return &term.Trace{Screen: s, Home: home, Paths: term.KeepWhole(append(more, home, a.Getenv("GOSW_ROOT"), a.Getenv("GOSW_SYSTEM_ROOT"), dir))}
}

// Place is the path of a file or directory as it is shown: on a terminal, one below the
// user's home directory begins with "~".
func (a *App) Place(path string) string {
	if _, terminal := a.UI.Screen(); !terminal {
		return term.Clean(path)
	}
	home, _ := a.UserHome()
	if below, ok := strings.CutPrefix(path, home+string(filepath.Separator)); ok && filepath.IsAbs(home) {
		path = filepath.Join("~", below)
	}
	return term.Clean(path)
}
