package mirror

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/web"
)

// A Source is a tree to read from, as a module proxy that is the only one.
type Source struct {
	Proxy     string            // for GOPROXY
	Transport http.RoundTripper // for requests to it; nil for the usual one

	bundle *Bundled // nil if it is none
	dir    string   // "" if it is none
}

// OpenSource opens the bundle or directory at a path or file URL; the URL of a server it only
// reads.
func OpenSource(text string) (*Source, error) {
	if strings.Contains(text, "://") {
		u, err := web.ParseURL("address", text)
		if err != nil {
			return nil, err
		}
		if u.Scheme != "file" {
			return &Source{Proxy: strings.TrimRight(text, "/")}, nil
		}
		text = web.FilePath(u)
	}
	info, err := os.Stat(text)
	if err == nil && info.IsDir() {
		dir, err := filepath.Abs(text)
		return &Source{Proxy: element(web.FileURL(dir)), dir: dir}, err
	} else if err != nil {
		return nil, err
	}
	b, err := OpenBundle(text)
	if err != nil {
		return nil, err
	}
	return &Source{Proxy: b.Proxy(), Transport: b.Transport(), bundle: b}, nil
}

// element is u as an element of GOPROXY, which commas and bars divide.
func element(u *url.URL) string {
	return strings.NewReplacer(",", "%2C", "|", "%7C").Replace(u.String())
}

// Close closes the bundle, if it is one.
func (s *Source) Close() {
	if s.bundle != nil {
		_ = s.bundle.Close() // it was only read
	}
}

// Releases returns all that a bundle or directory has, nil of a server.
func (s *Source) Releases(db *sumdb.Client) ([]release.Release, error) {
	switch {
	case s.bundle != nil:
		return s.bundle.Releases(), nil
	case s.dir != "":
		tree, err := Open(s.dir, "", db)
		if err != nil {
			return nil, err
		}
		return tree.Releases()
	}
	return nil, nil
}

// Proves reports whether it has a copy of the database called name. Of a server and a bundle
// that is not known before it is asked.
func (s *Source) Proves(name string) bool {
	if s.dir == "" {
		return true
	}
	_, err := os.Stat(filepath.Join(s.dir, "sumdb", filepath.FromSlash(name), "supported"))
	return err == nil
}
