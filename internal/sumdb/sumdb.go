// Package sumdb looks the hash of a module version up in a checksum database,
// the go command's way: a [Client] finds a database through the proxies, checks
// that the record is in a signed log which agrees with all that was seen of it
// before, and makes a [Record] that proves the hash again for ever, without
// the network.
//
// What can't be proven is a [*SecurityError], a database that can't be asked a
// [*DatabaseError]. The package knows nothing of Go releases.
package sumdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/note"

	"github.com/gosw/gosw/internal/web"
)

// publicSumDB is the one database that GOSUMDB may name without its key.
const (
	publicSumDB    = "sum.golang.org"
	publicSumDBKey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
	// publicSumDBAlias reaches the same database from where it is blocked.
	publicSumDBAlias = "sum.golang.google.cn"
)

// A database is what GOSUMDB says.
type database struct {
	off      bool
	name     string
	key      string
	verifier note.Verifier
	fixed    *url.URL // an address given with the key; proxies are not asked then
	direct   *url.URL // the address that follows from the name
}

// parseSumDB reads GOSUMDB as the go command does: a known name or a key,
// optionally with an address; or "off".
func parseSumDB(value string) (database, error) {
	if value == publicSumDBAlias {
		value = publicSumDB + " https://" + publicSumDBAlias
	}
	fields := strings.Fields(value)
	switch {
	case len(fields) == 0:
		return database{}, errors.New("GOSUMDB is empty")
	case len(fields) > 2:
		return database{}, errors.New("GOSUMDB has more than a key and a URL")
	case value == "off":
		return database{off: true}, nil
	}
	db := database{key: fields[0]}
	if db.key == publicSumDB {
		db.key = publicSumDBKey
	}
	var err error
	if db.verifier, err = note.NewVerifier(db.key); err != nil {
		return database{}, fmt.Errorf("GOSUMDB: neither a known name nor a key: %.100q", fields[0])
	}
	db.name = db.verifier.Name()
	if db.direct, err = directURL(db.name); err != nil {
		return database{}, err
	}
	if len(fields) == 2 {
		if db.fixed, err = web.ParseURL("GOSUMDB", fields[1]); err != nil {
			return database{}, err
		}
	}
	return db, nil
}

// directURL returns the address of a database. Its name is also a path under
// CacheDir and StateDir, so nothing but host[/path] will do.
func directURL(name string) (*url.URL, error) {
	u, err := url.Parse("https://" + name)
	if err != nil || u.Host == "" || strings.HasSuffix(name, "/") || u.RawPath != "" ||
		*u != (url.URL{Scheme: "https", Host: u.Host, Path: u.Path}) ||
		!filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, fmt.Errorf("GOSUMDB: database name is not host[/path]: %.100q", name)
	}
	return u, nil
}

// A Client is a checksum database that is asked through proxies.
type Client struct {
	database
	web     *web.Client
	proxies *web.Proxies
	cfg     Config

	mu   sync.Mutex
	base *url.URL // where the database answers, once that is known
}

// A Config says which database it is, and where what is seen of it is kept.
type Config struct {
	SumDB    string // GOSUMDB
	CacheDir string // of answers that are proven
	StateDir string // of the last signed tree head
	ModCache string // GOMODCACHE, "" for none
	Copy     bool   // that only a copy is asked, such as a bundle, which may be old
}

// New returns a Client of the database that cfg names, which it asks by w, through
// the proxies of p.
func New(w *web.Client, p *web.Proxies, cfg Config) (*Client, error) {
	db, err := parseSumDB(cfg.SumDB)
	if err != nil {
		return nil, err
	}
	return &Client{database: db, web: w, proxies: p, cfg: cfg}, nil
}

// Name returns the database's name, "" if GOSUMDB is off.
func (c *Client) Name() string { return c.name }

// Off reports whether GOSUMDB is off.
func (c *Client) Off() bool { return c.off }

// A Module is a version of a module, and how messages call it.
type Module struct{ Path, Version, Name string }

func (m Module) String() string { return m.Path + "@" + m.Version }

// A Answer is what the database has proven about a release.
type Answer struct {
	H1      string
	Record  json.RawMessage // the proof of it, a [Record]
	Witness Witness         // what that says
}

// Lookup asks the database for the hash of a module.
//
// The tiles and records in CacheDir were authentic when they were written, but
// a disk can damage them later, and that must not look like an attack for
// ever. So when a proof fails that made use of the cache, it is done again
// from the network alone. What has been seen of the log stays in StateDir, and
// a log that contradicts itself has been shown to, by signatures.
func (c *Client) Lookup(ctx context.Context, m Module) (Answer, error) {
	ops := c.newDBOps(ctx)
	rec, err := c.lookupWith(ops, m)
	var security *SecurityError
	if errors.As(err, &security) && ops.mayBeDamage() {
		ops = c.newDBOps(ctx)
		ops.skipCache = true
		rec, err = c.lookupWith(ops, m)
	}
	return rec, err
}

