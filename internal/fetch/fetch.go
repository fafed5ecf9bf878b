// Package fetch finds a Go release, downloads it, proves it and unpacks it
// into a directory that the caller gives.
//
// Its first source is a Go module proxy: every Go release is also a version of
// the module golang.org/toolchain. A [Client] reads GOPROXY, GOSUMDB and GONOPROXY as the go command
// does, so who has set up a mirror for Go has nothing more to do. The
// other sources are Go's download page with its index, and files on this
// machine. The tree is the same, wherever it comes from.
//
// What [Client.Fetch] returns without error is proven: the hash over all files
// is the one that the checksum database has for this release, and the record
// is part of a signed log that agrees with every state of it seen before. The
// proof can't be turned off. A failed proof is a [*SecurityError] and is not
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
	"sync"
	"time"

	"golang.org/x/mod/module"

	"github.com/gosw/gosw/internal/gover"
)

// Module is the module whose versions are the Go toolchains.
const Module = "golang.org/toolchain"

// A Platform is what a toolchain runs on, in the words of GOOS and GOARCH.
type Platform struct{ OS, Arch string }

// String returns the usual form, such as "linux/amd64".
func (p Platform) String() string { return p.OS + "/" + p.Arch }

// Valid reports whether p has the form of a platform, and so is safe as part of
// a URL and of a path.
func (p Platform) Valid() bool { return isWord(p.OS) && isWord(p.Arch) }

func isWord(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// A Config is what a [Client] needs to know. The values named after variables
// of the go command are the effective ones: never empty where Go has a default.
type Config struct {
	Proxy     string                                // GOPROXY
	SumDB     string                                // GOSUMDB
	NoProxy   string                                // GONOPROXY, which defaults to GOPRIVATE
	Auth      Auth                                  // nil for none
	HTTPProxy func(*http.Request) (*url.URL, error) // as in http.Transport; nil for none
	CacheDir  string                                // downloads, database tiles, list of releases
	StateDir  string                                // last signed tree head of each database
	Platform  Platform
	UserAgent string

	Source   string // SourceAuto, SourceProxy or SourceDL; "" is SourceAuto
	ModCache string // GOMODCACHE, "" for none

	// DL is the base URL of the index of archives, such as
	// "https://go.dev/dl/", or the URL of a copy of it that ends in ".json".
	// "" means that there is none. DLArchive is the base URL of the archives.
	DL, DLArchive string
	// Offline keeps all from the network: caches and files only.
	Offline bool

	// Transport replaces the client's own transport, for tests.
	Transport http.RoundTripper
	// Stall bounds how long a body may stay silent; 0 means one minute.
	Stall time.Duration

	limits limits // for tests
}

// A Client fetches releases for one platform. It is safe for concurrent use.
type Client struct {
	cfg     Config
	proxies []proxy
	db      database
	web     *web
	dl      *dlSource
	known   func() *knownTable

	archives *url.URL // nil if there is no download page

	mu     sync.Mutex
	dbBase *url.URL // where the database answers, once that is known
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
	proxies, err := parseProxies(cfg.Proxy)
	if err != nil {
		return nil, err
	}
	db, err := parseSumDB(cfg.SumDB)
	if err != nil {
		return nil, err
	}
	dl, err := newDLSource(cfg.DL)
	if err != nil {
		return nil, err
	}
	archives, err := parseArchives(cfg)
	if err != nil {
		return nil, err
	}
	cfg.Source = cmp.Or(cfg.Source, SourceAuto)
	c := &Client{cfg: cfg, proxies: proxies, db: db, archives: archives, web: newWeb(cfg), dl: dl, known: builtIn}
	switch {
	case cfg.Offline:
		c.goOffline(ErrOffline)
	case proxies[0].word == ErrProxyOff: //nolint:errorlint // it is that very word
		c.goOffline(ErrProxyOff)
	}
	return c, nil
}

// goOffline leaves of all sources those that are files; reason is why.
func (c *Client) goOffline(reason error) {
	c.cfg.Offline = true
	c.web.offline = reason
	for i, p := range c.proxies {
		if p.base != nil && p.base.Scheme != "file" {
			c.proxies[i] = proxy{word: reason}
		}
	}
}

// checkNoProxy reports whether a proxy may be asked for a module at all.
func (c *Client) checkNoProxy(path string) error {
	if module.MatchPrefixPatterns(c.cfg.NoProxy, path) {
		return &NoProxyError{Module: path, Patterns: c.cfg.NoProxy}
	}
	return nil
}

// A release is one version for one platform, the unit of everything here.
type release struct {
	version  gover.Version
	platform Platform
}

// String returns the form for messages, such as "go1.22.3 linux/amd64".
func (r release) String() string { return r.version.String() + " " + r.platform.String() }

// module returns the version of [Module] that holds the release.
func (r release) module() string {
	return "v0.0.1-" + r.version.String() + "." + r.platform.OS + "-" + r.platform.Arch
}

// prefix returns what every name in the release's zip starts with.
func (r release) prefix() string { return Module + "@" + r.module() + "/" }
