package serve

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/mirror"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
)

var here = release.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH}

// A world is a server of a mirror, and where that is from.
type world struct {
	*Server
	up     *fetchtest.Server
	client *fetch.Client
	tree   *mirror.Tree
	url    string
	log    buffer
	notes  buffer
	stop   context.CancelFunc
	ended  chan error
}

// A buffer may be written to and read at once.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// newWorld serves a mirror that has no version of those that the upstream server has. Change may be nil.
func newWorld(t testing.TB, change func(*world), versions ...string) *world {
	t.Helper()
	w := &world{up: fetchtest.NewServer(t, versions...), ended: make(chan error, 1)}
	var err error
	w.client, err = fetch.New(fetch.Config{
		Proxy: w.up.Proxy(), SumDB: w.up.SumDB(), Source: release.SourceProxy, CacheDir: t.TempDir(), StateDir: t.TempDir(), Platform: here,
	})
	if err == nil {
		w.tree, err = mirror.Open(t.TempDir(), mirror.Proxy, w.client.Database())
	}
	if err == nil {
		w.Server, err = New(Config{
			Dir: w.tree.Dir(), Database: w.client.Database().Name(), Address: "127.0.0.1:1",
			Toolchains: func() ([]Toolchain, error) { return nil, nil },
			Log:        &w.log, Note: func(err error) { _, _ = io.WriteString(&w.notes, err.Error()+"\n") }, Now: time.Now,
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(w)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.url = "http://" + l.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	go func() { w.ended <- w.Run(ctx, l, "", "") }()
	t.Cleanup(func() {
		stop()
		if err := <-w.ended; err != nil {
			t.Errorf("the server ended with %v", err)
		}
		w.ended <- nil
		_ = w.Close()
	})
	return w
}

// through lets the server provide what the upstream server has.
func through(w *world) {
	w.Provide = func(ctx context.Context, r release.Release) error {
		if known, err := w.client.Releases(ctx, 0); err != nil || !slices.Contains(known.Versions, r.Version) {
			return cmp.Or(err, fs.ErrNotExist)
		}
		return w.add(ctx, r)
	}
	w.Tile = w.client.Database().Tile
	w.List = func(ctx context.Context) (list []release.Release, err error) {
		known, err := w.client.Releases(ctx, 0)
		for _, v := range known.Versions {
			list = append(list, release.Release{Version: v, Platform: here})
		}
		return list, err
	}
}

// add brings releases into the mirror.
func (w *world) add(ctx context.Context, releases ...release.Release) error {
	_, err := w.tree.Update(ctx, mirror.Update{
		Releases: releases, Jobs: 1,
		Get: func(ctx context.Context, r release.Release, file *os.File) (record sumdb.Record, err error) {
			answer, err := w.client.Zip(ctx, r.Version, file, fetch.Options{})
			if err == nil {
				err = json.Unmarshal(answer.Record, &record)
			}
			return record, err
		},
	})
	return err
}

// has adds versions to the mirror before somebody asks for them.
func (w *world) has(t testing.TB, versions ...string) {
	t.Helper()
	for _, v := range versions {
		if err := w.add(t.Context(), releaseOf(t, v)); err != nil {
			t.Fatal(err)
		}
	}
}

func releaseOf(t testing.TB, version string) release.Release {
	t.Helper()
	v, err := gover.Parse(version)
	if err != nil {
		t.Fatal(err)
	}
	return release.Release{Version: v, Platform: here}
}

// zipOf is where a version's zip is.
func zipOf(t testing.TB, version string) string {
	return "/" + zips + releaseOf(t, version).Module() + ".zip"
}

// A reply is what came back, without its body.
type reply struct {
	StatusCode    int
	Header        http.Header
	ContentLength int64
}

// get asks for path, with headers as pairs of name and value, and returns the body, too.
func (w *world) get(t testing.TB, path string, headers ...string) (reply, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{answer.StatusCode, answer.Header, answer.ContentLength}, string(body)
}
