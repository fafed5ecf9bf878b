package web

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func TestTransient(t *testing.T) {
	t.Parallel()
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"refused":           {dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), true},
		"refused by proxy":  {&net.OpError{Op: "proxyconnect", Net: "tcp", Err: dial(syscall.ECONNREFUSED)}, true},
		"reset":             {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, true},
		"broken pipe":       {&net.OpError{Op: "write", Err: syscall.EPIPE}, true},
		"end":               {io.EOF, true},
		"end in the header": {fmt.Errorf("transport: %w", io.ErrUnexpectedEOF), true},
		"timeout":           {os.ErrDeadlineExceeded, true},
		"stream reset":      {errors.New("stream error: stream ID 3; INTERNAL_ERROR; received from peer"), true},
		"name server down":  {dial(&net.DNSError{Err: "server misbehaving", IsTemporary: true}), true},
		"name server slow":  {dial(&net.DNSError{Err: "i/o timeout", IsTimeout: true}), true},
		"no such name":      {dial(&net.DNSError{Err: "no such host", IsNotFound: true}), false},
		"alert":             {&net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, false},
		"unknown authority": {&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, false},
		"no TLS":            {tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, false},
		"redirects":         {errors.New("stopped after 10 redirects"), false},
		"proxy login":       {&net.OpError{Op: "proxyconnect", Err: errors.New("Proxy Authentication Required")}, false},
		"anything else":     {errors.New("net/http: HTTP/1.x transport connection broken: malformed HTTP response"), false},
	} {
		for _, err := range []error{test.err, &url.Error{Op: "Get", URL: "http://example.com", Err: test.err}} {
			if got := transient(err); got != test.want {
				t.Errorf("%s: transient(%T) = %v", name, err, got)
			}
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "0": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "-7": 0, "+7": 0, "1.5": 0, "soon": 0,
		"99999999999999999999":          math.MaxInt64,
		"9223372037":                    math.MaxInt64,
		"Tue, 02 Jan 2024 03:05:05 GMT": time.Minute,
		"Tue, 02 Jan 2024 03:00:00 GMT": 0,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("retryAfter(%q) = %v, want %v", value, got, want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	now := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, value := range []string{"7", "-1", "99999999999999999999", "Tue, 02 Jan 2024 03:05:05 GMT", "Tue Jan  2 03:05:05 9999"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if d := retryAfter(value, now); d < 0 {
			t.Errorf("retryAfter(%q) = %v", value, d)
		}
	})
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	l := Limits{}.orDefaults()
	for n, most := range map[int]time.Duration{
		1: l.Wait, 2: 2 * l.Wait, 4: 8 * l.Wait, 7: l.Longest, 64: l.Longest, 100: l.Longest,
	} {
		seen := make(map[time.Duration]bool)
		for range 100 {
			d := l.backoff(n)
			if d < most/2 || d > most {
				t.Errorf("backoff(%d) = %v, want %v to %v", n, d, most/2, most)
			}
			seen[d] = true
		}
		if len(seen) < 10 {
			t.Errorf("backoff(%d) is always the same", n)
		}
	}
}

// answers serves one status after the other, the last for good.
func answers(t *testing.T, header http.Header, statuses ...int) (*url.URL, *atomic.Int32) {
	t.Helper()
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for key, values := range header {
			w.Header()[key] = values
		}
		n := int(requests.Add(1))
		w.WriteHeader(statuses[min(n, len(statuses))-1])
		_, _ = io.WriteString(w, "text")
	}))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u, &requests
}

func TestRetryStatus(t *testing.T) {
	t.Parallel()
	w := newWeb(Config{Limits: Limits{Wait: time.Millisecond, Longest: time.Millisecond}})
	for _, test := range []struct {
		statuses []int
		requests int32
		fails    bool
	}{
		{[]int{200}, 1, false},
		{[]int{503, 200}, 2, false},
		{[]int{408, 429, 502, 504, 200}, 5, false},
		{[]int{503, 503, 503, 503, 503, 200}, 5, true},
		{[]int{500, 200}, 2, false},
		{[]int{500, 500, 200}, 2, true},
		{[]int{503, 500, 200}, 2, true},
		{[]int{501, 200}, 1, true},
		{[]int{505, 200}, 1, true},
		{[]int{400, 200}, 1, true},
		{[]int{401, 200}, 1, true},
		{[]int{403, 200}, 1, true},
		{[]int{404, 200}, 1, true},
		{[]int{410, 200}, 1, true},
		{[]int{204, 200}, 1, true},
	} {
		u, requests := answers(t, nil, test.statuses...)
		data, err := w.Read(t.Context(), u, "something", 100)
		if n := requests.Load(); n != test.requests || (err != nil) != test.fails || err == nil && string(data) != "text" {
			t.Errorf("%d: %d requests, want %d; %q, %v", test.statuses, n, test.requests, data, err)
		}
		var status *StatusError
		if test.fails && (!errors.As(err, &status) || status.Attempts != int(test.requests)) {
			t.Errorf("%d: err = %#v", test.statuses, err)
		}
	}
}

