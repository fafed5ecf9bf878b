package serve

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// gone is the status of a client that left before it got an answer, as nginx has it.
const gone = 499

// log writes a line in the form that is called Combined, as nginx and Apache have it.
func (s *Server) log(r *http.Request, w *writer, start time.Time) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = cmp.Or(r.RemoteAddr, "-")
	}
	quoted := func(text string) string { return strconv.QuoteToASCII(cmp.Or(text[:min(len(text), 512)], "-")) }
	_, _ = fmt.Fprintf(s.Log, "%s - - [%s] %s %d %d %s %s\n", host, start.Format("02/Jan/2006:15:04:05 -0700"),
		quoted(r.Method+" "+r.RequestURI+" "+r.Proto), cmp.Or(w.status, gone), w.bytes, quoted(r.Referer()), quoted(r.UserAgent()))
}

// metrics are what a Prometheus server reads. They are written by hand: the client library costs each
// command of gosw a sixth of its time, at its start.
type metrics struct {
	mu       sync.Mutex
	running  int
	requests map[[2]string]int // by kind and status
	bytes    map[string]int64  // by kind
	releases [2]int            // that were provided, that were not
}

func (m *metrics) begin() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running++
}

func (m *metrics) end(kind string, w *writer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.requests == nil {
		m.requests, m.bytes = make(map[[2]string]int), make(map[string]int64)
	}
	m.running--
	m.requests[[2]string{kind, strconv.Itoa(cmp.Or(w.status, gone))}]++
	m.bytes[kind] += w.bytes
}

func (m *metrics) provided(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil {
		m.releases[0]++
	} else {
		m.releases[1]++
	}
}

// kinds are what requests are about.
var kinds = []string{"zip", "lookup", "tile", "list", "page", "other"}

// kindOf returns the kind of a request, one of few, whatever is asked for.
func kindOf(path string) string {
	switch {
	case path == "/":
		return "page"
	case strings.HasSuffix(path, ".zip"):
		return "zip"
	case strings.HasSuffix(path, "/@v/list"):
		return "list"
	case strings.HasPrefix(path, "/sumdb/") && strings.Contains(path, "/lookup/"):
		return "lookup"
	case strings.HasPrefix(path, "/sumdb/") && strings.Contains(path, "/tile/"):
		return "tile"
	}
	return "other"
}

// text is the exposition format of Prometheus, version 0.0.4.
func (m *metrics) text() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b strings.Builder
	head := func(name, kind, help string) {
		_, _ = fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %[1]s %[3]s\n", name, help, kind)
	}
	head("gosw_requests_total", "counter", "Requests that were answered, by kind and status.")
	keys := make([][2]string, 0, len(m.requests))
	for key := range m.requests {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for _, key := range keys {
		_, _ = fmt.Fprintf(&b, "gosw_requests_total{kind=%q,code=%q} %d\n", key[0], key[1], m.requests[key])
	}
	head("gosw_sent_bytes_total", "counter", "Bytes of the answers, by kind, without headers.")
	for _, kind := range kinds {
		_, _ = fmt.Fprintf(&b, "gosw_sent_bytes_total{kind=%q} %d\n", kind, m.bytes[kind])
	}
	head("gosw_requests_running", "gauge", "Requests that are being answered.")
	_, _ = fmt.Fprintf(&b, "gosw_requests_running %d\n", m.running)
	head("gosw_provided_total", "counter", "Releases that were packed or fetched on request.")
	_, _ = fmt.Fprintf(&b, "gosw_provided_total{result=\"ok\"} %d\ngosw_provided_total{result=\"failed\"} %d\n", m.releases[0], m.releases[1])
	return b.String()
}
