package serve

import (
	"bytes"
	_ "embed" // page.html
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
)

// A Toolchain is one that is served, as the page shows it.
type Toolchain struct {
	Version  gover.Version `json:"version"`
	Platform string        `json:"platform"`
	Module   string        `json:"module"` // of the module proxy
	H1       string        `json:"h1"`     // as in go.sum
	Record   int64         `json:"record"` // in the checksum database
	Since    time.Time     `json:"since"`  // when it came here, verified
	Size     int64         `json:"size"`   // of the zip, 0 until it is packed
}

//go:embed page.html
var pageText string

// page shows what is here: HTML for people, JSON for programs.
func (s *Server) page(w *writer, r *http.Request) {
	toolchains, err := s.Toolchains()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Vary", "Accept")
	var text []byte
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		w.Header().Set("Content-Type", "application/json")
		text, err = json.MarshalIndent(map[string]any{"schema": 1, "database": s.Database, "toolchains": append([]Toolchain{}, toolchains...)}, "", "  ")
		text = append(text, '\n')
	} else {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
		text, err = s.html(r, toolchains)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
}

func (s *Server) html(r *http.Request, toolchains []Toolchain) ([]byte, error) {
	page, err := template.New("page").Funcs(template.FuncMap{
		"MB":   func(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) },
		"date": func(t time.Time) string { return t.UTC().Format(time.DateOnly) },
	}).Parse(pageText)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	host := s.host(r)
	err = page.Execute(&b, map[string]any{
		"Host": host, "URL": scheme(r) + "://" + host, "Database": s.Database, "Example": example(toolchains),
		"Through": s.List != nil && s.Tile != nil, "Toolchains": toolchains,
	})
	return b.Bytes(), err
}

// example is the version that the commands name: the newest release.
func example(toolchains []Toolchain) gover.Version {
	var all []gover.Version
	for _, t := range toolchains {
		all = append(all, t.Version)
	}
	for _, v := range append(all, release.KnownVersions()...) {
		if !v.IsPrerelease() {
			return v
		}
	}
	return gover.Version{}
}

// hostForm is that of a name, or an address, with a port: nothing that a shell could take for
// something else.
var hostForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]+)?$|^\[[0-9A-Fa-f:.]+\](:[0-9]+)?$`)
})

// host is the name by which the client knows this server.
func (s *Server) host(r *http.Request) string {
	if hostForm().MatchString(r.Host) {
		return r.Host
	}
	return s.Address
}

// scheme says how the client reaches this server, or the one before it.
func scheme(r *http.Request) string {
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https"
	}
	return "http"
}
