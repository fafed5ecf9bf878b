package release

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
func (l *Lister) Platforms(ctx context.Context, v gover.Version) (list []Platform, all bool, err error) {
	list, all = l.known().platformsOf(v), true
	if x, ok := l.cachedIndex(); ok {
		list = append(list, x.platforms(v)...)
	}
	if len(list) == 0 && !l.offline() {
		list, all, err = l.askPlatforms(ctx, v)
	}
	if len(list) > 0 {
		slices.SortFunc(list, comparePlatforms)
		return slices.Compact(list), all, nil
	}
	return nil, all, err
}

// askPlatforms asks the index, which has all, then the proxy, whose list may
// lack what nobody has asked it for.
func (l *Lister) askPlatforms(ctx context.Context, v gover.Version) (list []Platform, all bool, err error) {
	from := l.sources()
	if from.index {
		var x *distIndex
		if x, err = l.distIndex(ctx); err == nil {
			list = x.platforms(v)
		}
	}
	if len(list) > 0 || !from.proxy || l.proxies.Check(Module) != nil {
		return list, true, err
	}
	text, err := l.toolchainList(ctx)
	for r := range toolchains(text) {
		if r.Version == v {
			list = append(list, r.Platform)
		}
	}
	return list, false, err
}

// MissingPlatform returns a *PlatformError if v exists for other platforms than
// the client's only, as far as [lister.Platforms] can tell, else nil.
func (l *Lister) MissingPlatform(ctx context.Context, v gover.Version) error {
	list, all, err := l.Platforms(ctx, v)
	if err != nil || len(list) == 0 || slices.Contains(list, l.cfg.Platform) {
		return nil
	}
	if x, ok := l.cachedIndex(); l.known().has(v, l.cfg.Platform) && (!ok || len(x.platforms(v)) == 0) {
		return nil // the list is a proxy's, which may lack what nobody has asked it for
	}
	return &PlatformError{Version: v, Platform: l.cfg.Platform, Exist: list, Partial: !all}
}
