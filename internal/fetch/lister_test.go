package fetch

import (
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// A listSetup is what a lister is made from.
type listSetup struct {
	listConfig
	proxy, noProxy string
	offline        bool
}

// A testLister is a lister that knows what it was made from.
type testLister struct {
	*lister
	setup listSetup
}

func openList(setup listSetup) (*testLister, error) {
	list, err := parseProxies(setup.proxy)
	if err != nil {
		return nil, err
	}
	w := newWeb(webConfig{
		CacheDir: setup.CacheDir, Limits: limits{wait: time.Millisecond, longest: 10 * time.Millisecond},
		Offline: offlineReason(setup.offline, list),
	})
	setup.Key = setup.proxy
	l, err := newLister(w, newProxies(w, list, setup.noProxy), setup.listConfig)
	return &testLister{l, setup}, err
}

// newList returns a lister of s with a cache of its own.
func newList(t *testing.T, s *fetchtest.Server, change func(*listSetup)) *testLister {
	t.Helper()
	setup := listSetup{listConfig: listConfig{Platform: host, Source: SourceAuto, CacheDir: t.TempDir()}, proxy: s.Proxy()}
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
