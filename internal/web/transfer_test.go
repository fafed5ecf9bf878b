package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// pieces serves some more bytes of a file with each connection.
func pieces(t *testing.T, content []byte, each int) (*url.URL, *int) {
	t.Helper()
	connections := new(int)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*connections++
		first := 0
		_, _ = fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &first)
		w.Header().Set("Content-Length", fmt.Sprint(len(content)-first))
		if first > 0 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, len(content)-1, len(content)))
			w.WriteHeader(http.StatusPartialContent)
		}
		_, _ = w.Write(content[first:min(first+each, len(content))])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u, connections
}

func transferOf(t *testing.T, u *url.URL, change func(*Limits)) *Transfer {
	t.Helper()
	cfg := Config{Limits: Limits{Wait: time.Microsecond, Longest: time.Microsecond}}
	if change != nil {
		change(&cfg.Limits)
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return &Transfer{Web: newWeb(cfg), URL: u, Kind: "a file", File: f, Size: -1}
}

// TestResumeBounds counts connections: many as long as they bring something,
// few when they don't.
func TestResumeBounds(t *testing.T) {
	t.Parallel()
	content := bytes.Repeat([]byte("0123456789"), 100)
	for _, test := range []struct {
		each, connections int
		want              string
	}{
		{1000, 1, ""}, // all is there before the connection breaks
		{10, 100, ""},
		{9, 100, "after 100 attempts: connection lost after 900 of 1000 bytes"},
		{0, 5, "after 5 attempts: connection lost after 0 of 1000 bytes"},
	} {
		u, connections := pieces(t, content, test.each)
		x := transferOf(t, u, nil)
		err := x.Run(t.Context())
		if *connections != test.connections {
			t.Errorf("%d a connection: %d connections, want %d", test.each, *connections, test.connections)
		}
		if test.want != "" {
			if err == nil || !strings.HasSuffix(err.Error(), test.want) {
				t.Errorf("%d a connection: err = %v, want %q", test.each, err, test.want)
			}
			continue
		}
		got, readErr := os.ReadFile(x.File.Name())
		if err != nil || readErr != nil || !bytes.Equal(got, content) {
			t.Errorf("%d a connection: %d bytes, %v, %v", test.each, len(got), err, readErr)
		}
	}
}

// TestResumeOutage has a network that is gone for a while in the middle, longer
// than it may be at the beginning.
func TestResumeOutage(t *testing.T) {
	t.Parallel()
	content := make([]byte, 1000)
	for outage, want := range map[int32]string{7: "", 8: "after 8 attempts: dial tcp"} {
		u, _ := pieces(t, content, 500)
		closed := strings.TrimPrefix(deadPort(t), "http://")
		var dials atomic.Int32
		x := transferOf(t, u, nil)
		x.Web.client.Transport = &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if n := dials.Add(1); n > 1 && n <= 1+outage {
				address = closed
			}
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}}
		err := x.Run(t.Context())
		if want == "" && (err != nil || x.at != 1000) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("gone for %d attempts: %d bytes, %v", outage, x.at, err)
		}
	}
}

// TestResumeSlow has a server that sends little enough with each connection
// for the bound on the speed of all.
func TestResumeSlow(t *testing.T) {
	t.Parallel()
	u, _ := pieces(t, make([]byte, 1000), 1)
	x := transferOf(t, u, func(l *Limits) { l.Wait, l.Longest, l.Window = 20*time.Millisecond, time.Second, 100*time.Millisecond })
	if err := x.Run(t.Context()); !errors.Is(err, ErrSlow) {
		t.Errorf("err = %v, want ErrSlow", err)
	}
}

// TestResumeCanceled ends a transfer in the wait before its next attempt.
func TestResumeCanceled(t *testing.T) {
	t.Parallel()
	u, _ := pieces(t, make([]byte, 1000), 0)
	x := transferOf(t, u, func(l *Limits) { l.Wait, l.Longest = time.Hour, time.Hour })
	ctx, cancel := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, errors.New("that is enough"))
	defer cancel()
	start := time.Now()
	err := x.Run(ctx)
	if err == nil || !strings.HasSuffix(err.Error(), "that is enough") || time.Since(start) > 10*time.Second {
		t.Errorf("err = %v after %v", err, time.Since(start))
	}
}

func FuzzParseContentRange(f *testing.F) {
	f.Add("bytes 0-99/1000")
	f.Add("bytes */1000")
	f.Add("bytes 5-9/10 x")
	f.Add("bytes 9223372036854775806-9223372036854775807/9223372036854775807")
	f.Fuzz(func(t *testing.T, header string) {
		first, end, size, err := parseContentRange(header)
		if err != nil {
			return
		}
		if first < 0 || end <= first || end > size {
			t.Errorf("%q: %d, %d, %d", header, first, end, size)
		}
		if again := fmt.Sprintf("bytes %d-%d/%d", first, end-1, size); again != header {
			t.Errorf("%q is read as %q", header, again)
		}
	})
}

// deadPort returns the URL of a port that nobody listens on.
func deadPort(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(nil)
	defer server.Close()
	return server.URL
}

func TestParseContentRange(t *testing.T) {
	t.Parallel()
	if first, end, size, err := parseContentRange("bytes 5-9/10"); first != 5 || end != 10 || size != 10 || err != nil {
		t.Errorf("got %d %d %d %v", first, end, size, err)
	}
	for _, bad := range []string{"", "bytes */10", "bytes 5-4/10", "bytes 5-10/10", "bytes -1-4/10", "bytes 5-9/10 x", "bytes 5-9/*"} {
		if _, _, _, err := parseContentRange(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
