package release

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/web"
)

// knows gives the client another table than the one that is built in.
func knows(t *testing.T, c *testLister, text string) *testLister {
	t.Helper()
	table, err := parseKnown(text)
	if err != nil {
		t.Fatal(err)
	}
	c.known = func() *knownTable { return table }
	return c
}

func TestReleasesKnown(t *testing.T) {
	t.Parallel()
	table := "go1.22: 1.22.5 1.22.4 1.22rc1\ngo1.21: 1.21.9\n" + here.String() + ": 1.21.9-\n"
	for _, row := range []struct {
		why, listed, unlisted, mode, want string
	}{
		{"a mirror has what it lists", "1.22.4", "", "", "go1.22.4"},
		{"a proxy passes on what it does not list", "1.22.4", "1.22.5", "", "go1.22.5 go1.22.4 go1.22rc1 go1.21.9"},
		{"the first that is not listed decides", "1.22.5 1.22.4", "1.21.9", "", "go1.22.5 go1.22.4 go1.22rc1 go1.21.9"},
		{"a proxy without lists", "", "1.22.5 1.22.6", fetchtest.Forbidden, "go1.22.6 go1.22.5 go1.22.4 go1.22rc1 go1.21.9"},
		{"newer than the table, which the proxy does not list", "1.21.9", "1.22.4 1.22.5 1.22.6 1.23.0", "", "go1.23.0 go1.22.6 go1.22.5 go1.22.4 go1.22rc1 go1.21.9"},
		{"newer than the table", "1.22.5", "1.22.6 1.23.0", "", "go1.23.0 go1.22.6 go1.22.5"},
	} {
		s := fetchtest.NewServer(t, strings.Fields(row.listed)...)
		for _, v := range strings.Fields(row.unlisted) {
			if err := s.AddUnlisted(v); err != nil {
				t.Fatal(err)
			}
		}
		s.Misbehave(row.mode)
		list, err := knows(t, newList(t, s, nil), table).Releases(t.Context(), 0)
		if got := names(list.Versions); err != nil || got != row.want || list.Origin != FromNetwork || list.Offline {
			t.Errorf("%s: got %s (%s), %v, want %s", row.why, got, list.Origin, err, row.want)
		}
	}
}

func TestReleasesOffline(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newList(t, s, nil)
	for why, change := range map[string]func(*listSetup){
		"flag":        func(cfg *listSetup) { cfg.offline = true },
		"GOPROXY=off": listedBy("off"),
	} {
		cfg := c.setup
		change(&cfg)
		off, err := openList(cfg)
		if err != nil {
			t.Fatal(err)
		}
		s.Reset()
		list, err := off.Releases(t.Context(), time.Hour)
		if err != nil || list.Origin != FromBuild || !list.Offline || !list.Fetched.IsZero() ||
			!slices.Equal(list.Versions, builtIn().of(here)) || s.Requests("") > 0 {
			t.Errorf("%s: %v, %v", why, list, err)
		}
	}
	if _, err := c.Releases(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	c.storeReleases(Releases{Versions: []gover.Version{parsed(t, "1.22.4")}, Fetched: time.Now().Add(-1000 * time.Hour)})
	s.Reset()
	c.web.Offline = web.ErrOffline
	list, err := c.Releases(t.Context(), time.Minute)
	if err != nil || list.Origin != FromCache || !list.Offline || names(list.Versions) != "go1.22.4" ||
		time.Since(list.Fetched) < 999*time.Hour || s.Requests("") > 0 {
		t.Errorf("%v, %v", list, err)
	}
}

func TestReleasesIndex(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4", "1.21.9")
	for _, row := range []struct {
		why, proxy string
		index      bool // asked for
		want       string
	}{
		{"the proxy is enough", s.Proxy(), false, ""},
		{"the proxy is broken", s.Bad(fetchtest.Status500), true, ""},
		{"the proxy has no list", s.Bad(fetchtest.NoList), true, ""},
		{"a login page", s.Bad(fetchtest.HTML), true, ""},
		{"no proxy at all", "direct", true, ""},
		{"both are broken", s.Bad(fetchtest.Status500) + "|" + s.Bad(fetchtest.HTML), true, "text/html"},
	} {
		s.Reset()
		c := newList(t, s, func(cfg *listSetup) { cfg.proxy, cfg.DL = row.proxy, s.DL() })
		if row.want != "" {
			c.dl.url.Path = "/nowhere"
		}
		list, err := c.Releases(t.Context(), 0)
		if row.want == "" && (err != nil || names(list.Versions) != "go1.22.4 go1.21.9") {
			t.Errorf("%s: %v, %v", row.why, list, err)
		}
		if row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) { // the proxy's error
			t.Errorf("%s: %v", row.why, err)
		}
		if asked := s.Requests("/dl/") + s.Requests("/nowhere"); (asked > 0) != row.index {
			t.Errorf("%s: %d requests for the index", row.why, asked)
		}
	}
	private := func(cfg *listSetup) { cfg.noProxy, cfg.DL = "golang.org/*", s.DL() }
	if list, err := newList(t, s, private).Releases(t.Context(), 0); err != nil || len(list.Versions) != 2 {
		t.Errorf("GONOPROXY: %v, %v", list, err)
	}
}