func (c *Client) lookupWith(ops *dbOps, m Module) (Answer, error) {
	lines, err := sumdb.NewClient(ops).Lookup(m.Path, m.Version)
	if err != nil {
		return Answer{}, ops.judge(err, m)
	}
	// Lookup succeeds with whatever record the answer held, as long as it is
	// in the log: without a line for this very module nothing is proven.
	var h1 string
	for _, line := range lines {
		hash, ok := strings.CutPrefix(line, m.Path+" "+m.Version+" ")
		if !ok || !strings.HasPrefix(hash, "h1:") {
			continue
		}
		if h1 != "" && h1 != hash {
			return Answer{}, c.SecurityError(m, "the checksum database has two checksums", web.CleanLine(h1), web.CleanLine(hash))
		}
		h1 = hash
	}
	if h1 == "" {
		return Answer{}, c.SecurityError(m, "the checksum database's answer has no checksum for it")
	}
	answer, err := ops.record(m, h1)
	if err != nil {
		return Answer{}, ops.judge(err, m)
	}
	return answer, nil
}

// judge tells a database that is away from one that can't prove what it says.
// The errors of sumdb.Client are texts without a chain, so the operations keep
// what they returned.
func (o *dbOps) judge(err error, m Module) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	op := "verifying " + m.Name
	switch {
	case o.fork != "":
		return o.client.SecurityError(m, "the checksum database contradicts its earlier answers", forkLines(o.fork)...)
	case o.ctx.Err() != nil:
		return fmt.Errorf("%s: %w", op, context.Cause(o.ctx))
	case o.local != nil:
		return fmt.Errorf("%s: %w", op, o.local)
	}
	var missing error
	for _, path := range slices.Sorted(maps.Keys(o.failed)) { // of several, always the same one
		failure := o.failed[path]
		if !errors.Is(failure, fs.ErrNotExist) {
			return &DatabaseError{Op: op, Name: o.client.name, Err: failure}
		}
		missing = failure
	}
	older := o.older(op, missing)
	switch isCopy := o.client.isCopy(); {
	case older != nil && isCopy:
		return older
	case older != nil: // a mirror that was not updated looks the same as a log that was rolled back
		return o.client.SecurityError(m, "the checksum database is behind what it has said before", older.records())
	case missing != nil && isCopy:
		return &DatabaseError{Op: op, Name: o.client.name, Err: missing}
	}
	if missing != nil {
		// A published release is in the log, and a log has the tiles of every
		// tree it signed: an answer "not here" is a refusal to prove.
		refusal := o.client.SecurityError(m, "the checksum database has no record of it", web.CleanLine(missing.Error()))
		refusal.NoRecord = true
		return refusal
	}
	return o.client.SecurityError(m, "the checksum database's answer is not authentic", web.CleanLine(err.Error()))
}

// SecurityError returns the error of a proof of m that fails.
func (c *Client) SecurityError(m Module, reason string, details ...string) *SecurityError {
	return &SecurityError{
		Op:      "verifying " + m.Name,
		Reason:  reason,
		Module:  m.String(),
		Details: append([]string{"checksum database: " + c.name}, details...),
	}
}

// forkLines keeps of sumdb.Client's report the two signed trees and the proof.
// They are evidence that whoever runs the database should get.
func forkLines(report string) []string {
	const maxLines = 100
	var lines []string
	for line := range strings.SplitSeq(report, "\n") {
		line = web.CleanLine(line)
		if line == "" || strings.HasPrefix(line, "SECURITY ERROR") || len(lines) >= maxLines {
			continue
		}
		lines = append(lines, line)
	}
	return lines
}

// databaseURL finds where the database answers, by the go command's rule: at
// the first proxy that says it passes requests on, else at its own address.
func (c *Client) databaseURL(ctx context.Context) (*url.URL, error) {
	if c.fixed != nil {
		return c.fixed, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.base != nil {
		return c.base, nil
	}
	found, err := c.findDatabase(ctx)
	if err == nil {
		c.base = found
	}
	return found, err
}

// isCopy reports whether the database's answers are read from files, which need
// not be all of them.
func (c *Client) isCopy() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cfg.Copy || c.base != nil && c.base.Scheme == "file"
}

// findDatabase asks one proxy after the other. A proxy that does not know the
// database hands over to the next, one that is broken ends the search unless
// "|" follows; "direct", "off" and the end of the list mean the database's own
// address.
func (c *Client) findDatabase(ctx context.Context) (*url.URL, error) {
	var broken error
	for _, p := range c.proxies.List {
		if p.Base == nil && c.web.Offline != nil {
			continue
		}
		if p.Base == nil {
			return c.direct, nil
		}
		base := web.Join(p.Base, "sumdb", c.name)
		err := c.supports(ctx, base)
		switch {
		case err == nil:
			return base, nil
		case errors.Is(err, fs.ErrNotExist):
		case !p.OrNext || ctx.Err() != nil:
			return nil, err
		default:
			broken = err
		}
	}
	if broken != nil {
		return nil, broken
	}
	if c.web.Offline != nil && c.cfg.ModCache != "" {
		// What the go command has seen of the database. It is signed as well.
		base := web.FileURL(filepath.Join(c.cfg.ModCache, "cache", "download", "sumdb", filepath.FromSlash(c.name)))
		if c.supports(ctx, base) == nil {
			return base, nil
		}
	}
	return c.direct, nil
}

// supports asks a proxy whether it passes on requests for the database. A
// file tree says so by having the directory.
func (c *Client) supports(ctx context.Context, base *url.URL) error {
	if base.Scheme == "file" {
		_, err := os.Stat(web.FilePath(base))
		if err != nil {
			return fmt.Errorf("get %s: %w", web.Display(base), err)
		}
		return nil
	}
	_, err := c.web.Read(ctx, web.Join(base, "supported"), "a checksum database", 1<<16)
	return err
}
