package fetch

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/web"
)

// A misbehaviour is one row of the table in network.md.
type misbehaviour struct {
	name     string // its first column
	mode     string
	change   func(*testing.T, *fetchtest.Server, *Config) // may be nil
	want     string                                       // part of the error, "" for success
	as       func(error) bool                             // may be nil
	requests int                                          // for zips, at most
	zips     float64                                      // bytes sent at most, as a multiple of the zip
	refused  bool                                         // there are no requests to count
}

func is[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

func isError(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

const half = 1.01 // of what is sent when a first answer breaks and the rest follows

var network = []misbehaviour{
	{name: "cut 25 times", mode: "cut=25", requests: 26, zips: 1.03},
	{name: "reset", mode: fetchtest.ResetOnce, requests: 2, zips: 1.6},
	{name: "reset of an HTTP/2 stream", change: overHTTP2("cut=3"), requests: 4, zips: 2},
	{name: "silence", mode: fetchtest.StallOnce, change: impatient, requests: 2, zips: half},
	{name: "length unknown", mode: fetchtest.NoLength, requests: 2, zips: half},
	{name: "weak ETag", mode: fetchtest.WeakETag, requests: 2, zips: half},
	{name: "date only", mode: fetchtest.LastModified, requests: 2, zips: half},
	{name: "no validator", mode: fetchtest.NoValidator, requests: 2, zips: half},
	{name: "signed address", mode: fetchtest.RedirectSigned, requests: 4, zips: half},
	{name: "file changed", mode: fetchtest.Changed, requests: 2, zips: 1.6},
	{name: "file changed, If-Range ignored", mode: fetchtest.ChangedUnseen, requests: 3, zips: 2.1},
	{name: "ranges ignored", mode: fetchtest.ResumeIgnored, requests: 2, zips: 1.6},
	{name: "206 elsewhere", mode: fetchtest.ResumeAt, requests: 3, zips: 2.1},
	{name: "206 of another size", mode: fetchtest.ResumeTotal, requests: 3, zips: 2.1},
	{
		name: "206 of other bytes", mode: fetchtest.ResumeSpliced, requests: 2, zips: half,
		want: "zip file", as: is[*archive.Error],
	},
	{
		name: "206 of a forged rest", mode: fetchtest.ResumeForged, requests: 2, zips: half,
		want: "checksum mismatch", as: is[*sumdb.SecurityError],
	},
	{name: "416 for the rest", mode: fetchtest.Resume416, requests: 3, zips: 1.6},
	{
		name: "416 for all", mode: fetchtest.Always416, requests: 2, zips: 0.1,
		want: "416 Requested Range Not Satisfiable: no", as: is[*web.StatusError],
	},
	{name: "length too large", mode: fetchtest.LengthLong, requests: 2, zips: 1.01},
	{
		name: "length too small", mode: fetchtest.LengthShort, requests: 1, zips: 1.01,
		want: "zip file", as: is[*archive.Error],
	},
	{
		name: "broken each time, no ranges", mode: fetchtest.Truncated, requests: 5, zips: 2.6,
		want: "after 5 attempts: connection lost after", as: is[*web.TruncatedError],
	},
	{
		name: "silent each time, no ranges", mode: fetchtest.Stalled, change: impatient, requests: 5, zips: 2.6,
		want: "no data received for 400ms", as: isError(web.ErrStalled),
	},
	{
		name: "a byte a second", mode: "drip=5", requests: 1, zips: 1,
		change: func(_ *testing.T, _ *fetchtest.Server, cfg *Config) { cfg.limits.Window = 300 * time.Millisecond },
		want:   "no complete answer: ", as: isError(web.ErrSlow),
	},
	{
		name: "no end", mode: fetchtest.Endless, requests: 1, zips: 500,
		change: func(_ *testing.T, _ *fetchtest.Server, cfg *Config) { cfg.limits.Size = 1 << 20 },
		want:   "more than 1048576 bytes: too large for a toolchain",
	},
	{
		name: "too large", mode: "", requests: 1, zips: 100,
		change: func(_ *testing.T, _ *fetchtest.Server, cfg *Config) { cfg.limits.Size = 1 << 10 },
		want:   "bytes: too large for a toolchain",
	},
	{
		name: "gzip", mode: fetchtest.Gzip, requests: 1, zips: 1.1,
		want: "the answer is gzip-encoded, not a zip file", as: is[*web.ContentError],
	},
	{
		name: "login page", mode: fetchtest.HTML, requests: 1, zips: 1,
		want: "the answer is text/html, not a zip file", as: is[*web.ContentError],
	},
	{name: "429, seconds", mode: "too-many=1", requests: 2, zips: 1.01},
	{name: "429, date", mode: fetchtest.TooManyDate, requests: 2, zips: 1.01},
	{
		name: "429, a day", mode: "too-many=86400", requests: 1, zips: 0.1,
		want: "429 Too Many Requests (try again in 24h0m0s): slow down", as: is[*web.StatusError],
	},
	{name: "503 twice", mode: "unavailable=2", requests: 3, zips: 1.01},
	{
		name: "503 always", mode: "unavailable=1000", requests: 5, zips: 0.1,
		want: "after 5 attempts: 503 Service Unavailable: back soon", as: is[*web.StatusError],
	},
	{
		name: "500 always", mode: fetchtest.ZipStatus500, requests: 2, zips: 0.1,
		want: "after 2 attempts: 500 Internal Server Error: no zip today", as: is[*web.StatusError],
	},
	{name: "refused at first", change: refuses(1), requests: 1, zips: 1.01},
	{
		name: "refused", change: refuses(1000), refused: true,
		want: "after 2 attempts: dial tcp", as: is[*web.RequestError],
	},
	{
		name: "no answer", mode: fetchtest.Silent, requests: 5, zips: 0,
		change: func(_ *testing.T, _ *fetchtest.Server, cfg *Config) { cfg.limits.Header = 50 * time.Millisecond },
		want:   "after 5 attempts: net/http: timeout awaiting response headers", as: is[*web.RequestError],
	},
	{
		name: "redirect loop", mode: fetchtest.RedirectLoop, requests: 10, zips: 0.1,
		want: "stopped after 10 redirects", as: is[*web.RequestError],
	},
	{
		name: "redirect to http", change: redirectsToHTTP, requests: 0, zips: 0,
		want: "redirect from https to insecure http://127.0.0.1", as: is[*web.RequestError],
	},
	{
		name: "unknown certificate", change: unknownCertificate, refused: true,
		want: "certificate", as: is[*web.RequestError],
	},
}

// TestNetwork has a server that does each; what comes of it is bounded in
// time, requests and bytes, and leaves nothing behind.
func TestNetwork(t *testing.T) {
	t.Parallel()
	for _, test := range network {
		t.Run(strings.ReplaceAll(test.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			s := fetchtest.NewServer(t, "1.22.4")
			size := zipSize(t, s)
			c := newClient(t, s, func(cfg *Config) {
				if test.mode != "" {
					cfg.Proxy = s.Bad(test.mode)
				}
				if test.change != nil {
					test.change(t, s, cfg)
				}
			})
			start := time.Now()
			var calls int
			dir, _, err := fetchContext(t.Context(), t, c, "1.22.4", func(int64, int64) { calls++ })
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			switch {
			case test.want == "" && err != nil:
				t.Fatal(err)
			case test.want == "":
				checkTree(t, dir, "go1.22.4")
			case err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "s3cret"):
				t.Errorf("err = %v, want %q", err, test.want)
			case test.as != nil && !test.as(err):
				t.Errorf("err = %v (%T) is of another kind", err, err)
			}
			requests, sent := s.Requests(".zip"), s.Sent(".zip")
			t.Logf("%d requests, %.3f zips, %v", requests, float64(sent)/float64(size), err)
			if !test.refused && (requests > test.requests || test.want == "" && requests < test.requests) {
				t.Errorf("%d requests for a zip, want %d", requests, test.requests)
			}
			if most := test.zips * float64(size); float64(sent) > most+100 {
				t.Errorf("%d bytes sent, want at most %.0f", sent, most)
			}
		})
	}
}

// zipSize returns the size of the toy's zip and sets the counters back.
func zipSize(t *testing.T, s *fetchtest.Server) int64 {
	t.Helper()
	_, proof, err := fetchInto(t, newClient(t, s, nil), "1.22.4")
	if err != nil {
		t.Fatal(err)
	}
	s.Reset()
	return proof.Size
}

// refuses has the first n connections go to a port that is closed.
func refuses(n int32) func(*testing.T, *fetchtest.Server, *Config) {
	return func(t *testing.T, _ *fetchtest.Server, cfg *Config) {
		var dials atomic.Int32
		closed := strings.TrimPrefix(closedPort(t), "http://")
		transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if dials.Add(1) <= n {
				address = closed
			}
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}}
		t.Cleanup(transport.CloseIdleConnections)
		cfg.Transport = transport
	}
}

