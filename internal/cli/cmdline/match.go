package cmdline

import (
	"errors"
	"fmt"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/toolchain"
)

// Matching is filter, but that each of specs has to stand for one of versions. More
// goes on with the hint of the error.
func Matching(versions []gover.Version, specs []gover.Spec, more string) ([]gover.Version, error) {
	for _, spec := range specs {
		if _, ok, err := constraint.Newest(spec, versions); err != nil {
			return nil, err
		} else if !ok {
			return nil, failure.WithHint(&app.NotInstalledError{Spec: spec}, command.Hintf(`"gosw list" shows what is installed`+more))
		}
	}
	return app.Filter(versions, specs)
}

// InstalledHere is [Matching] for what is installed in the user's store, which alone
// can be changed.
func InstalledHere(a *app.App, home toolchain.Home, specs []gover.Spec) ([]gover.Version, error) {
	installed, err := home.Installed()
	if err != nil {
		return nil, err
	}
	versions, err := Matching(installed, specs, "")
	if missing := (*app.NotInstalledError)(nil); errors.As(err, &missing) {
		err = ExplainSystem(a, missing.Spec, err)
	}
	return versions, err
}

// ExplainSystem replaces err, that spec is not installed, if it is not in the
// user's store only.
func ExplainSystem(a *app.App, spec gover.Spec, err error) error {
	path, pathErr := a.Path()
	if pathErr != nil || path.System() == "" {
		return err
	}
	if v, ok, _ := app.Find(path.System(), spec); ok {
		return failure.WithHint(
			fmt.Errorf("%v is in the system store %s, which gosw does not change", v, path.System()),
			command.Hintf("its administrator can: GOSW_ROOT=%s gosw …", path.System()),
		)
	}
	return err
}

// ExecTarget resolves text, or what applies here if it is empty.
func ExecTarget(a *app.App, text string) (app.Target, error) {
	if text == "" {
		return a.Target(nil)
	}
	specs, err := ParseSpecs(a, []string{text})
	if err != nil {
		return app.Target{}, err
	}
	path, err := a.Path()
	if err != nil {
		return app.Target{}, err
	}
	t, err := a.TargetOf(path, resolve.Choice{Spec: specs[0], Rule: resolve.FromEnv})
	if missing := (*app.NotInstalledError)(nil); errors.As(err, &missing) {
		missing.Source = "" // it was typed
	}
	return t, err
}
