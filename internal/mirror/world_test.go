package mirror

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/web"
)

var here = release.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH}

// A world is a mirror, and where it is from.
type world struct {
	*fetchtest.Server
	state  string
	client *fetch.Client
	*Tree
}

// newWorld returns an empty mirror of a server that has versions.
func newWorld(t testing.TB, versions ...string) *world {
	t.Helper()
	w := &world{Server: fetchtest.NewServer(t, versions...), state: t.TempDir()}
	w.client = w.fetcher(t, w.Proxy(), w.state)
	w.Tree = w.open(t, t.TempDir(), Proxy)
	return w
}

// fetcher returns a client of gosw with its own caches, which knows state.
func (w *world) fetcher(t testing.TB, proxy, state string) *fetch.Client {
	t.Helper()
	c, err := fetch.New(fetch.Config{Proxy: proxy, SumDB: w.SumDB(), Source: release.SourceProxy, CacheDir: t.TempDir(), StateDir: state, Platform: here})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) open(t testing.TB, dir string, layout Layout) *Tree {
	t.Helper()
	tree, err := Open(dir, layout, w.client.Database())
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func releaseOf(t testing.TB, version string) release.Release {
	t.Helper()
	v, err := gover.Parse(version)
	if err != nil {
		t.Fatal(err)
	}
	return release.Release{Version: v, Platform: here}
}

// want is the update that brings versions from the server.
func (w *world) want(t testing.TB, versions ...string) Update {
	t.Helper()
	u := Update{Latest: true, Jobs: 2}
	for _, version := range versions {
		u.Releases = append(u.Releases, releaseOf(t, version))
	}
	u.Get = func(ctx context.Context, r release.Release, file *os.File) (record sumdb.Record, err error) {
		answer, err := w.client.Zip(ctx, r.Version, file, fetch.Options{})
		if err == nil {
			err = json.Unmarshal(answer.Record, &record)
		}
		return record, err
	}
	return u
}

// update gives the mirror versions.
func (w *world) update(t testing.TB, versions ...string) *Result {
	t.Helper()
	result, err := w.Update(t.Context(), w.want(t, versions...))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// A plain is a go command of somebody who has never heard of gosw: with GOPATH of its own.
type plain struct {
	home  string
	sumDB string
}

func (w *world) plain(t testing.TB) *plain {
	t.Helper()
	return &plain{t.TempDir(), w.SumDB()}
}

// run runs the go command in a module that needs goVersion, and returns what it says.
func (p *plain) run(t testing.TB, proxy, toolchain, goVersion string, args ...string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/m\n\ngo "+goVersion+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+p.home, "GOPATH="+filepath.Join(p.home, "go"), "GOMODCACHE=", "GOENV=off", "GOFLAGS=-modcacherw", "GOWORK=off",
		"GOPROXY="+proxy, "GOSUMDB="+p.sumDB, "GONOSUMDB=", "GOPRIVATE=", "GONOPROXY=", "GOTOOLCHAIN="+toolchain)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// installs makes sure that the go command gets a version from proxy.
func (p *plain) installs(t testing.TB, proxy string, versions ...string) {
	t.Helper()
	for _, v := range versions {
		if out, err := p.run(t, proxy, "go"+v, "1.21.0", "version"); err != nil || !strings.Contains(out, "go version go"+v+" ") {
			t.Errorf("%s: %v\n%s", v, err, out)
		}
	}
}

// refuses makes sure that the go command does not, and says why.
func (p *plain) refuses(t testing.TB, proxy, version, why string) {
	t.Helper()
	out, err := p.run(t, proxy, "go"+version, "1.21.0", "version")
	if err == nil || !strings.Contains(out, why) {
		t.Errorf("%s: %v, want %q\n%s", version, err, why, out)
	}
}

// url is the mirror's address as a file.
func (t *Tree) url() string { return element(web.FileURL(t.dir)) }

// isWhole makes sure that Verify finds nothing.
func (t *Tree) isWhole(tb testing.TB) {
	tb.Helper()
	report, err := t.Verify(tb.Context())
	if err != nil || len(report.Findings) > 0 {
		tb.Fatalf("%+v, %v", report, err)
	}
}

// isSecurity reports whether err says that something is not what was published.
func isSecurity(err error) bool { return errors.As(err, new(*sumdb.SecurityError)) }
