package serve

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
)

// plain runs the go command of somebody with a GOPATH of his own.
func (w *world) plain(t testing.TB, home, proxy, toolchain string, args ...string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/m\n\ngo 1.21.0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+home, "GOPATH="+filepath.Join(home, "go"), "GOMODCACHE=", "GOENV=off", "GOFLAGS=-modcacherw", "GOWORK=off",
		"GOPROXY="+proxy, "GOSUMDB="+w.up.SumDB(), "GONOSUMDB=", "GOPRIVATE=", "GONOPROXY=", "GOTOOLCHAIN="+toolchain)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (w *world) installs(t testing.TB, home, proxy string, versions ...string) {
	t.Helper()
	for _, v := range versions {
		if out, err := w.plain(t, home, proxy, "go"+v, "version"); err != nil || !strings.Contains(out, "go version go"+v+" ") {
			t.Errorf("go%s from %s: %v\n%s\n%s", v, proxy, err, out, w.notes.String())
		}
	}
}

// Plain go and gosw get from an empty directory what the server gets for them, each release once.
func TestThrough(t *testing.T) {
	t.Parallel()
	w := newWorld(t, through, "1.22.4", "1.27.4")
	w.installs(t, t.TempDir(), w.url, "1.27.4", "1.22.4")
	before := w.up.Requests(".zip")
	w.installs(t, t.TempDir(), w.url, "1.22.4", "1.27.4")
	if out, err := w.plain(t, t.TempDir(), w.url, "auto", "get", "toolchain@latest"); err != nil || !strings.Contains(out, "toolchain go1.27.4") {
		t.Errorf("go get toolchain@latest: %v\n%s", err, out)
	}
	client, err := fetch.New(fetch.Config{
		Proxy: w.url, SumDB: w.up.SumDB(), Source: release.SourceProxy, CacheDir: t.TempDir(), StateDir: t.TempDir(), Platform: here,
	})
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	proof, err := client.Fetch(t.Context(), releaseOf(t, "1.22.4").Version, root, fetch.Options{})
	if err != nil || proof.H1 != w.up.H1("1.22.4") {
		t.Errorf("%+v, %v", proof, err)
	}
	if after := w.up.Requests(".zip"); after != before {
		t.Errorf("%d requests for zips, then %d", before, after)
	}
	if out, err := w.plain(t, t.TempDir(), w.url, "go1.27.9", "version"); err == nil || !strings.Contains(out, "toolchain not available") {
		t.Errorf("%v\n%s", err, out)
	}
}

// A client that has seen a newer state of the database gets the tiles that join it to that of the directory.
func TestThroughNewerHead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, through, "1.22.4", "1.27.4")
	w.has(t, "1.22.4")
	w.up.Grow(70_000)
	home := t.TempDir()
	w.installs(t, home, w.up.Proxy(), "1.27.4")
	w.installs(t, home, w.url, "1.22.4")
	if !strings.Contains(w.log.String(), "/tile/") {
		t.Error("no tile was asked for")
	}
}

// Many who ask for one release wait for one provision. Those who leave don't end it.
func TestThroughOnce(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	begun, proceed := make(chan struct{}, 1), make(chan struct{})
	w := newWorld(t, func(w *world) {
		w.Provide = func(ctx context.Context, r release.Release) error {
			calls.Add(1)
			begun <- struct{}{}
			<-proceed
			return w.add(ctx, r)
		}
	}, "1.22.4")
	ctx, leave := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+zipOf(t, "1.22.4"), nil)
	if err != nil {
		t.Fatal(err)
	}
	left := make(chan error)
	go func() {
		answer, err := http.DefaultClient.Do(r)
		if err == nil {
			_ = answer.Body.Close()
		}
		left <- err
	}()
	<-begun
	leave()
	if err := <-left; err == nil {
		t.Error("it was answered")
	}
	var wg sync.WaitGroup
	for i := range 30 {
		path := zipOf(t, "1.22.4")
		if i%2 == 0 {
			path = "/" + w.sumdb("lookup/"+release.ModuleOf(releaseOf(t, "1.22.4").Version, here))
		}
		wg.Go(func() {
			if answer, _ := w.get(t, path); answer.StatusCode != http.StatusOK {
				t.Errorf("%s: %v", path, answer)
			}
		})
	}
	close(proceed)
	wg.Wait()
	if n := calls.Load(); n != 1 {
		t.Errorf("provided %d times", n)
	}
}

// What goes wrong is told in the log, and to the client only what it can act on.
func TestThroughFails(t *testing.T) {
	t.Parallel()
	const private = "/home/somebody"
	for _, test := range []struct {
		name   string
		err    error
		status int
	}{
		{"disk", &os.PathError{Op: "write", Path: private, Err: syscall.ENOSPC}, http.StatusServiceUnavailable},
		{"proof", &sumdb.SecurityError{Op: "verifying " + private, Reason: sumdb.Mismatch}, http.StatusBadGateway},
		{"record", &sumdb.SecurityError{Op: "verifying " + private, NoRecord: true}, http.StatusNotFound},
		{"none", fmt.Errorf("%s: %w", private, os.ErrNotExist), http.StatusNotFound},
	} {
		w := newWorld(t, func(w *world) {
			w.Provide = func(context.Context, release.Release) error { return test.err }
		})
		answer, body := w.get(t, zipOf(t, "1.22.4"))
		if answer.StatusCode != test.status || strings.Contains(body, private) {
			t.Errorf("%s: %v, %q", test.name, answer, body)
		}
		if noted := strings.Contains(w.notes.String(), private); noted != (test.status >= 500) {
			t.Errorf("%s: notes %q", test.name, w.notes.String())
		}
	}
}
