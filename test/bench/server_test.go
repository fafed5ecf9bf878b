//go:build unix

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The handler serves ranges of zips, keeps what it got from its origin, and
// passes on that something is missing.
func TestHandler(t *testing.T) {
	asked := 0
	from := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.URL.Path != "/sumdb/sum.golang.org/latest" {
			http.Error(w, "no", http.StatusGone)
			return
		}
		_, _ = io.WriteString(w, "go.sum database tree\n")
	}))
	defer from.Close()
	directory := t.TempDir()
	zip := filepath.Join(directory, "v0.0.1-go1.22.5.linux-amd64.zip")
	if err := os.WriteFile(zip, []byte("0123456789"), 0o644); err != nil {
		t.Fatal(err)
	}
	h := &handler{
		origin:  &origin{address: from.URL, directory: directory, missing: make(map[string]int)},
		limiter: &limiter{},
	}
	const module = "/golang.org/toolchain/@v/v0.0.1-"
	for _, test := range []struct {
		name, path, span string
		status           int
		body             string // "" is any
		asked            int    // of the origin, in all
	}{
		{"a zip", module + "go1.22.5.linux-amd64.zip", "", 200, "0123456789", 0},
		{"a range of it", module + "go1.22.5.linux-amd64.zip", "bytes=-3", 206, "789", 0},
		{"a range past its end", module + "go1.22.5.linux-amd64.zip", "bytes=10-", 416, "", 0},
		{"an answer", "/sumdb/sum.golang.org/latest", "", 200, "go.sum database tree\n", 1},
		{"the same again", "/sumdb/sum.golang.org/latest", "", 200, "go.sum database tree\n", 1},
		{"what is missing", module + "go1.99.0.linux-amd64.info", "", 410, "", 2},
		{"is not asked for again", module + "go1.99.0.linux-amd64.info", "", 410, "", 2},
		{"an archive that was not made", archives + "go1.99.0.linux-amd64.tar.gz", "", 404, "", 2},
	} {
		r := httptest.NewRequest(http.MethodGet, test.path, nil)
		if test.span != "" {
			r.Header.Set("Range", test.span)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != test.status || test.body != "" && w.Body.String() != test.body || asked != test.asked {
			t.Errorf("%s: status %d, %q, the origin was asked %d times; want %d, %q, %d",
				test.name, w.Code, w.Body, asked, test.status, test.body, test.asked)
		}
	}
	if got := h.requests.Load(); got != 8 {
		t.Errorf("%d requests were counted, want 8", got)
	}
}

func TestTrafficSince(t *testing.T) {
	now := traffic{"http://x", 100, 10, 3 * time.Second}
	want := traffic{"http://x", 60, 7, 2 * time.Second}
	if got := now.since(traffic{"http://x", 40, 3, time.Second}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
