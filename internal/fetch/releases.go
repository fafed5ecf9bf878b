package fetch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gosw/gosw/internal/gover"
)

const (
	maxList = 16 << 20 // bytes of a list of versions
	maxInfo = 1 << 16
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

// Releases returns the list of releases, from CacheDir if that is not older
// than maxAge, else from the network. Offline, and with GOPROXY=off, it is what
// [Client.LocalReleases] returns.
//
// A caching proxy lists only the toolchains that somebody asked it for. So its
// list is completed by what was out when this gosw was built, and by asking for
// each version that would come next. If the proxy has no list, the index of
// go.dev/dl stands in.
func (c *Client) Releases(ctx context.Context, maxAge time.Duration) (Releases, error) {
	if c.offline() {
		list := c.LocalReleases()
		list.Offline = true
		return list, nil
	}
	if cached, ok := c.CachedReleases(); ok && maxAge > 0 && isFresh(cached.Fetched, maxAge) {
		return cached, nil
	}
	found, err := c.list(ctx)
	if err == nil && ctx.Err() != nil { // what has been probed so far is not the list
		err = context.Cause(ctx)
	}
	if err != nil {
		return Releases{}, fmt.Errorf("list Go releases: %w", err)
	}
	list := Releases{Versions: found.newestFirst(), Fetched: time.Now().Round(0), Origin: FromNetwork}
	c.storeReleases(list)
	return list, nil
}

// LocalReleases returns what can be told without the network: the list that
// was fetched last, however old, else what was out when this gosw was built.
func (c *Client) LocalReleases() Releases {
	if cached, ok := c.CachedReleases(); ok {
		return cached
	}
	return Releases{Versions: c.known().of(c.cfg.Platform), Origin: FromBuild}
}

// offline reports whether lists are to come from caches only.
func (c *Client) offline() bool {
	return c.cfg.Offline
}

// sources says where lists of releases may come from.
type sources struct {
	proxy bool // the lists in the module proxy, and asking it for what is in none
	index bool // the index of go.dev/dl; if proxy is set, only where that fails
}

func (c *Client) sources() sources {
	return sources{
		proxy: c.cfg.Source != SourceDL,
		index: c.cfg.Source != SourceProxy && c.dl.url != nil || c.cfg.Source == SourceDL,
	}
}

// list returns the releases that the sources know, at least one.
func (c *Client) list(ctx context.Context) (versionSet, error) {
	var proxyErr error
	from := c.sources()
	if from.proxy {
		var found versionSet
		if found, proxyErr = c.listProxy(ctx); proxyErr == nil || ctx.Err() != nil || !from.index {
			return found, proxyErr
		}
	}
	x, err := c.distIndex(ctx)
	found := make(versionSet)
	if err == nil {
		found.add(x.versions(c.cfg.Platform))
	}
	switch {
	case len(found) > 0:
		return found, nil
	case proxyErr != nil && !errors.Is(proxyErr, ErrDirect): // it was asked first
		return nil, proxyErr
	case err != nil:
		return nil, err
	}
	return nil, c.noReleases()
}

// noReleases is the error of a list that has nothing.
func (c *Client) noReleases() error { return fmt.Errorf("none for %s", c.cfg.Platform) }

// listProxy returns the releases that the module proxy has.
func (c *Client) listProxy(ctx context.Context) (versionSet, error) {
	if err := c.checkNoProxy(Module); err != nil {
		return nil, err
	}
	text, err := c.toolchainList(ctx)
	if err != nil && errors.As(err, new(*RequestError)) { // nor would it answer anything else
		return nil, err
	}
	found := parseToolchainList(text, c.cfg.Platform)
	found.add(c.passedOn(ctx, c.unlisted(found)))
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case len(found) > 0:
		c.probe(ctx, found)
		return found, nil
	case err != nil:
		return nil, err
	}
	return nil, c.noReleases()
}

// versionSet is a set of versions.
type versionSet map[gover.Version]bool

func (s versionSet) add(versions []gover.Version) {
	for _, v := range versions {
		s[v] = true
	}
}

func (s versionSet) newestFirst() []gover.Version {
	list := make([]gover.Version, 0, len(s))
	for v := range s {
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b gover.Version) int { return gover.Compare(b, a) })
	return list
}
