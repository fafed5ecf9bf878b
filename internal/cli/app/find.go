package app

import (
	"slices"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
)

// Filter keeps the versions that one of specs matches, or all without specs,
// newest first.
func Filter(versions []gover.Version, specs []gover.Spec) ([]gover.Version, error) {
	keep := slices.Clone(versions)
	if len(specs) > 0 {
		keep = nil
	}
	for _, spec := range specs {
		match, err := constraint.Parse(spec)
		if err != nil {
			return nil, err
		}
		newest, _ := spec.Newest(versions)
		for _, v := range versions {
			single := spec.Kind() == gover.Latest || spec.Kind() == gover.Oldstable
			if (single && v == newest || !single && match(v)) && !slices.Contains(keep, v) {
				keep = append(keep, v)
			}
		}
	}
	gover.NewestFirst(keep)
	return keep, nil
}

// A Place is where installed versions are looked for: a store, or all of them.
type Place interface {
	Lookup(gover.Spec) (gover.Version, bool, error)
	Installed() ([]gover.Version, error)
}

// Find returns the installed version that spec stands for, constraints
// included.
func Find(in Place, spec gover.Spec) (gover.Version, bool, error) {
	if spec.Kind() != gover.Constraint {
		return in.Lookup(spec)
	}
	versions, err := in.Installed()
	if err != nil {
		return gover.Version{}, false, err
	}
	return constraint.Newest(spec, versions)
}

// MustHave returns the installed version that spec stands for, none for system. That
// there is none is an error.
func (a *App) MustHave(spec gover.Spec) (v gover.Version, err error) {
	path, err := a.Path()
	if err != nil || spec.Kind() == gover.System {
		return v, err
	}
	v, ok, err := Find(path, spec)
	if err == nil && !ok {
		err = &NotInstalledError{Spec: spec}
	}
	return v, err
}

// ToInstall returns what makes specs stand for something in an empty store: which
// line is the one before the newest depends on the newest, and the system's go is
// not ours to install.
func ToInstall(specs ...gover.Spec) []gover.Spec {
	var all []gover.Spec
	for _, spec := range specs {
		if spec.Kind() == gover.Oldstable {
			if latest, err := gover.ParseSpec("latest"); err == nil {
				all = append(all, latest)
			}
		}
		if spec.Kind() != gover.System {
			all = append(all, spec)
		}
	}
	return all
}