func TestToolchainListUnchanged(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newList(t, s, nil)
	for _, want := range []int{1, 0} {
		s.Reset()
		text, err := c.toolchainList(t.Context())
		list := parseToolchainList(text, here).newestFirst()
		if err != nil || names(list) != "go1.22.4" || s.Requests("/list") != 1 || (s.Sent("/list") > 0) != (want == 1) {
			t.Errorf("%v, %v, %d requests, %d bytes", list, err, s.Requests("/list"), s.Sent("/list"))
		}
	}
}

func TestPlatforms(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.5", "1.99.1")
	other := func(cfg *listSetup) { cfg.Platform, cfg.DL = Platform{"windows", "arm"}, s.DL() }
	c := newList(t, s, other)
	list, all, err := c.Platforms(t.Context(), parsed(t, "1.24.0"))
	if err != nil || !all || len(list) != 40 || !slices.IsSortedFunc(list, comparePlatforms) || s.Requests("") > 0 {
		t.Errorf("known: %v, %v, %d requests", list, err, s.Requests(""))
	}
	var missing *PlatformError
	if err := c.MissingPlatform(t.Context(), parsed(t, "1.24.0")); !errors.As(err, &missing) || len(missing.Exist) != 40 ||
		err.Error() != "go1.24.0 has no windows/arm build" || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("windows/arm: %v", err)
	}
	want := "darwin/arm64 " + here.String() + " linux/arm windows/amd64"
	for _, requests := range []int{1, 0} { // then it is in the cache
		s.Reset()
		list, all, err = newList(t, s, func(cfg *listSetup) { *cfg = c.setup }).Platforms(t.Context(), parsed(t, "1.99.1"))
		if err != nil || !all || here.String() == "linux/amd64" && platformNames(list) != want || s.Requests("/dl/") != requests {
			t.Errorf("index: %v, %v, %d requests", list, err, s.Requests("/dl/"))
		}
	}
	for _, v := range []string{"1.23.12", "1.98.7"} { // there is one; unknown
		if err := c.MissingPlatform(t.Context(), parsed(t, v)); err != nil {
			t.Errorf("%s: %v", v, err)
		}
	}
	if list, all, err := newList(t, s, nil).Platforms(t.Context(), parsed(t, "1.99.1")); err != nil || all || platformNames(list) != here.String() {
		t.Errorf("proxy: %v, %v", list, err)
	}
	for _, row := range []struct {
		platform Platform
		dl       string
		missing  bool
	}{
		{Platform{"linux", "riscv64"}, "", false}, // a proxy may lack what nobody has asked it for
		{Platform{"windows", "arm"}, "", true},    // has ended
		{Platform{"linux", "riscv64"}, s.DL(), true},
	} {
		c := newList(t, s, func(cfg *listSetup) { cfg.Platform, cfg.DL = row.platform, row.dl })
		err := c.MissingPlatform(t.Context(), parsed(t, "1.99.1"))
		if (err != nil) != row.missing || errors.As(err, &missing) && missing.Partial != (row.dl == "") {
			t.Errorf("%+v: %v", row, err)
		}
	}
	off := newList(t, s, func(cfg *listSetup) { cfg.offline = true })
	s.Reset()
	if list, _, err := off.Platforms(t.Context(), parsed(t, "1.99.1")); err != nil || len(list) > 0 || s.Requests("") > 0 {
		t.Errorf("offline: %v, %v", list, err)
	}
	if _, _, err := newList(t, s, listedBy(s.Bad(fetchtest.Status500))).Platforms(t.Context(), parsed(t, "1.99.1")); err == nil {
		t.Error("a broken proxy, and no error")
	}
}

func FuzzCachedReleases(f *testing.F) {
	f.Add([]byte(`{"fetched":"2024-01-02T03:04:05Z","versions":["go1.22.4","go1.23rc1","go1.22.4"]}`))
	f.Add([]byte(`{"versions":[null]}`))
	dir := f.TempDir()
	c, err := openList(listSetup{Config: Config{Platform: here, Source: SourceAuto, CacheDir: dir}, proxy: "off"})
	if err != nil {
		f.Fatal(err)
	}
	file := c.indexFile("releases")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		list, ok := c.CachedReleases()
		if ok != (len(list.Versions) > 0) {
			t.Fatalf("%v, %v", list, ok)
		}
		for i, v := range list.Versions {
			if again, err := gover.Parse(v.String()); err != nil || again != v {
				t.Errorf("%v: %v", v, err)
			}
			if i > 0 && gover.Compare(list.Versions[i-1], v) <= 0 {
				t.Errorf("%v before %v", list.Versions[i-1], v)
			}
		}
	})
}
