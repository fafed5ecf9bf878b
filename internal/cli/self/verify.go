package self

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/selfupdate"
)

func verifyCommand(a *app.App, others Others) *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Check that gosw is built from its public source",
		Long: `Verify downloads the source of this version through GOPROXY, verifies it against
the checksum database, builds it with the Go that built this gosw, from the store,
and compares gosw and gosw-shim byte by byte. That takes about a minute.

A difference is a SECURITY ERROR. A gosw that was changed may lie: to be sure, run
another copy, or build and compare by hand, as docs/self.md shows.`,
		Example: `  gosw self verify
  gosw install 1.26.8 && gosw self verify`,
		Args: cmdline.None,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return verify(cmd.Context(), a, others)
		},
	}
}

func verify(ctx context.Context, a *app.App, others Others) error {
	c, err := released(a)
	if err != nil {
		return err
	}
	b, err := build(ctx, a, others, c)
	if err != nil {
		return err
	}
	client, err := upkeep.Releases(a)
	if err != nil {
		return err
	}
	a.UI.Note("building gosw %s with %s", c.Version, c.Go)
	switch err := c.Verify(ctx, client, b); {
	case errors.Is(err, selfupdate.ErrPaths):
		return notMine(err, command.Hintf("install one that can be verified: %v", command.Run(source...)))
	case err != nil:
		return failure.Meaning(err, command.Hintf("This gosw could not be verified against its public source. Do not run it: remove it and install a release."))
	}
	a.UI.Note("verified: gosw and gosw-shim in %s are built from the public source of %s", c.Dir, c.Version)
	return nil
}

// build returns what the source is built with: the go that built c, which is proven
// anew, and the settings.
func build(ctx context.Context, a *app.App, others Others, c *selfupdate.Copy) (b selfupdate.Build, err error) {
	v, err := gover.Parse(c.Go)
	if err != nil || v.String() != c.Go {
		return b, notMine(errors.New("this gosw was built by "+c.Go+", which is no release of Go"), command.Hintf("install a published one: %v", command.Run(source...)))
	}
	path, err := a.Path()
	if err != nil {
		return b, err
	}
	if ok, err := path.Has(v); err != nil {
		return b, err
	} else if !ok {
		return b, &app.NotInstalledError{Spec: gover.Only(v), Source: "the Go that built this gosw"}
	}
	home, err := path.Of(v)
	if err == nil {
		err = a.MayRead()
	}
	if err == nil {
		err = others.VerifyToolchain(ctx, home, v)
	}
	if err != nil {
		return b, err
	}
	b = selfupdate.Build{Program: home.Tool(v, "go"), Env: a.Inv.Env}
	if b.Temp, err = a.TempDir(); err != nil {
		return b, err
	}
	if cache := a.Getenv("GOCACHE"); filepath.IsAbs(cache) { // of nobody's choice, it is a new one: what is in a cache is not proven
		b.Cache = cache
	}
	for name, to := range map[string]*string{"GOPROXY": &b.Proxy, "GOSUMDB": &b.SumDB, "GOAUTH": &b.Auth} {
		s, err := a.Setting(name)
		if err != nil {
			return b, err
		}
		*to = s.Value
	}
	return b, nil
}
