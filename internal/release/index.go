package release

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/web"
)

// ErrNoIndex says that Config.DL is empty.
var ErrNoIndex = errors.New("no download index is set")

const (
	dlFresh = 10 * time.Minute // an index so young is not asked for again
	dlKind  = "an index of Go releases"
)

// A Archive is an archive of a release with its published hash, as go.dev/dl
// lists it.
type Archive struct {
	Release
	Name   string // plain file name, such as "go1.22.5.linux-amd64.tar.gz"
	SHA256 [32]byte
}

// A distIndex is the index of go.dev/dl. It is never changed, so it is safe for
// concurrent use.
type distIndex struct {
	files map[Release]Archive
	at    time.Time // when the server said last that this is its index
	sum   string    // of its text

	hashless map[Release]dlFile // archives that the index has no usable hash of
}

// missing returns why there is no archive of a release that can be proven.
func (x *distIndex) missing(r Release, url string) error {
	if f, ok := x.hashless[r]; ok {
		return &NoHashError{URL: url, File: f.Filename, Got: f.SHA256}
	}
	if list := x.platforms(r.Version); len(list) > 0 {
		return &PlatformError{Version: r.Version, Platform: r.Platform, Exist: list}
	}
	return &NotFoundError{Version: r.Version, Platform: r.Platform}
}

// platforms returns the platforms that v has an archive for, sorted.
func (x *distIndex) platforms(v gover.Version) []Platform {
	var list []Platform
	for r := range x.files {
		if r.Version == v {
			list = append(list, r.Platform)
		}
	}
	slices.SortFunc(list, comparePlatforms)
	return list
}

// versions returns the versions that have an archive for p, newest first.
func (x *distIndex) versions(p Platform) []gover.Version {
	found := make(versionSet)
	for r := range x.files {
		if r.Platform == p {
			found[r.Version] = true
		}
	}
	return found.newestFirst()
}

func comparePlatforms(a, b Platform) int {
	return cmp.Or(strings.Compare(a.OS, b.OS), strings.Compare(a.Arch, b.Arch))
}

// A dlSource is where the index is, and what is known of it.
type dlSource struct {
	url  *url.URL      // nil for none
	turn chan struct{} // holds one token: who has it may use what follows

	index *distIndex
	err   error // of the last attempt
	tried time.Time
}

// newDLSource reads Config.DL. A path that ends in .json is the index itself,
// as on a mirror of plain files; else the index is what go.dev/dl answers
// there, or index.json in a directory.
func newDLSource(base string) (*dlSource, error) {
	s := &dlSource{turn: make(chan struct{}, 1)}
	if base == "" {
		return s, nil
	}
	u, err := web.ParseURL("GOSW_DL_URL", base)
	if err != nil {
		return nil, err
	}
	switch {
	case path.Ext(u.Path) == ".json":
	case u.Scheme == "file":
		u = web.Join(u, "index.json")
	default:
		u = web.Join(u)
		u.Path = strings.TrimSuffix(u.Path, "/") + "/" // without it there is a redirect
		u.RawPath = ""
		u.RawQuery = "mode=json&include=all"
	}
	s.url = u
	return s, nil
}

// distIndex returns the index, from CacheDir if it was fetched or found
// unchanged in the last ten minutes. Offline its age does not matter, and one that
// is a file is read. Several callers at once share one request, and its failure.
func (l *Lister) distIndex(ctx context.Context) (*distIndex, error) {
	s := l.dl
	if s.url == nil {
		return nil, ErrNoIndex
	}
	start := time.Now()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	l.loadIndex()
	offline := l.offline() && s.url.Scheme != "file"
	if s.index != nil && (offline || isFresh(s.index.at, dlFresh)) {
		return s.index, nil
	}
	if offline {
		return nil, fmt.Errorf("get %s: %w", web.Display(s.url), l.web.Offline)
	}
	if s.err != nil && s.tried.After(start) {
		return nil, s.err
	}
	err := l.web.Current(ctx, s.url, dlKind, maxList, s.read)
	if ctx.Err() == nil { // else it says nothing to the others
		s.err, s.tried = err, time.Now()
	}
	if err != nil {
		return nil, err
	}
	return s.index, nil
}

// Archive returns the archive of a release, by the index.
func (l *Lister) Archive(ctx context.Context, r Release) (Archive, error) {
	index, err := l.distIndex(ctx)
	if err != nil {
		return Archive{}, err
	}
	file, ok := index.files[r]
	if !ok {
		return Archive{}, index.missing(r, web.Display(l.dl.url))
	}
	return file, nil
}

// cachedIndex returns the index that was fetched last, however old, without
// the network.
func (l *Lister) cachedIndex() (*distIndex, bool) {
	s := l.dl
	if s.url == nil {
		return nil, false
	}
	s.turn <- struct{}{} // for the time of one request at most
	defer func() { <-s.turn }()
	l.loadIndex()
	return s.index, s.index != nil
}

// loadIndex reads the index from CacheDir. One that is damaged is none.
func (l *Lister) loadIndex() {
	if l.dl.index != nil {
		return
	}
	if doc, ok := l.web.Cached(l.dl.url, maxList); ok {
		_ = l.dl.read(doc)
	}
}

// read makes the index that doc is the one that is known.
func (s *dlSource) read(doc web.Document) error {
	var x distIndex
	if s.index != nil && s.index.sum == doc.SHA256 {
		x = *s.index // which may be in use
	} else {
		parsed, got := parseDistIndex(doc.Body)
		if got == hashless {
			return &NoHashError{URL: web.Display(s.url)}
		}
		if got != "" {
			return &web.ContentError{URL: web.Display(s.url), Got: got, Want: dlKind}
		}
		x = *parsed
	}
	x.at, x.sum = doc.Fetched, doc.SHA256
	s.index = &x
	return nil
}

// isFresh reports whether at is at most age ago, and not in the future.
func isFresh(at time.Time, age time.Duration) bool {
	since := time.Since(at)
	return since >= 0 && since <= age
}
