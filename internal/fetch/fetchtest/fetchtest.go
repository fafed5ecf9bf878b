// Package fetchtest is a Go module proxy with a checksum database on the
// loopback interface. It serves toy toolchains, a few kilobytes each, and
// misbehaves on request; no product code imports it.
//
// A [Server] is well-behaved under [Server.Proxy]. It misbehaves for all
// requests after [Server.Misbehave], and for requests below
// Proxy()+"/bad/<mode>", so that a test script can choose with GOPROXY alone:
//
//	env GOPROXY=$PROXY/bad/altered-zip
//
// Misbehaviour that concerns the database shows there as well, since it is
// asked through the same proxy. A mode with a number is written "slow=20000".
package fetchtest

import (
	"crypto/rand"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/note"

	"github.com/gosw/gosw/internal/gover"
)

// The ways to misbehave.
const (
	AlteredZip     = "altered-zip"     // a file in the zip is another one
	ForgedRecord   = "forged-record"   // altered zip, and the database's record altered to match
	WrongPlatform  = "wrong-platform"  // the zip is that of plan9/386
	WrongVersion   = "wrong-version"   // the zip is that of go1.99.99
	Truncated      = "truncated"       // half a zip, then the connection ends
	ResetMidBody   = "reset"           // half a zip, then the connection breaks
	Stalled        = "stalled"         // half a zip, then silence
	Slow           = "slow"            // "slow=N": N bytes of a zip a second
	NoRange        = "no-range"        // zips are sent as a whole only
	WrongRange     = "wrong-range"     // asked for a part of a zip, another part is sent
	HTML           = "html"            // every answer is a login page with status 200
	Status500      = "status-500"      // every answer is 500
	Forbidden      = "forbidden"       // what is missing is 403, not 404
	ZipStatus500   = "zip-500"         // zips are 500, the rest is well
	AlteredArchive = "altered-archive" // the page's archive is another one than its index says
	AlteredDL      = "altered-dl"      // the page's archive is another one, and its index says so
	NoList         = "no-list"         // the list of toolchains is 500
	NoLine         = "no-line"         // the database answers with another module's record
	OtherVersion   = "other-version"   // the database answers with the record of another version of the module
	OldHead        = "old-head"        // the answer comes with the signed head of a tree before it
	EmptyAnswer    = "empty-answer"    // the database answers 200 and nothing
	ForgedHead     = "forged-head"     // the signature of the tree head is wrong
	ForkedLog      = "forked-log"      // the database shows another history, well signed
	RolledBack     = "rolled-back"     // the database shows only the first half of its history
	NotInDB        = "db-404"          // look-ups are 404
	Database500    = "db-500"          // the database is 500 through the proxy
	DatabaseGone   = "db-gone"         // connections to the database end without an answer
	DatabaseHTML   = "db-html"         // the database is a login page
	DatabaseNoPass = "db-not-proxied"  // the proxy passes nothing on to the database
)

// SumDBName is the name of every Server's checksum database.
const SumDBName = "sum.fetchtest.invalid"

// A Server serves toolchains for the platform it runs on.
type Server struct {
	http *httptest.Server
	key  string // what GOSUMDB has
	log  *log   // the history
	fork *log   // another one under the same key
	stop chan struct{}

	mu       sync.Mutex
	mode     string
	requests []string
	sent     map[string]int64 // bytes of bodies, by path
	releases []*toy           // in order of addition
	hidden   map[string]bool
	vulns    []Vuln
	turns    map[string]int // requests so far in modes that change with them
	others   published
}

