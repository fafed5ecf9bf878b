package release

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/web"
)

const (
	maxList = 16 << 20 // bytes of a list of versions
	maxInfo = 1 << 16
)

// Where releases may come from: of a list and of a download.
const (
	SourceAuto  = "auto"  // a module proxy, then the download page
	SourceProxy = "proxy" // module proxies alone
	SourceDL    = "dl"    // the download page alone
)

// An Origin is where a list of releases is from.
type Origin string

// The origins of a list.
const (
	FromNetwork Origin = "network"
	FromCache   Origin = "cache"    // from the network, some time ago
	FromBuild   Origin = "built-in" // what was out when this gosw was built
)

// Releases is what can be downloaded for the client's platform.
type Releases struct {
	Versions []gover.Version // newest first, betas and release candidates included
	Fetched  time.Time       // zero if it is FromBuild
	Origin   Origin
	Offline  bool // nobody was to be asked, so there may be newer ones
}

// A Lister knows what releases there are, for one platform. It is safe for
// concurrent use.
type Lister struct {
	web     *web.Client
	proxies *web.Proxies
	cfg     Config
	dl      *dlSource
	known   func() *knownTable
}

// A Config says where lists come from.
type Config struct {
	Platform Platform
	Source   string // SourceAuto, SourceProxy or SourceDL
	DL       string // base URL of the index of archives, or URL of a copy that ends in ".json"; "" for none
	CacheDir string
	Key      string // tells lists of other proxies apart
}

// New returns a Lister that gets its lists by w, from the proxies of p and as cfg says.
func New(w *web.Client, p *web.Proxies, cfg Config) (*Lister, error) {
	dl, err := newDLSource(cfg.DL)
	if err != nil {
		return nil, err
	}
	return &Lister{web: w, proxies: p, cfg: cfg, dl: dl, known: builtIn}, nil
}

// Releases returns the list of releases, from CacheDir if that is not older
// than maxAge, else from the network. Offline, and with GOPROXY=off, it is what
// [lister.LocalReleases] returns.
//
// A caching proxy lists only the toolchains that somebody asked it for. So its
// list is completed by what was out when this gosw was built, and by asking for
// each version that would come next. If the proxy has no list, the index of
// go.dev/dl stands in.
func (l *Lister) Releases(ctx context.Context, maxAge time.Duration) (Releases, error) {
	if l.offline() {
		list := l.LocalReleases()
		list.Offline = true
		return list, nil
	}
	if cached, ok := l.CachedReleases(); ok && maxAge > 0 && isFresh(cached.Fetched, maxAge) {
		return cached, nil
	}
	found, err := l.list(ctx)
	if err == nil && ctx.Err() != nil { // what has been probed so far is not the list
		err = context.Cause(ctx)
	}
	if err != nil {
		return Releases{}, fmt.Errorf("list Go releases: %w", err)
	}
	list := Releases{Versions: found.newestFirst(), Fetched: time.Now().Round(0), Origin: FromNetwork}
	l.storeReleases(list)
	return list, nil
}

// LocalReleases returns what can be told without the network: the list that
// was fetched last, however old, else what was out when this gosw was built.
func (l *Lister) LocalReleases() Releases {
	if cached, ok := l.CachedReleases(); ok {
		return cached
	}
	return Releases{Versions: l.known().of(l.cfg.Platform), Origin: FromBuild}
}

// offline reports whether lists are to come from caches only.
func (l *Lister) offline() bool { return l.web.Offline != nil }

// sources says where lists of releases may come from.
type sources struct {
	proxy bool // the lists in the module proxy, and asking it for what is in none
	index bool // the index of go.dev/dl; if proxy is set, only where that fails
}

func (l *Lister) sources() sources {
	return sources{
		proxy: l.cfg.Source != SourceDL,
		index: l.cfg.Source != SourceProxy && l.dl.url != nil || l.cfg.Source == SourceDL,
	}
}

// list returns the releases that the sources know, at least one.
func (l *Lister) list(ctx context.Context) (versionSet, error) {
	var proxyErr error
	from := l.sources()
	if from.proxy {
		var found versionSet
		if found, proxyErr = l.listProxy(ctx); proxyErr == nil || ctx.Err() != nil || !from.index {
			return found, proxyErr
		}
	}
	x, err := l.distIndex(ctx)
	found := make(versionSet)
	if err == nil {
		found.add(x.versions(l.cfg.Platform))
	}
	switch {
	case len(found) > 0:
		return found, nil
	case proxyErr != nil && !errors.Is(proxyErr, web.ErrDirect): // it was asked first
		return nil, proxyErr
	case err != nil:
		return nil, err
	}
	return nil, l.noReleases()
}

// noReleases is the error of a list that has nothing.
func (l *Lister) noReleases() error { return fmt.Errorf("none for %s", l.cfg.Platform) }

// listProxy returns the releases that the module proxy has.
func (l *Lister) listProxy(ctx context.Context) (versionSet, error) {
	if err := l.proxies.Check(Module); err != nil {
		return nil, err
	}
	text, err := l.toolchainList(ctx)
	if err != nil && errors.As(err, new(*web.RequestError)) { // nor would it answer anything else
		return nil, err
	}
	found := parseToolchainList(text, l.cfg.Platform)
	found.add(l.passedOn(ctx, found))
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case len(found) > 0:
		l.probe(ctx, found)
		return found, nil
	case err != nil:
		return nil, err
	}
	return nil, l.noReleases()
}

// versionSet is a set of versions.
type versionSet map[gover.Version]bool

func (s versionSet) add(versions []gover.Version) {
	for _, v := range versions {
		s[v] = true
	}
}

func (s versionSet) newestFirst() []gover.Version {
	return slices.SortedFunc(maps.Keys(s), func(a, b gover.Version) int { return gover.Compare(b, a) })
}
