package setup

import (
	"errors"
	"path/filepath"
	"slices"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/shell"
	"github.com/gosw/gosw/internal/toolchain"
)

// envDirenv is "gosw env --direnv [VERSION]", which the library of direnv calls.
// With an error it prints, too: what is to be watched until the error is fixed,
// and an environment in which go says the same error.
func envDirenv(a *app.App, args []string) error {
	if len(args) > 1 {
		return failure.Usage(errors.New("use gosw takes one version"), command.Hintf(`write "use gosw 1.22", or "use gosw" to follow the pin files`))
	}
	path, err := a.Path()
	if err == nil {
		err = a.MayRead()
	}
	if err != nil {
		return err
	}
	if err := upkeep.FitsPath(string(path.Home())); err != nil {
		return err
	}
	dir, err := a.WorkingDir()
	if err != nil {
		return err
	}
	t, err := direnvTarget(a, args)
	if err == nil {
		a.Seen(t.Choice)
		_, err = a.Program(t, "go")
	}
	if err == nil {
		err = a.MayRun(t)
	}
	watch := append(resolve.Files(path.Home().DefaultFile(), dir), toolchainPlaces(path, t)...)
	return errors.Join(a.UI.PrintCode(shell.Direnv(watch, direnvVars(a, path, t, args, err))), err)
}

// direnvTarget is the target here. A version in args, from the .envrc, stands
// for GO_VERSION where that is not set.
func direnvTarget(a *app.App, args []string) (app.Target, error) {
	if _, value := a.Variable(); len(args) == 0 || value != "" {
		return a.Target(nil)
	}
	if args[0] == "" {
		return app.Target{}, failure.Usage(errors.New("use gosw has an empty version"), command.Hintf(`write "use gosw" to follow the pin files`))
	}
	return cmdline.ExecTarget(a, args[0])
}

// toolchainPlaces lists what changes when t is installed or removed, or when
// another version becomes the newest of its line. direnv notices that a directory
// has a new entry, but not twice in a second, hence the names themselves.
func toolchainPlaces(path toolchain.Path, t app.Target) []string {
	var places []string
	for _, home := range path {
		places = append(places, home.Toolchains())
		if v, ok := t.Choice.Spec.Version(); ok {
			places = append(places, home.Dir(v))
		} else if link := toolchain.Link(t.Choice.Spec); link != "" {
			places = append(places, filepath.Join(home.Toolchains(), link))
		}
		if !t.Version.IsZero() && !slices.Contains(places, home.Dir(t.Version)) {
			places = append(places, home.Dir(t.Version))
		}
	}
	return places
}

// direnvVars lists what a project's environment needs: what a shim changes for t,
// PATH, GO_VERSION where the .envrc has it, and GOSW_ACTIVE for prompts. If t
// can't be had, which is err, the shim is left to say so.
func direnvVars(a *app.App, path toolchain.Path, t app.Target, args []string, err error) []shell.Var {
	var vars []shell.Var
	if err != nil {
		t = app.Target{}
	}
	if !t.Version.IsZero() { // the system's go may need its GOROOT
		vars = shimVars(a, t)
	}
	vars = append(vars, shell.Var{Name: "PATH", Value: path.SearchPath(a.Getenv("PATH"), t.GOROOT)})
	if _, value := a.Variable(); len(args) > 0 && args[0] != "" && value == "" {
		vars = append(vars, shell.Var{Name: "GO_VERSION", Value: args[0]})
	}
	return append(vars, shell.Var{Name: "GOSW_ACTIVE", Value: app.VersionName(t.Version), Unset: err != nil})
}

// shimVars lists the variables that the shim changes for t.
func shimVars(a *app.App, t app.Target) []shell.Var {
	env := a.EnvironOf(t)
	var vars []shell.Var
	for _, name := range []string{"GOROOT", "GOTOOLCHAIN", "GOTOOLCHAIN_INTERNAL_SWITCH_VERSION"} {
		value := env.Get(name) // go takes an empty one for none
		vars = append(vars, shell.Var{Name: name, Value: value, Unset: value == ""})
	}
	return vars
}
