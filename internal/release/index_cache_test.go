package release

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/web"
)

// age makes what the client and its cache know of the index old.
func age(t *testing.T, c *testLister, by time.Duration) {
	t.Helper()
	if c.dl.index != nil {
		c.dl.index.at = c.dl.index.at.Add(-by)
	}
	d, ok := c.web.Cached(c.dl.url, maxList)
	if !ok {
		t.Fatal("no index in the cache")
	}
	d.Fetched = d.Fetched.Add(-by)
	c.web.Keep(c.dl.url, d, false)
}

func TestDistIndexCache(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		mode      string
		unchanged bool // the server can say so
	}{{"", true}, {fetchtest.DLLastModified, true}, {fetchtest.DLNoETag, false}} {
		s := fetchtest.NewServer(t, "1.22.4")
		s.Misbehave(row.mode)
		first := newList(t, s, indexIs(s.DL()))
		load := func(c *testLister, what string, requests int, sent bool) *distIndex {
			t.Helper()
			s.Reset()
			x, err := c.distIndex(t.Context())
			if err != nil || names(x.versions(here)) != "go1.22.4" || !isFresh(x.at, time.Minute) {
				t.Fatalf("%q %s: %+v, %v", row.mode, what, x, err)
			}
			if s.Requests("/dl/") != requests || (s.Sent("/dl/") > 0) != sent {
				t.Errorf("%q %s: %d requests, %d bytes", row.mode, what, s.Requests("/dl/"), s.Sent("/dl/"))
			}
			return x
		}
		again := func() *testLister { // another process
			c, err := openList(first.setup)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		load(first, "first", 1, true)
		load(first, "in memory", 0, false)
		load(again(), "in the cache", 0, false)
		age(t, first, 11*time.Minute)
		load(first, "old", 1, !row.unchanged)
		load(again(), "renewed", 0, false)
		age(t, first, 11*time.Minute)
		load(again(), "old, in another process", 1, !row.unchanged)
		age(t, first, -time.Hour)
		load(again(), "of the future", 1, !row.unchanged)
	}
}

func TestDistIndexChanges(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newList(t, s, indexIs(s.DL()))
	old, err := c.distIndex(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add("1.22.5"); err != nil {
		t.Fatal(err)
	}
	age(t, c, time.Hour)
	x, err := c.distIndex(t.Context())
	if err != nil || names(x.versions(here)) != "go1.22.5 go1.22.4" || names(old.versions(here)) != "go1.22.4" {
		t.Errorf("%v, %v, %v", x, old, err)
	}
	f, ok := x.files[Release{parsed(t, "1.22.5"), here}]
	if !ok {
		t.Errorf("%+v", f)
	}
	resp, err := http.Get(s.Archives() + f.Name)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if data, err := io.ReadAll(resp.Body); err != nil || sha256.Sum256(data) != f.SHA256 {
		t.Errorf("%d bytes of %s, %v, not what the index says", len(data), f.Name, err)
	}
	// A server that fails does not take away what is known.
	age(t, c, time.Hour)
	s.Misbehave(fetchtest.DLStatus500)
	var status *web.StatusError
	if _, err := c.distIndex(t.Context()); !errors.As(err, &status) {
		t.Errorf("500: %v", err)
	}
	if x, ok := c.cachedIndex(); !ok || len(x.versions(here)) != 2 {
		t.Errorf("%+v, %v", x, ok)
	}
}

func TestDistIndexDamaged(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newList(t, s, indexIs(s.DL()))
	if _, err := c.distIndex(t.Context()); err != nil {
		t.Fatal(err)
	}
	bodies, err := filepath.Glob(filepath.Join(c.setup.CacheDir, "index", "*", "document.body"))
	if err != nil || len(bodies) != 1 {
		t.Fatal(bodies, err)
	}
	file := strings.TrimSuffix(bodies[0], ".body")
	for name, content := range map[string]string{
		".body": "[]", ".json": "{", // other content, and none
	} {
		if err := os.WriteFile(file+name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		other, err := openList(c.setup)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := other.cachedIndex(); ok {
			t.Errorf("%s: damaged, and used", name)
		}
		if x, err := other.distIndex(t.Context()); err != nil || len(x.versions(here)) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What a server sends as a validator goes back to it as a header.
	d, _ := c.web.Cached(c.dl.url, maxList)
	d.ETag = "\"x\"\r\nHost: example.com"
	c.web.Keep(c.dl.url, d, false)
	if d, ok := c.web.Cached(c.dl.url, maxList); !ok || d.ETag != "" {
		t.Errorf("%q, %v", d.ETag, ok)
	}
}

func TestDistIndexOffline(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newList(t, s, indexIs(s.DL()))
	c.web.Offline = web.ErrOffline
	if _, err := c.distIndex(t.Context()); !errors.Is(err, web.ErrOffline) || s.Requests("") > 0 {
		t.Errorf("%v, %d requests", err, s.Requests(""))
	}
	c.web.Offline = nil
	if _, err := c.distIndex(t.Context()); err != nil {
		t.Fatal(err)
	}
	age(t, c, 1000*time.Hour)
	s.Reset()
	c.web.Offline = web.ErrOffline
	x, err := c.distIndex(t.Context())
	if err != nil || time.Since(x.at) < 999*time.Hour || s.Requests("") > 0 {
		t.Errorf("%v, %d requests", err, s.Requests(""))
	}
}

func TestDistIndexShared(t *testing.T) {
	t.Parallel()
	for mode, fails := range map[string]bool{"": false, fetchtest.DLStatus500: true} {
		s := fetchtest.NewServer(t, "1.22.4")
		s.Misbehave(mode)
		c := newList(t, s, indexIs(s.DL()))
		c.dl.turn <- struct{}{} // so that all of them wait
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := c.distIndex(t.Context()); (err != nil) != fails {
					t.Error(err)
				}
			})
		}
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.distIndex(canceled); !errors.Is(err, context.Canceled) {
			t.Errorf("canceled while waiting: %v", err)
		}
		time.Sleep(20 * time.Millisecond)
		<-c.dl.turn
		wg.Wait()
		want := 1
		if fails {
			want = 2 // a 500 gets another try
		}
		if n := s.Requests("/dl/"); n != want {
			t.Errorf("%q: %d requests, want %d", mode, n, want)
		}
	}
}

func TestDistIndexFile(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index.json"), s.Index(), 0o644); err != nil {
		t.Fatal(err)
	}
	u := url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(filepath.ToSlash(dir), "/")}
	x, err := newList(t, s, indexIs(u.String())).distIndex(t.Context())
	if err != nil || names(x.versions(here)) != "go1.22.4" {
		t.Errorf("%v, %v", x, err)
	}
	if want := "darwin/arm64 " + here.String() + " linux/arm windows/amd64"; here.String() == "linux/amd64" && platformNames(x.platforms(parsed(t, "1.22.4"))) != want {
		t.Errorf("%s, want %s", platformNames(x.platforms(parsed(t, "1.22.4"))), want)
	}
}
