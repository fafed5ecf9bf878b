package release

import (
	"runtime"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/web"
)

// A listSetup is what a lister is made from.
type listSetup struct {
	Config
	proxy, noProxy string
	offline        bool
}

// A testLister is a lister that knows what it was made from.
type testLister struct {
	*Lister
	setup listSetup
}

func openList(setup listSetup) (*testLister, error) {
	w, proxies, err := web.New(web.Config{
		CacheDir: setup.CacheDir, Limits: web.Limits{Wait: time.Millisecond, Longest: 10 * time.Millisecond},
		Proxy: setup.proxy, NoProxy: setup.noProxy, Offline: setup.offline,
	})
	if err != nil {
		return nil, err
	}
	setup.Key = setup.proxy
	l, err := New(w, proxies, setup.Config)
	return &testLister{l, setup}, err
}

// newList returns a lister of s with a cache of its own.
func newList(t *testing.T, s *fetchtest.Server, change func(*listSetup)) *testLister {
	t.Helper()
	setup := listSetup{Config: Config{Platform: here, Source: SourceAuto, CacheDir: t.TempDir()}, proxy: s.Proxy()}
	if change != nil {
		change(&setup)
	}
	l, err := openList(setup)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func listedBy(proxy string) func(*listSetup) { return func(setup *listSetup) { setup.proxy = proxy } }

// indexIs sets the index that a lister reads.
func indexIs(base string) func(*listSetup) { return func(setup *listSetup) { setup.DL = base } }

var here = Platform{OS: runtime.GOOS, Arch: runtime.GOARCH}

func parsed(t testing.TB, text string) gover.Version {
	t.Helper()
	v, err := gover.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