func impatient(_ *testing.T, _ *fetchtest.Server, cfg *Config) { cfg.Stall = 400 * time.Millisecond }

// overHTTP2 puts a server before s that has another way to break a connection.
func overHTTP2(mode string) func(*testing.T, *fetchtest.Server, *Config) {
	return func(t *testing.T, s *fetchtest.Server, cfg *Config) {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ProtoMajor != 2 {
				t.Errorf("%s %s is not HTTP/2", r.Method, r.URL.Path)
			}
			s.ServeHTTP(w, r)
		}))
		server.EnableHTTP2 = true
		server.StartTLS()
		t.Cleanup(server.Close)
		cfg.Proxy, cfg.Transport = server.URL+"/bad/"+mode, server.Client().Transport
	}
}

func redirectsToHTTP(t *testing.T, s *fetchtest.Server, cfg *Config) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, s.Proxy()+r.URL.Path+"?signature=s3cret", http.StatusFound)
	}))
	t.Cleanup(server.Close)
	cfg.Proxy, cfg.Transport = server.URL, server.Client().Transport
}

func unknownCertificate(t *testing.T, s *fetchtest.Server, cfg *Config) {
	var requests atomic.Int32
	server := httptest.NewUnstartedServer(s)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			requests.Add(1)
		}
	}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(func() {
		server.Close()
		if n := requests.Load(); n != 1 {
			t.Errorf("%d connections, want no second try", n)
		}
	})
	cfg.Proxy = server.URL
}

// TestNetworkDocument holds the table of the document to that of the test.
func TestNetworkDocument(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("network.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "\n| on the way | what comes of it |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	var rows []string
	for line := range strings.Lines(table) {
		rows = append(rows, strings.Split(line, " | ")[0])
	}
	if !found || len(rows) != len(network) {
		t.Fatalf("the table has %d rows, want %d", len(rows), len(network))
	}
	for i, test := range network {
		if rows[i] != "| "+test.name {
			t.Errorf("row %d is %q, want %q", i, rows[i], test.name)
		}
	}
}
