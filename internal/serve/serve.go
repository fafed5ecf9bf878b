// Package serve answers over HTTP what a module proxy for Go releases and a checksum
// database answer, from a directory of plain files such as package mirror writes.
//
// Nobody has to trust it, and it trusts nobody: whoever asks may be hostile. A name
// never leads out of the directory. All that a client can hold is bounded: connections,
// headers, the time for them, and how slowly an answer may be read. A file is sent by
// the kernel, so that memory does not grow with it.
//
// What the directory lacks, the package asks for through what it is handed, once for all
// that wait. It knows no store, and neither downloads nor proves.
package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
)

// A Config says what is served.
type Config struct {
	Dir      string // the directory, which exists
	Database string // name of the checksum database
	Address  string // for a page that was asked for by no name
	// Toolchains returns what there is, newest first.
	Toolchains func() ([]Toolchain, error)

	// Provide brings a release into the directory; nil where what is there is all. One that does not
	// exist is fs.ErrNotExist. It outlives the request that it is called for.
	Provide func(context.Context, release.Release) error
	// List returns what Provide can bring, and what there is; nil for the file of that name.
	List func(context.Context) ([]release.Release, error)
	// Tile returns a tile of the database that the directory lacks; nil for none.
	Tile func(ctx context.Context, name string) ([]byte, error)

	Log  io.Writer        // gets a line for each request
	Note func(error)      // is told what goes wrong on this side
	Now  func() time.Time // the time of the log
}

// A Server answers requests.
type Server struct {
	Config
	root    *os.Root
	flights singleflight.Group
	metrics metrics
	limits  limits
}

// New returns a server. Close ends it.
func New(cfg Config) (*Server, error) {
	root, err := os.OpenRoot(cfg.Dir)
	if err != nil {
		return nil, err
	}
	return &Server{Config: cfg, root: root, limits: usual}, nil
}

// Close closes the directory.
func (s *Server) Close() error { return s.root.Close() }

// ServeHTTP answers a request, counts it, and writes a line about it.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w := &writer{ResponseWriter: rw, control: http.NewResponseController(rw), time: s.limits.part}
	start := s.Now()
	s.metrics.begin()
	defer func() {
		failure := recover() // a download that was cut short, see below
		s.metrics.end(kindOf(r.URL.Path), w)
		s.log(r, w, start)
		if failure != nil {
			panic(failure)
		}
	}()
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		s.refuse(w, http.StatusMethodNotAllowed, "only GET and HEAD are answered")
	case r.ContentLength != 0:
		_ = w.control.SetReadDeadline(time.Now().Add(s.limits.header)) // net/http reads it to its end
		s.refuse(w, http.StatusBadRequest, "a request has no body here")
	default:
		s.answer(w, r)
	}
	if w.broken { // so that the client knows
		panic(http.ErrAbortHandler)
	}
}

// listName and zips are where the module proxy's protocol has versions.
const (
	zips     = release.Module + "/@v/"
	listName = zips + "list"
)

// sumdb returns the name of a file of the database's.
func (s *Server) sumdb(name string) string { return path.Join("sumdb", s.Database, name) }

func (s *Server) answer(w *writer, r *http.Request) {
	switch name := strings.TrimPrefix(r.URL.Path, "/"); {
	case name == "":
		s.page(w, r)
	case name == "healthz":
		s.text(w, r, "ok\n")
	case name == "metrics":
		s.text(w, r, s.metrics.text())
	case name == listName && s.List != nil:
		s.list(w, r)
	case name == s.sumdb("supported"):
		s.text(w, r, "")
	case !valid(name):
		s.refuse(w, http.StatusNotFound, "not found")
	default:
		s.file(w, r, name)
	}
}

// valid reports whether name may be that of a file: no way out of the directory, and nothing
// that has no name for others yet.
func valid(name string) bool {
	const long = 512
	return fs.ValidPath(name) && len(name) <= long && !strings.ContainsAny(name, "\x00\\:") && !strings.Contains("/"+name, "/.")
}

// file sends a file of the directory.
func (s *Server) file(w *writer, r *http.Request, name string) {
	f, info, err := s.open(name)
	if release, ok := s.releaseOf(name); fsx.IsAbsent(err) && ok && s.Provide != nil {
		if err = s.provide(r.Context(), release); err == nil {
			f, info, err = s.open(name)
		}
	} else if tile, ok := strings.CutPrefix(name, s.sumdb("")+"/tile/"); fsx.IsAbsent(err) && ok && s.Tile != nil {
		s.tile(w, r, "tile/"+tile)
		return
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", contentType(name))
	w.Header().Set("ETag", fmt.Sprintf("%q", fmt.Sprintf("%x-%x", info.Size(), info.ModTime().UnixNano())))
	if changes(name, s.sumdb("")) {
		w.Header().Set("Cache-Control", "no-cache") // ask again, by ETag
	}
	http.ServeContent(w, r, "", info.ModTime(), f)
}

func (s *Server) open(name string) (*os.File, fs.FileInfo, error) {
	info, err := s.root.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, nil, err
	}
	f, err := s.root.Open(name)
	if err == nil {
		info, err = f.Stat() // another file may have the name by now
	}
	return f, info, err
}

// changes reports whether a file gets another content as a mirror grows.
func changes(name, sumdb string) bool {
	below := strings.TrimPrefix(name, sumdb+"/")
	return name == listName || below == "latest" || strings.HasPrefix(below, "lookup/")
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".zip":
		return "application/zip"
	case ".json", ".info":
		return "application/json"
	}
	if strings.Contains(name, "/tile/") || strings.HasSuffix(name, ".gz") {
		return "application/octet-stream"
	}
	return "text/plain; charset=utf-8"
}

// fail answers with what err means for a client. The rest is not for others to know.
func (s *Server) fail(w *writer, r *http.Request, err error) {
	security, isSecurity := errors.AsType[*sumdb.SecurityError](err)
	switch {
	case r.Context().Err() != nil: // nobody listens
		w.broken = true
		return
	case isSecurity && security.NoRecord, errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ENAMETOOLONG):
		s.refuse(w, http.StatusNotFound, "not found")
		return
	case isSecurity: // it must not make a client try elsewhere what nobody can prove
		s.refuse(w, http.StatusBadGateway, "what should be here could not be verified; the server's log says why")
	default:
		s.refuse(w, http.StatusServiceUnavailable, "not available now; the server's log says why")
	}
	s.Note(fmt.Errorf("%s: %w", r.URL.Path, err))
}

func (s *Server) refuse(w *writer, status int, why string) { http.Error(w, why, status) }

func (s *Server) text(w *writer, r *http.Request, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text))
}
