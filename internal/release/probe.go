package release

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"sync"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/web"
)

const (
	probedLines = 3  // Go supports two; the third gets its last fixes about when a new line appears
	maxProbes   = 20 // of one line: a server that says yes to everything must not keep us
)

// probe adds to found what is newer than any list: the next patches of the
// newest lines, and the next line. A version that can't be asked for, for
// whatever reason, ends its line: lists without it are still good.
func (l *Lister) probe(ctx context.Context, found versionSet) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	add := func(versions []gover.Version) {
		mu.Lock()
		defer mu.Unlock()
		found.add(versions)
	}
	newest := newestOfLines(found, probedLines)
	for _, v := range newest {
		wg.Go(func() { add(l.probeFrom(ctx, v.Next())) })
	}
	wg.Go(func() {
		for minor := newest[0].Minor() + 1; ; minor++ {
			v, err := gover.Parse(gover.LineOf(minor) + ".0")
			if err != nil {
				return
			}
			line := l.probeFrom(ctx, v)
			if add(line); len(line) == 0 || minor > newest[0].Minor()+probedLines {
				return
			}
		}
	})
	wg.Wait()
}

// newestOfLines returns the newest version of each of the n newest lines,
// newest first.
func newestOfLines(found versionSet, n int) []gover.Version {
	sameLine := func(a, b gover.Version) bool { return a.Line() == b.Line() }
	list := slices.CompactFunc(found.newestFirst(), sameLine)
	return list[:min(n, len(list))]
}

// probeFrom returns v and the patches after it, up to the first that is
// missing.
func (l *Lister) probeFrom(ctx context.Context, v gover.Version) []gover.Version {
	var list []gover.Version
	for len(list) < maxProbes && l.exists(ctx, v) {
		list = append(list, v)
		v = v.Next()
	}
	return list
}

// passedOn returns the releases that were out when this gosw was built and are not
// in found, newest first, if the proxy has what it does not list, as one does that
// passes requests on. A mirror of chosen versions has what it lists. The first
// release tells them apart.
func (l *Lister) passedOn(ctx context.Context, found versionSet) []gover.Version {
	unlisted := slices.DeleteFunc(l.known().of(l.cfg.Platform), func(v gover.Version) bool { return found[v] })
	i := slices.IndexFunc(unlisted, func(v gover.Version) bool { return !v.IsPrerelease() })
	if i < 0 || !l.exists(ctx, unlisted[i]) {
		return nil
	}
	return unlisted
}

func (l *Lister) exists(ctx context.Context, v gover.Version) bool {
	want := Release{Version: v, Platform: l.cfg.Platform}.Module()
	var data []byte
	err := l.proxies.Try(ctx, func(base *url.URL) (err error) {
		data, err = l.web.Read(ctx, web.Join(base, Module, "@v", want+".info"), "a version", maxInfo)
		return err
	})
	var info struct{ Version string }
	return err == nil && json.Unmarshal(data, &info) == nil && info.Version == want
}
