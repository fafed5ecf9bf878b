package fetch

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// planted is a zip that begins with files, and has so much behind them that
// they come long before its end.
func planted(t *testing.T, files ...[2]string) []byte {
	t.Helper()
	prefix := release.Release{Version: version(t, "1.22.4"), Platform: host}.Prefix()
	filler := make([]byte, 4<<20)
	_, _ = rand.Read(filler)
	var data bytes.Buffer
	zw := zip.NewWriter(&data)
	for _, f := range append(files, [2]string{"src/filler", string(filler)}) {
		w, err := zw.Create(prefix + f[0])
		if err == nil {
			_, err = w.Write([]byte(f[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

// plants starts a proxy that sends the end of a zip, and then its beginning. What
// end does comes after that.
func plants(t *testing.T, data []byte, end func(r *http.Request)) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var first, last int
		switch asked := r.Header.Get("Range"); {
		case !strings.HasSuffix(r.URL.Path, ".zip"):
			http.NotFound(w, r)
		case strings.HasPrefix(asked, "bytes=-"):
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
		case asked == "":
			http.Error(w, "parts only", http.StatusNotImplemented)
		default:
			if _, err := fmt.Sscanf(asked, "bytes=%d-%d", &first, &last); err != nil || first > 0 {
				http.Error(w, "no more of it", http.StatusNotImplemented)
				return
			}
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(data)))
			w.Header().Set("Content-Length", strconv.Itoa(last+1-first))
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(data[:1<<20])
			_ = http.NewResponseController(w).Flush()
			end(r)
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// What a source has put into the tree before it failed is not part of what the
// next one proves: neither files nor directories stay.
func TestNothingPlanted(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	evil := plants(t, planted(t, [2]string{"bin/evil", "#!/bin/sh\n"}, [2]string{"src/runtime/zz_evil.go", "package runtime"}, [2]string{"lib/evil/x", ""}),
		func(*http.Request) { time.Sleep(200 * time.Millisecond) }) // for what has arrived to be unpacked
	files := t.TempDir()
	module := strings.TrimSuffix(strings.TrimPrefix(release.Release{Version: version(t, "1.22.4"), Platform: host}.Prefix(), release.Module+"@"), "/")
	name := filepath.Join(files, filepath.FromSlash(release.Module), "@v", module+".zip")
	answer, err := http.Get(s.Proxy() + "/" + release.Module + "/@v/" + module + ".zip")
	if err != nil {
		t.Fatal(err)
	}
	zipped, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, zipped, 0o644); err != nil {
		t.Fatal(err)
	}
	clean, _, err := fetchInto(t, newClient(t, s, nil), "1.22.4")
	if err != nil {
		t.Fatal(err)
	}
	want := namesBelow(t, clean)
	database := func(cfg *Config) { cfg.SumDB += " " + s.Proxy() + "/sumdb/" + strings.Split(s.SumDB(), "+")[0] }
	for _, test := range []struct {
		name   string
		change func(*Config)
	}{
		{"then another proxy", proxyIs(evil + "|" + s.Proxy())},
		{"then one without ranges", proxyIs(evil + "|" + s.Bad(fetchtest.NoRange))},
		{"then a directory", proxyIs(evil + "|" + web.FileURL(files).String())},
		{"then the download page", with(proxyIs(evil), dlOf(s, ""))},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir, _, err := fetchInto(t, newClient(t, s, with(database, test.change)), "1.22.4")
			if err != nil {
				t.Fatal(err)
			}
			if got := namesBelow(t, dir); got != want {
				t.Errorf("tree has\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// namesBelow returns all names below dir.
func namesBelow(t *testing.T, dir string) string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(name string, _ os.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, name)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, "\n")
}

// A file that is wrong ends the download at once, however slow the rest is: or
// else a server that falls silent would make a wrong zip look like a lost one,
// which may be had elsewhere. This one is silent for longer than a test lasts.
func TestStreamEndsAtOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	s := fetchtest.NewServer(t, "1.22.4")
	data := planted(t, [2]string{"bin/damaged", strings.Repeat("x", 1000)})
	at := bytes.Index(data, []byte("bin/damaged"))
	data[at+len("bin/damaged")+2] ^= 0xff // of the content
	silent := plants(t, data, func(r *http.Request) { <-r.Context().Done() })
	database := func(cfg *Config) { cfg.SumDB += " " + s.Proxy() + "/sumdb/" + strings.Split(s.SumDB(), "+")[0] }
	c := newClient(t, s, with(database, proxyIs(silent), dlOf(s, ""), func(cfg *Config) { cfg.Stall = time.Hour }))
	_, _, err := fetchInto(t, c, "1.22.4")
	if err == nil || !strings.Contains(err.Error(), "bin/damaged") {
		t.Errorf("err = %v", err)
	}
	if s.Requests("/dl/") > 0 {
		t.Error("another source was asked after a malformed zip")
	}
}

// Who interrupts while files of this machine are taken hears of that, and not
// of a tree that is not what was published.
func TestReuseInterrupted(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	d, remove, err := c.newDownload(release.Release{Version: version(t, "1.22.4"), Platform: host})
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	d.root = openRoot(t, t.TempDir())
	d.reuse = func() tree.Reuse {
		return func(string, int64, uint32) (sum [32]byte, ok bool) {
			cancel()
			return sum, true
		}
	}
	if err := c.download(ctx, d); !errors.Is(err, context.Canceled) || d.sums != nil {
		t.Errorf("err = %v, sums = %.80s", err, d.sums)
	}
}