// NewServer starts a server with the given versions ("1.22.4" or "go1.22.4")
// that ends with the test.
func NewServer(t testing.TB, versions ...string) *Server {
	t.Helper()
	s, err := New(versions...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// New starts a server that the caller has to close.
func New(versions ...string) (*Server, error) {
	private, public, err := note.GenerateKey(rand.Reader, SumDBName)
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return nil, err
	}
	s := &Server{
		key:    public,
		log:    newLog(signer, "example.com/history", 5),
		fork:   newLog(signer, "example.com/other", 50),
		stop:   make(chan struct{}),
		vulns:  vulns(),
		hidden: make(map[string]bool),
		sent:   make(map[string]int64),
		turns:  make(map[string]int),
	}
	for _, v := range versions {
		if err := s.Add(v); err != nil {
			return nil, err
		}
	}
	s.http = httptest.NewServer(s)
	return s, nil
}

// Close ends the server and every connection.
func (s *Server) Close() {
	close(s.stop)
	s.http.CloseClientConnections()
	s.http.Close()
}

// Proxy returns the value for GOPROXY.
func (s *Server) Proxy() string { return s.http.URL }

// Bad returns the value for GOPROXY that makes the server misbehave.
func (s *Server) Bad(mode string) string { return s.http.URL + "/bad/" + mode }

// SumDB returns the value for GOSUMDB.
func (s *Server) SumDB() string { return s.key }

// Misbehave sets the mode for all requests; "" ends it.
func (s *Server) Misbehave(mode string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode = mode
}

// Add publishes a version: it is listed from now on.
func (s *Server) Add(version string) error { return s.add(version, 0, false) }

// AddFor publishes a version for another platform than this one.
func (s *Server) AddFor(version, goos, goarch string) error {
	return s.addFor(version, goos, goarch, 0, false)
}

// AddPadded publishes a version with n more files of 64 KiB, which take about
// 35 kB each in its zip.
func (s *Server) AddPadded(version string, n int) error { return s.add(version, n, false) }

// AddLarge publishes a version whose zip is a little larger than size.
func (s *Server) AddLarge(version string, size int) error {
	if err := s.Add(version); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.releases[len(s.releases)-1]
	t.large = size
	return t.pack(t.files())
}

// Grow adds n records to the database, of modules that nobody asks for: its head is another one
// then.
func (s *Server) Grow(n int) {
	s.log.mu.Lock()
	from := len(s.log.records)
	s.log.mu.Unlock()
	for i := range n {
		m := module.Version{Path: "example.com/grown", Version: fmt.Sprintf("v1.0.%d", from+i)}
		if _, err := s.log.add(m, fmt.Appendf(nil, "%s %s h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", m.Path, m.Version)); err != nil {
			panic(err) // the text is our own
		}
	}
}

// AddUnlisted publishes a version that no list knows yet.
func (s *Server) AddUnlisted(version string) error { return s.add(version, 0, true) }

func (s *Server) add(version string, padded int, hidden bool) error {
	return s.addFor(version, runtime.GOOS, runtime.GOARCH, padded, hidden)
}

func (s *Server) addFor(version, goos, goarch string, padded int, hidden bool) error {
	v, err := gover.Parse(version)
	if err != nil {
		return err
	}
	release, err := newPadded(v, goos, goarch, padded)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.releases, func(t *toy) bool { return t.module() == release.module() }) {
		return fmt.Errorf("%s is there already", release.module())
	}
	s.releases = append(s.releases, release)
	s.hidden[v.String()] = hidden
	return nil
}

// H1 returns the checksum that the database has for a version, "" for none.
func (s *Server) H1(version string) string {
	v, err := gover.Parse(version)
	if err != nil {
		return ""
	}
	for _, t := range s.all() {
		if t.version == v {
			return t.h1
		}
	}
	return ""
}

func (s *Server) all() []*toy {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.releases)
}

// listed returns the names of the versions that lists know.
func (s *Server) listed() []*toy {
	return slices.DeleteFunc(s.all(), func(t *toy) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.hidden[t.version.String()]
	})
}

// find returns the release that a module version names.
func (s *Server) find(moduleVersion string) (*toy, error) {
	for _, t := range s.all() {
		if t.module() == moduleVersion {
			return t, nil
		}
	}
	return nil, fmt.Errorf("not found: %s: %w", moduleVersion, fs.ErrNotExist)
}

// Requests returns how many requests had substr in their path since the start
// or the last Reset.
func (s *Server) Requests(substr string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, path := range s.requests {
		if strings.Contains(path, substr) {
			n++
		}
	}
	return n
}

// Sent returns how many bytes were sent in answer to requests that had substr
// in their path, since the start or the last Reset.
func (s *Server) Sent(substr string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var n int64
	for path, sent := range s.sent {
		if strings.Contains(path, substr) {
			n += sent
		}
	}
	return n
}

// A countingWriter counts the bytes of an answer before they are sent, so that
// a client that has them finds them counted.
type countingWriter struct {
	http.ResponseWriter
	server *Server
	path   string
}

func (w countingWriter) Write(data []byte) (int, error) {
	w.server.mu.Lock()
	w.server.sent[w.path] += int64(len(data))
	w.server.mu.Unlock()
	return w.ResponseWriter.Write(data)
}

// Unwrap is for http.ResponseController.
func (w countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Reset sets the counters back.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
	clear(s.sent)
}

// ServeHTTP answers a request, well or badly. It lets a test put a server of
// its own, such as one with TLS, before this one.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, r.URL.Path)
	mode := s.mode
	s.mu.Unlock()
	path := r.URL.Path
	w = countingWriter{w, s, path}
	if rest, ok := strings.CutPrefix(path, "/bad/"); ok {
		mode, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	mode, number, _ := strings.Cut(mode, "=")
	(&request{server: s, w: w, r: r, mode: mode, number: number}).serve(path)
}
