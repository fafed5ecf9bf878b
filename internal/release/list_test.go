package release

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/web"
)

func names(list []gover.Version) string { return strings.Trim(fmt.Sprint(list), "[]") }

func TestReleases(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"", fetchtest.Forbidden} {
		s := fetchtest.NewServer(t, "1.22.4", "1.20", "1.21.10", "1.23rc2", "1.23rc10", "1.8beta1", "1.21.9")
		c := newList(t, s, nil)
		s.Misbehave(mode)
		list, err := c.Releases(t.Context(), time.Hour)
		if err != nil {
			t.Errorf("%s: %v", mode, err)
			continue
		}
		if got, want := names(list.Versions), "go1.23rc10 go1.23rc2 go1.22.4 go1.21.10 go1.21.9 go1.20 go1.8beta1"; got != want {
			t.Errorf("%s: got %s, want %s", mode, got, want)
		}
		if age := time.Since(list.Fetched); age < 0 || age > time.Minute {
			t.Errorf("%s: fetched %v", mode, list.Fetched)
		}
	}
}

func TestReleasesProbes(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4", "1.21.9", "1.20.1", "1.19.1", "1.23rc1")
	// In no list yet: found, because the one before is listed or found.
	for _, v := range []string{"1.22.5", "1.22.6", "1.23.0", "1.23.1", "1.24.0", "1.24.1", "1.25.0", "1.21.10"} {
		if err := s.AddUnlisted(v); err != nil {
			t.Fatal(err)
		}
	}
	// Not found: after a gap, or of a line that is too old.
	for _, v := range []string{"1.22.8", "1.29.0", "1.19.2"} {
		if err := s.AddUnlisted(v); err != nil {
			t.Fatal(err)
		}
	}
	list, err := newList(t, s, nil).Releases(t.Context(), 0)
	want := "go1.25.0 go1.24.1 go1.24.0 go1.23.1 go1.23.0 go1.23rc1 go1.22.6 go1.22.5 go1.22.4 go1.21.10 go1.21.9 go1.20.1 go1.19.1"
	if got := names(list.Versions); err != nil || got != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
}

func TestReleasesCache(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newList(t, s, nil)
	if _, ok := c.CachedReleases(); ok {
		t.Error("a list before the first")
	}
	first, err := c.Releases(t.Context(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add("1.22.5"); err != nil {
		t.Fatal(err)
	}
	s.Reset()
	again, err := c.Releases(t.Context(), time.Hour)
	if err != nil || names(again.Versions) != "go1.22.4" || !again.Fetched.Equal(first.Fetched) || s.Requests("") > 0 {
		t.Errorf("within maxAge: %v, %v, %d requests", again, err, s.Requests(""))
	}
	fresh, err := c.Releases(t.Context(), 0)
	if err != nil || names(fresh.Versions) != "go1.22.5 go1.22.4" {
		t.Errorf("maxAge 0: %v, %v", fresh, err)
	}
	s.Reset()
	cached, ok := c.CachedReleases()
	if !ok || names(cached.Versions) != "go1.22.5 go1.22.4" || s.Requests("") > 0 {
		t.Errorf("cached: %v, %v", cached, ok)
	}
	// Another proxy may have another list.
	cfg := c.setup
	cfg.proxy += ",direct"
	other, err := openList(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := other.CachedReleases(); ok {
		t.Error("the cache of one GOPROXY is used for another")
	}
}

func TestReleasesCacheDamaged(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newList(t, s, nil)
	for _, content := range []string{
		"", "{", "null", `{"fetched":"2024-01-02T03:04:05Z","versions":[]}`,
		`{"fetched":"2024-01-02T03:04:05Z","versions":["../x"]}`,
		`{"fetched":"2024-01-02T03:04:05Z","versions":[null]}`,
		`{"fetched":"2999-01-02T03:04:05Z","versions":["go1.99.1"]}`, // of the future
	} {
		name := c.indexFile("releases")
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		list, err := c.Releases(t.Context(), time.Hour)
		if err != nil || names(list.Versions) != "go1.22.4" {
			t.Errorf("%s: %v, %v", content, list, err)
		}
	}
}

func TestReleasesErrors(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	var status *web.StatusError
	var content *web.ContentError
	if _, err := newList(t, s, listedBy(s.Bad(fetchtest.NoList))).Releases(t.Context(), 0); !errors.As(err, &status) {
		t.Errorf("no list: %v", err)
	}
	if _, err := newList(t, s, listedBy(s.Bad(fetchtest.Status500))).Releases(t.Context(), 0); !errors.As(err, &status) {
		t.Errorf("500: %v", err)
	}
	if _, err := newList(t, s, listedBy(s.Bad(fetchtest.HTML))).Releases(t.Context(), 0); !errors.As(err, &content) {
		t.Errorf("html: %v", err)
	}
	if _, err := newList(t, s, listedBy("direct")).Releases(t.Context(), 0); !errors.Is(err, web.ErrDirect) {
		t.Errorf("direct: %v", err)
	}
	empty := fetchtest.NewServer(t)
	if _, err := newList(t, empty, nil).Releases(t.Context(), 0); err == nil || err.Error() != "list Go releases: none for "+here.String() {
		t.Errorf("none: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newList(t, s, nil).Releases(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

func TestParseToolchainList(t *testing.T) {
	t.Parallel()
	data := "v0.0.1-go1.22.4.linux-amd64\r\n\nv0.0.1-go1.22.4.linux-arm64\n v0.0.1-go1.20.linux-amd64 2023-01-02T03:04:05Z\n" +
		"v0.0.1-go1.20.0.linux-amd64\nv0.0.1-1.21.1.linux-amd64\nv0.0.1-go1.9.2rc2.linux-amd64\nv0.0.1-go1.22.linux-amd64\n" +
		"v0.0.2-go1.21.1.linux-amd64\nv0.0.1-go1.21.1.linux-amd64/../x\nv0.0.1-go1.23rc1.linux-amd64"
	got := names(parseToolchainList(data, Platform{"linux", "amd64"}).newestFirst())
	if want := "go1.23rc1 go1.22.4 go1.20"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestKnownHas(t *testing.T) {
	t.Parallel()
	for platform, want := range map[Platform]string{
		{"linux", "amd64"}:    "go1.5 go1.8.5 go1.16 go1.22.4 go1.900.1",
		{"linux", "arm64"}:    "go1.8.5 go1.16 go1.22.4 go1.900.1",
		{"darwin", "arm64"}:   "go1.16 go1.22.4 go1.900.1",
		{"windows", "arm"}:    "go1.22.4",
		{"linux", "sparc128"}: "go1.900.1",
	} {
		var list []gover.Version
		for _, v := range []string{"go1.5", "go1.8.5", "go1.16", "go1.22.4", "go1.900.1"} {
			if v := parsed(t, v); builtIn().has(v, platform) {
				list = append(list, v)
			}
		}
		if got := names(list); got != want {
			t.Errorf("%v: %s, want %s", platform, got, want)
		}
	}
}

func FuzzToolchainList(f *testing.F) {
	f.Add("v0.0.1-go1.22.4.linux-amd64\nv0.0.1-go1.20.linux-amd64 x\n")
	f.Fuzz(func(t *testing.T, data string) {
		for v := range parseToolchainList(data, Platform{"linux", "amd64"}) {
			if again, err := gover.Parse(v.String()); err != nil || again != v {
				t.Errorf("%v: %v", v, err)
			}
			if !strings.Contains(data, "v0.0.1-"+v.String()+".linux-amd64") {
				t.Errorf("%v is not in the list", v)
			}
		}
	})
}
