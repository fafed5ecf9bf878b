package serve

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A file is sent as a whole, in parts, and not again to who has it.
func TestFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, "1.22.4")
	w.has(t, "1.22.4")
	zip := zipOf(t, "1.22.4")
	want, err := os.ReadFile(filepath.Join(w.Dir, filepath.FromSlash(zip)))
	if err != nil {
		t.Fatal(err)
	}
	whole, body := w.get(t, zip)
	tag := whole.Header.Get("ETag")
	if whole.StatusCode != http.StatusOK || body != string(want) || tag == "" || whole.Header.Get("Content-Type") != "application/zip" ||
		whole.ContentLength != int64(len(want)) || whole.Header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("%v, %d bytes", whole, len(body))
	}
	for _, test := range []struct {
		headers []string
		status  int
		body    string
	}{
		{[]string{"Range", "bytes=10-19"}, http.StatusPartialContent, string(want[10:20])},
		{[]string{"Range", "bytes=-7"}, http.StatusPartialContent, string(want[len(want)-7:])},
		{[]string{"Range", "bytes=10-19", "If-Range", tag}, http.StatusPartialContent, string(want[10:20])},
		{[]string{"Range", "bytes=10-19", "If-Range", `"other"`}, http.StatusOK, string(want)},
		{[]string{"If-None-Match", tag}, http.StatusNotModified, ""},
		{[]string{"If-None-Match", `"other"`}, http.StatusOK, string(want)},
	} {
		if answer, body := w.get(t, zip, test.headers...); answer.StatusCode != test.status || body != test.body || answer.Header.Get("ETag") != tag {
			t.Errorf("%v: %v, %d bytes", test.headers, answer, len(body))
		}
	}
	if answer, _ := w.get(t, zip, "Range", fmt.Sprintf("bytes=%d-", len(want))); answer.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("past the end: %v", answer)
	}
	head, err := http.Head(w.url + zip)
	if err != nil || head.ContentLength != int64(len(want)) {
		t.Errorf("HEAD: %v, %v", head, err)
	}
	_ = head.Body.Close()
	if answer, _ := w.get(t, "/"+listName); answer.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("list: %v", answer)
	}
	if answer, _ := w.get(t, "/"+w.sumdb("supported")); answer.StatusCode != http.StatusOK {
		t.Errorf("supported: %v", answer)
	}
	if answer, body := w.get(t, "/healthz"); answer.StatusCode != http.StatusOK || body != "ok\n" {
		t.Errorf("healthz: %v, %q", answer, body)
	}
}

// send writes bytes to the server and returns all that comes back.
func (w *world) send(t testing.TB, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, request) // it may answer before it has read all
	answer, _ := io.ReadAll(conn)
	return string(answer)
}

// No name leads out of the directory, or to what is not a file for others.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, through, "1.22.4")
	w.has(t, "1.22.4")
	const secret = "nobody's business"
	outside := filepath.Join(t.TempDir(), "secret")
	for _, file := range []string{outside, filepath.Join(w.Dir, ".lock"), filepath.Join(w.Dir, ".staging-0")} {
		if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(w.Dir, "link")); err != nil {
		t.Fatal(err)
	}
	up := strings.Repeat("/..", 20)
	for _, name := range []string{
		up + outside, strings.ReplaceAll(up, ".", "%2e") + outside, strings.ReplaceAll(up, "/", "%2f") + outside,
		"/golang.org" + up + outside, "//" + outside, "/./.lock", "/.lock", "/%2elock", "/.staging-0", "/link", "/golang.org", "/golang.org/", "/golang.org/toolchain/@v/",
		"/%00", "/golang.org/toolchain/@v/list%00", "/a%00/../" + "list", `/..\..\secret`, `/C:\x`, "/c:/x", "/" + strings.Repeat("a", 8000), "/" + strings.Repeat("a/", 4000),
		"/" + strings.Repeat("a", 300), "/golang.org/toolchain/@v/list/x", "/%ff%fe", "/golang.org/toolchain/@v/v0.0.1-go1.22.4.linux-..%2f..%2fx.zip",
		"/golang.org/toolchain/@v/v0.0.1-go9.9.9." + here.OS + "-" + here.Arch + ".zip", "*", "/sumdb/other.example/latest", "/sumdb/" + w.Database + "/tile/8/0/zzz",
	} {
		answer := w.send(t, "GET "+name+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		status, _, _ := strings.Cut(answer, "\r\n")
		if strings.Contains(answer, secret) || !regexp.MustCompile(`^HTTP/1.1 (4|503)`).MatchString(status) {
			t.Errorf("%.80s: %s", name, status)
		}
		if strings.Contains(status, " 503 ") != (name == "/link") { // that is for who made it to know
			t.Errorf("%.80s: %s", name, status)
		}
	}
	if notes := w.notes.String(); strings.Count(notes, "\n") != 1 || !strings.Contains(notes, "/link") {
		t.Errorf("notes: %s", notes)
	}
}

func TestHostileRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.limits.header = time.Second })
	for _, test := range []struct{ request, status string }{
		{"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "405"},
		{"DELETE /golang.org/toolchain/@v/list HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "405"},
		{"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "405"},
		{"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\nabc", "400"},
		{"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", "400"},
		{"GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("a", 40<<10) + "\r\n\r\n", "431"},
		{"GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X: y\r\n", 9000) + "\r\n", "431"},
		{"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ", ""}, // and nothing more
		{"GET /healthz", ""},
		{"", ""},
		{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "400"}, // TLS
	} {
		t.Run(fmt.Sprintf("%.30q", test.request), func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			answer := w.send(t, test.request)
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("held for %v", took)
			}
			if want := cmp.Or(test.status, "4"); answer != "" && !regexp.MustCompile("^HTTP/1.[01] "+want).MatchString(answer) || answer == "" && test.status != "" {
				t.Errorf("%.80q", answer)
			}
		})
	}
}

// Who does not read what he has asked for loses it.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.limits.part = time.Second })
	large(t, w, "large.zip", 64<<20)
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.(*net.TCPConn).SetReadBuffer(4096)
	_, _ = io.WriteString(conn, "GET /large.zip HTTP/1.1\r\nHost: x\r\n\r\n")
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(w.log.String(), "large.zip") {
		if time.Now().After(deadline) {
			t.Fatal("it is sent still")
		}
		time.Sleep(20 * time.Millisecond)
	}
	if sent := regexp.MustCompile(` 200 (\d+) `).FindStringSubmatch(w.log.String()); sent == nil || len(sent[1]) > len("9999999") {
		t.Errorf("all of it was sent: %s", w.log.String())
	}
}

// large makes a file of so many bytes.
func large(t testing.TB, w *world, name string, size int64) {
	t.Helper()
	f, err := os.Create(filepath.Join(w.Dir, name))
	if err == nil {
		err = f.Truncate(size)
	}
	if err != nil || f.Close() != nil {
		t.Fatal(err)
	}
}

// One connection too many waits for another to end.
func TestConnections(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.limits = limits{2, time.Second, time.Second, time.Second} })
	for range 2 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
	}
	start := time.Now()
	if answer, _ := w.get(t, "/healthz"); answer.StatusCode != http.StatusOK || time.Since(start) < 500*time.Millisecond {
		t.Errorf("%v after %v", answer, time.Since(start))
	}
}

// What runs when the server is stopped ends as it should.
func TestStop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	const size = 32 << 20
	large(t, w, "large.zip", size)
	answer, err := http.Get(w.url + "/large.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	w.stop()
	for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://")); err != nil {
			break
		} else if _ = conn.Close(); time.Since(start) > 10*time.Second {
			t.Fatal("it takes new connections")
		}
	}
	select {
	case err := <-w.ended:
		t.Fatalf("ended before the download: %v", err)
	default:
	}
	if n, err := io.Copy(io.Discard, answer.Body); n != size || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
	err = <-w.ended
	if w.ended <- nil; err != nil {
		t.Error(err)
	}
}

// The log has a line for each request, whatever that is.
func TestLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, request := range []string{
		"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: gosw/1\r\nReferer: a\"b\tc\xff\r\n\r\n",
		"GET /%0ax?a=\"\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"GET /" + strings.Repeat("a", 5000) + " HTTP/1.0\r\n\r\n",
	} {
		w.send(t, request)
	}
	form := regexp.MustCompile(`^127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "GET [ -~]*" \d{3} \d+ "[ -~]*" "[ -~]*"$`)
	lines := 0
	for scanner := bufio.NewScanner(strings.NewReader(w.log.String())); scanner.Scan(); lines++ {
		if !form.MatchString(scanner.Text()) || len(scanner.Text()) > 2000 {
			t.Errorf("line %q", scanner.Text())
		}
	}
	if lines != 3 {
		t.Errorf("%d lines:\n%s", lines, w.log.String())
	}
}

// What Prometheus reads has its form, and counts what was asked for.
func TestMetrics(t *testing.T) {
	t.Parallel()
	w := newWorld(t, through, "1.22.4")
	for range 2 {
		w.get(t, zipOf(t, "1.22.4"), "Range", "bytes=0-9")
	}
	w.get(t, zipOf(t, "1.22.9"))
	w.get(t, "/made/up/"+strings.Repeat("x", 99))
	answer, body := w.get(t, "/metrics")
	if answer.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%v", answer)
	}
	for _, line := range []string{
		`gosw_requests_total{kind="zip",code="206"} 2`, `gosw_requests_total{kind="zip",code="404"} 1`, `gosw_requests_total{kind="other",code="404"} 1`,
		`gosw_sent_bytes_total{kind="zip"} 30`, `gosw_requests_running 1`, `gosw_provided_total{result="ok"} 1`, `gosw_provided_total{result="failed"} 1`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("no %s in\n%s", line, body)
		}
	}
	form := regexp.MustCompile(`^(# HELP [a-z_]+ [A-Z][^\n]*\.|# TYPE [a-z_]+ (counter|gauge)|[a-z_]+(\{[a-z]+="[a-z0-9]+"(,[a-z]+="[a-z0-9]+")*\})? \d+)$`)
	for line := range bytes.Lines([]byte(body)) {
		if !form.Match(bytes.TrimSuffix(line, []byte("\n"))) {
			t.Errorf("line %q", line)
		}
	}
}
