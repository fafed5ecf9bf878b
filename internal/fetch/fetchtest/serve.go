package fetchtest

import (
	"bytes"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/gosw/gosw/internal/gover"
)

// everything is the size of a view that is not of an old state.
const everything = math.MaxInt64

const page = "<!DOCTYPE html><html><title>Welcome</title><body>Please log in.</body></html>\n"

// A request is one on its way, with how to misbehave.
type request struct {
	server *Server
	w      http.ResponseWriter
	r      *http.Request
	mode   string
	number string // after "=", such as the speed
}

func (q *request) serve(path string) {
	switch q.mode {
	case HTML:
		q.html()
		return
	case Status500:
		q.status(http.StatusInternalServerError, "out of order")
		return
	}
	if rest, ok := strings.CutPrefix(path, "/sumdb/"+SumDBName+"/"); ok {
		q.serveDB("/" + rest)
	} else if rest, ok := strings.CutPrefix(path, "/"+toolchainModule+"/@v/"); ok {
		q.serveToolchain(rest)
	} else if rest, ok := strings.CutPrefix(path, archiveDirectory); ok {
		q.serveArchive(rest)
	} else if rest, ok := strings.CutPrefix(path, vulnDirectory); ok {
		q.serveVulnDB(rest)
	} else if path == "/dl/" {
		q.serveGoDev()
	} else if data, ok := q.server.other(path); ok {
		q.serveOther(data)
	} else {
		q.missing("not found")
	}
}

func (q *request) serveToolchain(name string) {
	if name == "list" {
		if q.mode == NoList {
			q.status(http.StatusInternalServerError, "no list")
			return
		}
		q.list(q.server.toolchainList())
		return
	}
	dot := strings.LastIndexByte(name, '.')
	t, err := q.server.find(name[:max(dot, 0)])
	if data, ok := q.server.other("/" + toolchainModule + "/@v/" + name); ok && err != nil {
		q.serveOther(data) // a real one
		return
	}
	if err != nil {
		q.missing(err.Error())
		return
	}
	switch name[dot:] {
	case ".info":
		q.w.Header().Set("Content-Type", "application/json")
		q.write([]byte(t.info()))
	case ".mod":
		q.text("module " + toolchainModule + "\n")
	case ".zip":
		q.serveZip(t)
	default:
		q.missing("not found: " + name)
	}
}

func (q *request) serveZip(t *toy) {
	switch q.mode {
	case AlteredZip, ForgedRecord:
		t = q.must(t.altered())
	case WrongPlatform:
		t = q.must(newToy(t.version, "plan9", "386"))
	case WrongVersion:
		v, err := gover.Parse("go1.99.99")
		if err != nil {
			panic(err)
		}
		t = q.must(newToy(v, t.goos, t.goarch))
	case ZipStatus500:
		q.status(http.StatusInternalServerError, "no zip today")
		return
	}
	if q.deliver(t) {
		return
	}
	q.w.Header().Set("Content-Type", "application/zip")
	if q.mode == "" || q.mode == AlteredZip {
		http.ServeContent(q.w, q.r, "", time.Time{}, bytes.NewReader(t.zip))
		return
	}
	if q.mode == WrongRange && q.r.Header.Get("Range") != "" {
		q.w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-9/%d", len(t.zip)))
		q.w.WriteHeader(http.StatusPartialContent)
		q.write(t.zip[:10])
		return
	}
	q.w.Header().Set("Content-Length", strconv.Itoa(len(t.zip)))
	half := len(t.zip) / 2
	switch q.mode {
	case Truncated, ResetMidBody:
		q.write(t.zip[:half])
		q.drop(q.mode == ResetMidBody)
	case Stalled:
		q.write(t.zip[:half])
		q.wait(time.Hour)
	case Slow:
		q.slowly(t.zip)
	default:
		q.write(t.zip)
	}
}

func (q *request) must(t *toy, err error) *toy {
	if err != nil {
		panic(err) // the server's own content
	}
	return t
}

// slowly sends ten times a second, at the speed of q.number bytes a second.
func (q *request) slowly(data []byte) {
	rate, err := strconv.Atoi(q.number)
	if err != nil || rate < 10 {
		rate = 10_000
	}
	for len(data) > 0 {
		n := min(rate/10, len(data))
		q.write(data[:n])
		if data = data[n:]; !q.wait(100 * time.Millisecond) {
			return
		}
	}
}

