package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/toolchain"
)

// A place is where installed versions are looked for: a store, or all of them.
type place interface {
	Lookup(gover.Spec) (gover.Version, bool, error)
	Installed() ([]gover.Version, error)
}

var _, _ place = toolchain.Home(""), toolchain.Path{}

// find returns the installed version that spec stands for, constraints
// included.
func find(in place, spec gover.Spec) (gover.Version, bool, error) {
	if spec.Kind() != gover.Constraint {
		return in.Lookup(spec)
	}
	versions, err := in.Installed()
	if err != nil {
		return gover.Version{}, false, err
	}
	return constraint.Newest(spec, versions)
}

// toInstall returns what makes specs stand for something in an empty store: which
// line is the one before the newest depends on the newest, and the system's go is
// not ours to install.
func toInstall(specs ...gover.Spec) []gover.Spec {
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

// noRelease says that no release is one that spec stands for, and what is near.
func noRelease(spec gover.Spec, known []gover.Version) error {
	return withHint(
		fmt.Errorf("no release of Go matches %q", spec.String()),
		nearHint(spec, known),
	)
}

// explainMissing adds to err, that of a version that the proxy does not have,
// which versions there are.
func (in *installer) explainMissing(ctx context.Context, v gover.Version, err error) error {
	if elsewhere := in.client.MissingPlatform(ctx, v); elsewhere != nil {
		return platformHint(elsewhere)
	}
	releases, listErr := in.client.Releases(ctx, releasesAge)
	if listErr != nil {
		return err
	}
	if slices.Contains(releases.Versions, v) {
		return withHint(err, hintf("%v exists, but the sources here don't have it: look at GOPROXY and GOSW_SOURCE with \"gosw env\"", v))
	}
	return withHint(err, nearHint(gover.Only(v), releases.Versions))
}

// platformHint adds to the error of a version that has no build for a platform
// for which ones it has.
func platformHint(err error) error {
	if missing := (*release.PlatformError)(nil); errors.As(err, &missing) {
		hint := hintf("it exists for %s", platformList(missing.Exist))
		if missing.Partial {
			hint.Text += `; "GOSW_SOURCE=dl gosw …" asks an index that has all`
		}
		return withHint(err, hint)
	}
	return err
}

// nearHint names releases near spec: those of its line, else the newest.
func nearHint(spec gover.Spec, known []gover.Version) Hint {
	var line []string
	for _, v := range known {
		wanted, exact := spec.Version()
		if exact && wanted.Line() == v.Line() || spec.Kind() == gover.Line && spec.String() == v.Line() {
			line = append(line, gover.Only(v).String()) // 1.20.0, where Go says 1.20
		}
	}
	const all = `"gosw list --remote" shows them all`
	if len(line) > 0 {
		return hintf("near it there are %s; "+all, strings.Join(line[:min(len(line), 4)], ", "))
	}
	if text := spec.String(); spec.Kind() == gover.Line && len(text) > len("1.22") {
		if near := nearest(text, lines(known)); near != "" {
			return hintf("did you mean %s? "+all, near)
		}
	}
	latest, _ := gover.ParseSpec("latest")
	if v, ok := latest.Newest(known); ok {
		return hintf("the newest release is %v; "+all, v)
	}
	return hintf(all)
}

// lines returns the lines of versions.
func lines(versions []gover.Version) []string {
	var all []string
	for _, v := range versions {
		if !slices.Contains(all, v.Line()) {
			all = append(all, v.Line())
		}
	}
	return all
}

// newestFirst sorts versions.
func newestFirst(versions []gover.Version) {
	slices.SortFunc(versions, func(a, b gover.Version) int { return gover.Compare(b, a) })
}
