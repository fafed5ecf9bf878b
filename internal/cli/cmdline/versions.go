package cmdline

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/spelling"
)

// Newest returns the newest of the known releases that spec stands for.
func Newest(spec gover.Spec, known []gover.Version) (gover.Version, error) {
	v, ok, err := constraint.Newest(spec, known)
	if err == nil && !ok {
		err = NoRelease(spec, known)
	}
	return v, err
}

// NoRelease says that no release is one that spec stands for, and what is near.
func NoRelease(spec gover.Spec, known []gover.Version) error {
	return failure.WithHint(
		fmt.Errorf("no release of Go matches %q", spec.String()),
		NearHint(spec, known),
	)
}

// PlatformHint adds to the error of a version that has no build for a platform
// for which ones it has.
func PlatformHint(err error) error {
	if missing := (*release.PlatformError)(nil); errors.As(err, &missing) {
		hint := command.Hintf("it exists for %s", namesOf(missing.Exist))
		if missing.Partial {
			hint.Text += `; for the full list use "GOSW_SOURCE=dl gosw …"`
		}
		return failure.WithHint(err, hint)
	}
	return err
}

// NearHint names releases near spec: those of its line, else the newest.
func NearHint(spec gover.Spec, known []gover.Version) command.Hint {
	var line []string
	for _, v := range known {
		wanted, exact := spec.Version()
		if exact && wanted.Line() == v.Line() || spec.Kind() == gover.Line && spec.String() == v.Line() {
			line = append(line, gover.Only(v).String()) // 1.20.0, where Go says 1.20
		}
	}
	const all = `"gosw list --remote" lists all`
	if len(line) > 0 {
		return command.Hintf("releases near it: %s; "+all, strings.Join(line[:min(len(line), 4)], ", "))
	}
	if text := spec.String(); spec.Kind() == gover.Line && len(text) > len("1.22") {
		if near := spelling.Nearest(text, gover.Lines(known)); near != "" {
			return command.Hintf("did you mean %s? "+all, near)
		}
	}
	latest, _ := gover.ParseSpec("latest")
	if v, ok := latest.Newest(known); ok {
		return command.Hintf("the newest release is %v; "+all, v)
	}
	return command.Hintf(all)
}

// ParseSpecs parses each argument, or none.
func ParseSpecs(a *app.App, args []string) ([]gover.Spec, error) {
	var specs []gover.Spec
	for _, arg := range args {
		spec, err := gover.ParseSpec(arg)
		if err == nil {
			_, err = constraint.Parse(spec)
		}
		if err != nil {
			return nil, failure.Usage(err, specHint(arg, a.Inv.Args))
		}
		specs = append(specs, spec)
	}
	return specs, nil
}
