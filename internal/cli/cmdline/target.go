package cmdline

import (
	"errors"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/resolve"
)

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
