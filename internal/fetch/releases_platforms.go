package fetch

import (
	"context"
	"fmt"
	"io/fs"
	"slices"

	"github.com/gosw/gosw/internal/gover"
)

// A PlatformError says that a version exists, but not for a platform.
type PlatformError struct {
	Version  gover.Version
	Platform Platform
	Exist    []Platform // what it exists for, sorted; at least one
	Partial  bool       // there may be others
}

func (e *PlatformError) Error() string {
	if e.Partial {
		return fmt.Sprintf("%v has no %v build that the module proxy lists", e.Version, e.Platform)
	}
	return fmt.Sprintf("%v has no %v build", e.Version, e.Platform)
}

// Is makes a PlatformError equivalent to fs.ErrNotExist.
func (e *PlatformError) Is(target error) bool { return target == fs.ErrNotExist }

// Platforms returns the platforms that v has archives for, sorted, none if v is
// unknown, and whether these are all: a proxy may list only what it has been asked
// for. The network is asked only for a version newer than this gosw and
// the index in CacheDir, and not offline. The error is that of the network, if
// nothing else is known.
func (c *Client) Platforms(ctx context.Context, v gover.Version) (list []Platform, all bool, err error) {
	list, all = c.known().platformsOf(v), true
	if x, ok := c.cachedIndex(); ok {
		list = append(list, x.platforms(v)...)
	}
	if len(list) == 0 && !c.offline() {
		list, all, err = c.askPlatforms(ctx, v)
	}
	if len(list) > 0 {
		slices.SortFunc(list, comparePlatforms)
		return slices.Compact(list), all, nil
	}
	return nil, all, err
}

// askPlatforms asks the index, which has all, then the proxy, whose list may
// lack what nobody has asked it for.
func (c *Client) askPlatforms(ctx context.Context, v gover.Version) (list []Platform, all bool, err error) {
	from := c.sources()
	if from.index {
		var x *distIndex
		if x, err = c.distIndex(ctx); err == nil {
			list = x.platforms(v)
		}
	}
	if len(list) > 0 || !from.proxy || c.checkNoProxy(Module) != nil {
		return list, true, err
	}
	text, err := c.toolchainList(ctx)
	for r := range toolchains(text) {
		if r.version == v {
			list = append(list, r.platform)
		}
	}
	return list, false, err
}

// MissingPlatform returns a *PlatformError if v exists for other platforms than
// the client's only, as far as [Client.Platforms] can tell, else nil.
func (c *Client) MissingPlatform(ctx context.Context, v gover.Version) error {
	list, all, err := c.Platforms(ctx, v)
	if err != nil || len(list) == 0 || slices.Contains(list, c.cfg.Platform) {
		return nil
	}
	if x, ok := c.cachedIndex(); c.known().has(v, c.cfg.Platform) && (!ok || len(x.platforms(v)) == 0) {
		return nil // the list is a proxy's, which may lack what nobody has asked it for
	}
	return &PlatformError{Version: v, Platform: c.cfg.Platform, Exist: list, Partial: !all}
}