// wait reports whether d went by with client and server still there.
func (q *request) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-q.r.Context().Done():
	case <-q.server.stop:
	}
	return false
}

// drop ends the connection in the middle, with a reset if asked to.
func (q *request) drop(reset bool) {
	conn, _, err := http.NewResponseController(q.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func (q *request) serveDB(path string) {
	switch q.mode {
	case Database500:
		q.status(http.StatusInternalServerError, "database out of order")
		return
	case DatabaseGone:
		q.drop(false)
		return
	case DatabaseHTML:
		q.html()
		return
	case DatabaseNoPass:
		q.missing("not here")
		return
	}
	lookup := strings.HasPrefix(path, "/lookup/")
	switch {
	case path == "/supported":
		q.w.WriteHeader(http.StatusOK)
	case lookup && q.mode == NotInDB:
		q.missing("not in the database")
	case lookup && q.mode == EmptyAnswer:
		q.text("")
	case lookup && q.mode == NoLine:
		q.answer("/lookup/example.com/history@v1.0.0")
	case lookup && q.mode == OtherVersion:
		q.answer("/lookup/" + toolchainModule + "@" + q.other(path))
	default:
		q.answer(path)
	}
}

// other returns the first version of the module that path does not ask for.
func (q *request) other(path string) string {
	for _, t := range q.server.all() {
		if !strings.HasSuffix(path, "@"+t.module()) {
			return t.module()
		}
	}
	panic("fetchtest: " + OtherVersion + " needs two versions")
}

// answer passes the database's answer on, altered if so asked.
func (q *request) answer(path string) {
	v := view{log: q.server.log, size: everything, text: q.server.record}
	switch q.mode {
	case ForkedLog:
		v.log = q.server.fork
	case RolledBack:
		v.size = v.log.size() / 2
	}
	recorder := httptest.NewRecorder()
	sumdb.NewServer(v).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
	data := recorder.Body.Bytes()
	if recorder.Code == http.StatusOK && strings.HasPrefix(path, "/lookup/") {
		data = q.forge(data)
	}
	for key, values := range recorder.Header() {
		q.w.Header()[key] = values
	}
	q.w.WriteHeader(recorder.Code)
	q.write(data)
}

func (q *request) forge(data []byte) []byte {
	switch q.mode {
	case ForgedRecord:
		for _, t := range q.server.all() {
			data = bytes.ReplaceAll(data, []byte(t.h1), []byte(q.must(t.altered()).h1))
		}
	case OldHead:
		if i := bytes.Index(data, []byte("go.sum database tree\n")); i >= 0 {
			old, err := view{log: q.server.log, size: 3}.Signed(q.r.Context())
			if err != nil {
				panic(err) // the server's own content
			}
			data = append(data[:i:i], old...)
		}
	case ForgedHead:
		if i := len(data) - 10; i > 0 { // within the base64 of the signature
			data[i] = map[bool]byte{true: 'B', false: 'A'}[data[i] == 'A']
		}
	}
	return data
}

// record returns what the database says about a module.
func (s *Server) record(m module.Version) ([]byte, error) {
	if m.Path == "example.com/history" {
		return nil, nil // in the log from the beginning
	}
	if m.Path == toolchainModule {
		if t, err := s.find(m.Version); err == nil {
			return t.lines(), nil
		}
	}
	return s.otherRecord(m)
}

func (q *request) html() {
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q.write([]byte(page))
}

func (q *request) text(s string) {
	q.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	q.write([]byte(s))
}

func (q *request) missing(text string) {
	if q.mode == Forbidden {
		q.status(http.StatusForbidden, text)
		return
	}
	q.status(http.StatusNotFound, text)
}

func (q *request) status(code int, text string) { http.Error(q.w, text, code) }

// write sends data at once. The client may be gone; that is its affair.
func (q *request) write(data []byte) {
	_, _ = q.w.Write(data)
	_ = http.NewResponseController(q.w).Flush()
}

var (
	_ sumdb.ServerOps = view{}
	_ tlog.HashReader = hashes(nil)
)