// TestRetryAfterBound has a server that wants to be left alone for longer than
// a client waits: an hour here, so that a client that waits at all is noticed.
func TestRetryAfterBound(t *testing.T) {
	t.Parallel()
	w := newWeb(Config{Limits: Limits{Answer: time.Hour}})
	for value, want := range map[string]string{
		"3601": "(try again in 1h0m1s): text",
		time.Now().Add(48 * time.Hour).UTC().Format(http.TimeFormat): "(try again in 4",
		"10000000000000000000": "429 Too Many Requests (try again later): text",
		"9223372036":           "429 Too Many Requests (try again later): text",
	} {
		u, requests := answers(t, http.Header{"Retry-After": {value}}, 429, 200)
		_, err := w.Read(t.Context(), u, "something", 100)
		if err == nil || !strings.Contains(err.Error(), want) || requests.Load() != 1 {
			t.Errorf("%s: %v after %d requests", value, err, requests.Load())
		}
	}
}

// TestInterim has servers that announce an answer: some times, which is fine, or
// without end, which is neither read for long nor asked for again.
func TestInterim(t *testing.T) {
	t.Parallel()
	w := newWeb(Config{Limits: Limits{Wait: time.Millisecond, Longest: time.Millisecond}})
	for _, interim := range []string{"100 Continue", "102 Processing", "103 Early Hints", "199 Whatever"} {
		for _, count := range []int{10, math.MaxInt} {
			var connections atomic.Int32
			u := listen(t, func(conn net.Conn) {
				connections.Add(1)
				_, _ = conn.Read(make([]byte, 4096))
				for range count {
					if _, err := io.WriteString(conn, "HTTP/1.1 "+interim+"\r\nLink: </style.css>\r\n\r\n"); err != nil {
						return
					}
				}
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntext")
			})
			data, err := w.Read(t.Context(), u, "something", 100)
			if count == 10 && (err != nil || string(data) != "text") || count != 10 && !errors.Is(err, errInterim) || connections.Load() != 1 {
				t.Errorf("%s: %q, %v after %d connections", interim, data, err, connections.Load())
			}
		}
	}
}

// listen has serve talk to each connection, then closes it.
func listen(t *testing.T, serve func(net.Conn)) *url.URL {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				serve(conn)
			}()
		}
	}()
	return &url.URL{Scheme: "http", Host: listener.Addr().String()}
}

func TestRetryCanceled(t *testing.T) {
	t.Parallel()
	u, requests := answers(t, http.Header{"Retry-After": {"100"}}, 503)
	w := newWeb(Config{})
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		for requests.Load() == 0 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel(errors.New("that is enough"))
	}()
	_, err := w.Read(ctx, u, "something", 100)
	if err == nil || !strings.HasSuffix(err.Error(), "that is enough") || requests.Load() != 1 {
		t.Errorf("%v after %d requests", err, requests.Load())
	}
}

// TestRetryCanceledWithAnswer ends a command while an answer arrives that is worth
// another request: the reason is told, not that answer.
func TestRetryCanceledWithAnswer(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{503: "that is enough", 404: "404"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		w := newWeb(Config{Transport: transport(func(req *http.Request) (*http.Response, error) {
			cancel(errors.New("that is enough"))
			return &http.Response{StatusCode: status, Status: strconv.Itoa(status), Body: http.NoBody, Request: req}, nil
		})})
		if _, err := w.Read(ctx, &url.URL{Scheme: "http", Host: "127.0.0.1:1"}, "something", 100); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d: %v, want %s", status, err, want)
		}
	}
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) { return t(req) }

// TestRetrySilentError has errors whose text never comes: neither another
// attempt nor the message waits for it.
func TestRetrySilentError(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader([]int{503, 503, 404}[min(requests.Add(1), 3)-1])
		_ = http.NewResponseController(w).Flush()
		<-stop
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(stop) })
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	w := newWeb(Config{Limits: Limits{Wait: time.Millisecond, Longest: time.Millisecond, detail: 100 * time.Millisecond}})
	start := time.Now()
	_, err = w.Read(t.Context(), u, "something", 100)
	if !errors.Is(err, os.ErrNotExist) || requests.Load() != 3 || time.Since(start) > 10*time.Second {
		t.Errorf("%v after %d requests and %v", err, requests.Load(), time.Since(start))
	}
}

// TestReadBroken has small answers that break off: they are asked for anew.
func TestReadBroken(t *testing.T) {
	t.Parallel()
	for broken, want := range map[int32]string{1: "", 4: "", 5: "after 5 attempts: connection lost after 2 of 4 bytes"} {
		var requests atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "4")
			if requests.Add(1) <= broken {
				_, _ = io.WriteString(w, "te")
				_ = http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			}
			_, _ = io.WriteString(w, "text")
		}))
		t.Cleanup(server.Close)
		u, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		w := newWeb(Config{Limits: Limits{Wait: time.Millisecond, Longest: time.Millisecond}})
		data, err := w.Read(t.Context(), u, "something", 100)
		if want == "" && (err != nil || string(data) != "text") || want != "" && (err == nil || !strings.HasSuffix(err.Error(), want)) {
			t.Errorf("%d broken: %q, %v", broken, data, err)
		}
	}
}
