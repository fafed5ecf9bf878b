package cmdline

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
)

// Select returns the releases that specs stand for, each once: the newest that there
// are, by a list that client has if one is needed.
func Select(ctx context.Context, a *app.App, client func() (*fetch.Client, error), specs []gover.Spec) ([]gover.Version, error) {
	var versions []gover.Version
	var errs []error
	for _, spec := range specs {
		v, err := selectOne(ctx, a, client, spec)
		if err != nil {
			errs = append(errs, err)
		} else if !slices.Contains(versions, v) {
			versions = append(versions, v)
		}
	}
	return versions, errors.Join(errs...)
}

// ReleasesAge is how old a list of releases may be for "install 1.22" to do
// without the network.
const ReleasesAge = 10 * time.Minute

func selectOne(ctx context.Context, a *app.App, client func() (*fetch.Client, error), spec gover.Spec) (gover.Version, error) {
	if v, ok := spec.Version(); ok {
		return v, nil
	}
	if spec.Kind() == gover.System {
		return gover.Version{}, failure.Usage(
			errors.New("\"system\" means the go on PATH that is not gosw's; it can't be installed"),
			command.Hintf(`name a version: "gosw install latest"`),
		)
	}
	lister, err := client()
	if err != nil {
		return gover.Version{}, err
	}
	path, err := a.Path()
	if err != nil {
		return gover.Version{}, err
	}
	age := ReleasesAge
	if a.From != "" { // it costs nothing to read the list there
		age = 0
	}
	releases, err := lister.Releases(ctx, age)
	if err != nil { // to be asked for what is there is no reason to fail
		v, ok, findErr := app.Find(path, spec)
		if findErr != nil || !ok {
			return v, err
		}
		a.UI.Note("%v; keeping %v, which may not be the newest %s", err, v, spec)
		return v, nil
	}
	if v, ok, err := app.Find(path, spec); releases.Offline && ok && err == nil { // a newer one can't be had now
		a.UI.Note("offline; keeping %v, which may not be the newest %s", v, spec)
		return v, nil
	}
	return Newest(spec, releases.Versions)
}
