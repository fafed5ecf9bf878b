package cmdline

import (
	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
)

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
