package cli

import (
	"errors"
	"path/filepath"
	"slices"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/shell"
	"github.com/gosw/gosw/internal/toolchain"
)

// envDirenv is "gosw env --direnv [VERSION]", which the library of direnv calls.
// With an error it prints, too: what is to be watched until the error is mended,
// and an environment in which go says the same error.
func (a *app) envDirenv(args []string) error {
	if len(args) > 1 {
		return usage(errors.New("use gosw takes one version"), hintf(`for example "use gosw 1.22"; without one the pin files decide`))
	}
	path, err := a.path()
	if err != nil {
		return err
	}
	if err := fitsPath(string(path.Home())); err != nil {
		return err
	}
	dir, err := a.workingDir()
	if err != nil {
		return err
	}
	t, err := a.direnvTarget(args)
	if err == nil {
		a.seen(t.choice)
		_, err = a.program(t, "go")
	}
	changes := shell.Direnv{
		Watch: append(resolve.Files(path.Home().DefaultFile(), dir), toolchainPlaces(path, t)...),
		Vars:  a.direnvVars(path, t, args, err),
	}
	return errors.Join(a.ui.printCode(changes.Text()), err)
}

// direnvTarget is the target here. A version in args, from the .envrc, stands
// for GO_VERSION where that is not set.
func (a *app) direnvTarget(args []string) (target, error) {
	if _, value := a.variable(); len(args) == 0 || value != "" {
		return a.target(nil)
	}
	if args[0] == "" {
		return target{}, usage(errors.New("use gosw has an empty version"), hintf(`without any, "use gosw", the pin files decide`))
	}
	return a.execTarget(args[0])
}

// toolchainPlaces lists what changes when t is installed or removed, or when
// another version becomes the newest of its line. direnv notices that a folder
// has a new entry, but not twice in a second, hence the names themselves.
func toolchainPlaces(path toolchain.Path, t target) []string {
	var places []string
	for _, home := range path {
		places = append(places, home.Toolchains())
		if v, ok := t.choice.Spec.Version(); ok {
			places = append(places, home.Dir(v))
		} else if link := toolchain.Link(t.choice.Spec); link != "" {
			places = append(places, filepath.Join(home.Toolchains(), link))
		}
		if !t.version.IsZero() && !slices.Contains(places, home.Dir(t.version)) {
			places = append(places, home.Dir(t.version))
		}
	}
	return places
}

// direnvVars lists what a project's environment needs: what a shim changes for t,
// PATH, GO_VERSION where the .envrc has it, and GOSW_ACTIVE for prompts. If t
// can't be had, which is err, the shim is left to say so.
func (a *app) direnvVars(path toolchain.Path, t target, args []string, err error) []shell.Var {
	var vars []shell.Var
	if err != nil {
		t = target{}
	}
	if !t.version.IsZero() { // the system's go may need its GOROOT
		vars = a.shimVars(t)
	}
	vars = append(vars, shell.Var{Name: "PATH", Value: path.SearchPath(a.getenv("PATH"), t.goroot)})
	if _, value := a.variable(); len(args) > 0 && args[0] != "" && value == "" {
		vars = append(vars, shell.Var{Name: "GO_VERSION", Value: args[0]})
	}
	return append(vars, shell.Var{Name: "GOSW_ACTIVE", Value: versionName(t.version), Unset: err != nil})
}

// shimVars lists the variables that the shim changes for t.
func (a *app) shimVars(t target) []shell.Var {
	env := a.environOf(t)
	var vars []shell.Var
	for _, name := range []string{"GOROOT", "GOTOOLCHAIN", "GOTOOLCHAIN_INTERNAL_SWITCH_VERSION"} {
		value := env.Get(name) // go takes an empty one for none
		vars = append(vars, shell.Var{Name: name, Value: value, Unset: value == ""})
	}
	return vars
}

// versionName is what commands print for v, "system" for the system's go.
func versionName(v gover.Version) string {
	if v.IsZero() {
		return "system"
	}
	return v.String()
}
