// Package fetch finds a Go release, downloads it, proves it and unpacks it
// into a directory that the caller gives.
//
// Its first source is a Go module proxy: every Go release is also a version of
// the module golang.org/toolchain. A [Client] reads GOPROXY, GOSUMDB and
// GONOPROXY as the go command does, so who has set up a mirror for Go has nothing
// more to do. The other sources are Go's download page with its index, and files
// on this machine. The tree is the same, wherever it comes from.
//
// What [Client.Fetch] returns without error is proven: the hash over all files
// is the one that the checksum database has for this release, and the record
// is part of a signed log that agrees with every state of it seen before. The
// proof can't be turned off. A failed proof is a [*sumdb.SecurityError] and is not
// retried anywhere, nor is another source asked.
//
// The package never chooses a version or a place, never prints, and reads
// neither the environment nor flags. What it keeps in CacheDir can be deleted
// at any time; StateDir is the memory that makes a forked or rolled back log
// visible and should be kept. Several clients, in one process or in many, may
// share both.
package fetch

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/web"
)

// A Config is what a [Client] needs to know. The values named after variables
// of the go command are the effective ones: never empty where Go has a default.
type Config struct {
	Proxy     string                                // GOPROXY
	SumDB     string                                // GOSUMDB
	NoProxy   string                                // GONOPROXY, which defaults to GOPRIVATE
	Auth      web.Auth                              // nil for none
	HTTPProxy func(*http.Request) (*url.URL, error) // as in http.Transport; nil for none
	CacheDir  string                                // downloads, database tiles, list of releases
	StateDir  string                                // last signed tree head of each database
	Platform  release.Platform
	UserAgent string

	Source   string // SourceAuto, SourceProxy or SourceDL; "" is SourceAuto
	ModCache string // GOMODCACHE, "" for none

	// DL is the base URL of the index of archives, such as
	// "https://go.dev/dl/", or the URL of a copy of it that ends in ".json".
	// "" means that there is none. DLArchive is the base URL of the archives.
	DL, DLArchive string
	// Offline keeps all from the network: caches and files only.
	Offline bool

	// Transport replaces the client's own transport, for tests and bundles.
	Transport http.RoundTripper
	Copy      bool // that Transport answers from a copy, such as a bundle
	// Stall bounds how long a body may stay silent; 0 means one minute.
	Stall time.Duration

	limits web.Limits // for tests
}

// A Client fetches releases for one platform. It is safe for concurrent use.
type Client struct {
	*release.Lister
	cfg      Config
	web      *web.Client
	proxies  *web.Proxies
	db       *sumdb.Client
	archives *url.URL // nil if there is no download page
	pool     archive.Pool
}

// New returns a client. It reads and checks cfg but asks nothing of the
// network: values that only turn a service off are reported by the method that
// would need it.
func New(cfg Config) (*Client, error) {
	switch {
	case cfg.CacheDir == "" || cfg.StateDir == "":
		return nil, errors.New("fetch: no cache or state directory")
	case !cfg.Platform.Valid():
		return nil, fmt.Errorf("not a platform: %q", cfg.Platform)
	}
	c := &Client{cfg: cfg, pool: archive.NewPool()}
	var err error
	c.web, c.proxies, err = web.New(web.Config{
		HTTPProxy: cfg.HTTPProxy, Auth: cfg.Auth, UserAgent: cfg.UserAgent, CacheDir: cfg.CacheDir,
		Transport: cfg.Transport, Stall: cfg.Stall, Limits: cfg.limits,
		Proxy: cfg.Proxy, NoProxy: cfg.NoProxy, Offline: cfg.Offline,
	})
	if err != nil {
		return nil, err
	}
	c.db, err = sumdb.New(c.web, c.proxies, sumdb.Config{SumDB: cfg.SumDB, CacheDir: cfg.CacheDir, StateDir: cfg.StateDir, ModCache: cfg.ModCache, Copy: cfg.Copy})
	if err != nil {
		return nil, err
	}
	c.Lister, err = release.New(c.web, c.proxies, release.Config{
		Platform: cfg.Platform, Source: cmp.Or(cfg.Source, release.SourceAuto), DL: cfg.DL, CacheDir: cfg.CacheDir,
		Key: strings.Join([]string{cfg.Proxy, cfg.NoProxy}, "\x00"),
	})
	if err != nil {
		return nil, err
	}
	c.cfg.Source = cmp.Or(cfg.Source, release.SourceAuto)
	if cfg.DLArchive != "" {
		c.archives, err = web.ParseURL("archives of downloads", cfg.DLArchive)
	}
	return c, err
}

// Web is how the client gets files.
func (c *Client) Web() *web.Client { return c.web }

// Database is the checksum database that the client asks.
func (c *Client) Database() *sumdb.Client { return c.db }
