package app

import (
	"fmt"
	"path/filepath"

	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/goauth"
)

// FetchConfig gathers what the fetcher must know.
func (a *App) FetchConfig() (fetch.Config, error) {
	all, err := a.Settings()
	if err != nil {
		return fetch.Config{}, err
	}
	value := make(map[string]string)
	for _, s := range all {
		value[s.Name] = s.Value
	}
	private := value["GONOPROXY"]
	if private == "" {
		private = value["GOPRIVATE"]
	}
	if _, err := a.Setting("GOSW_SOURCE"); err != nil { // has no value that it can't have
		return fetch.Config{}, err
	}
	netrc, err := a.Netrc()
	if err != nil {
		return fetch.Config{}, err
	}
	cache, err := a.CacheDir()
	if err != nil {
		return fetch.Config{}, err
	}
	state, err := a.StateDir()
	if err != nil {
		return fetch.Config{}, err
	}
	auth, err := goauth.New(value["GOAUTH"], netrc, a.Inv.Env)
	if err != nil {
		return fetch.Config{}, failure.WithHint(fmt.Errorf("GOAUTH: %w", err), command.Hintf(`"gosw env GOAUTH" shows where it is set, "go help goauth" what it may be`))
	}
	return fetch.Config{
		Source:    value["GOSW_SOURCE"],
		DL:        value["GOSW_DL_URL"],
		DLArchive: value["GOSW_DL_ARCHIVE_URL"],
		ModCache:  value["GOMODCACHE"],
		Offline:   a.Offline,
		Proxy:     value["GOPROXY"],
		SumDB:     value["GOSUMDB"],
		NoProxy:   private,
		Auth:      auth,
		HTTPProxy: a.Inv.Proxy,
		CacheDir:  cache,
		StateDir:  filepath.Join(state, "sumdb"),
		Platform:  a.Platform,
		UserAgent: "gosw/" + Version,
	}, nil
}
