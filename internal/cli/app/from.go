package app

import (
	"fmt"
	"strings"

	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/release"
)

// onlyFrom makes a.Source the only source of cfg. What it has is proven by the database of GOSUMDB,
// but read from there alone, whatever address GOSUMDB has.
func (a *App) onlyFrom(cfg *fetch.Config) error {
	cfg.Source, cfg.Proxy, cfg.NoProxy, cfg.ModCache, cfg.DL = release.SourceProxy, a.Source.Proxy, "", "", ""
	if a.Source.Transport != nil {
		cfg.Transport, cfg.Copy = a.Source.Transport, true
	}
	if fields := strings.Fields(cfg.SumDB); len(fields) > 0 {
		cfg.SumDB = strings.Replace(fields[0], "sum.golang.google.cn", "sum.golang.org", 1)
	}
	name, _, _ := strings.Cut(cfg.SumDB, "+")
	if cfg.SumDB != "off" && !a.Source.Proves(name) {
		return failure.WithHint(fmt.Errorf("--from %s: no copy of the checksum database %s in it", a.From, name),
			command.Hintf(`make such a directory with "gosw mirror DIR VERSION"`))
	}
	return nil
}
