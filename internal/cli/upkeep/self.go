package upkeep

import (
	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/selfupdate"
)

// Self returns the running gosw as it is installed.
func Self(a *app.App) (*selfupdate.Copy, error) {
	exe, err := app.Executable()
	if err != nil {
		return nil, err
	}
	c, err := selfupdate.Inspect(exe)
	if err == nil {
		c.Step = a.Inv.Step
	}
	return c, err
}

// Releases returns a client of the releases of gosw.
func Releases(a *app.App) (*selfupdate.Client, error) {
	base, err := a.Setting("GOSW_DOWNLOAD_URL")
	if err != nil {
		return nil, err
	}
	client, err := a.Client()
	if err != nil {
		return nil, err
	}
	return &selfupdate.Client{Web: client.Web(), DB: client.Database(), Base: base.Value}, nil
}
