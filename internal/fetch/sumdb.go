package fetch

import (
	"context"
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
	"golang.org/x/mod/sumdb/tlog"
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
		if db.fixed, err = url.Parse(fields[1]); err != nil {
			return database{}, fmt.Errorf("GOSUMDB: %s", urlProblem(fields[1], err))
		}
		if err := checkURL(db.fixed); err != nil {
			return database{}, fmt.Errorf("GOSUMDB: %w", err)
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

// A sumDB is a checksum database that is asked through proxies.
type sumDB struct {
	database
	web     *web
	proxies *proxies
	cfg     sumDBConfig

	mu   sync.Mutex
	base *url.URL // where the database answers, once that is known
}

// A sumDBConfig says which database it is, and where what is seen of it is kept.
type sumDBConfig struct {
	SumDB    string // GOSUMDB
	CacheDir string // of answers that are proven
	StateDir string // of the last signed tree head
	ModCache string // GOMODCACHE, "" for none
}

func newSumDB(w *web, p *proxies, cfg sumDBConfig) (*sumDB, error) {
	db, err := parseSumDB(cfg.SumDB)
	if err != nil {
		return nil, err
	}
	return &sumDB{database: db, web: w, proxies: p, cfg: cfg}, nil
}

// Name returns the database's name, "" if GOSUMDB is off.
func (c *sumDB) Name() string { return c.name }

// Off reports whether GOSUMDB is off.
func (c *sumDB) Off() bool { return c.off }

// A subject is a version of a module, and how messages call it.
type subject struct{ path, version, name string }

func (m subject) String() string { return m.path + "@" + m.version }

// A record is what the database has proven about a release.
type record struct {
	h1   string
	tree tlog.Tree // the signed tree that contains it
	full *Record   // the proof of that
}

// lookup asks the database for the hash of a module.
//
// The tiles and records in CacheDir were authentic when they were written, but
// a disk can damage them later, and that must not look like an attack for
// ever. So when a proof fails that made use of the cache, it is done again
// from the network alone. What has been seen of the log stays in StateDir, and
// a log that contradicts itself has been shown to, by signatures.
func (c *sumDB) lookup(ctx context.Context, m subject) (record, error) {
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

func (c *sumDB) lookupWith(ops *dbOps, m subject) (record, error) {
	lines, err := sumdb.NewClient(ops).Lookup(m.path, m.version)
	if err != nil {
		return record{}, ops.judge(err, m)
	}
	// Lookup succeeds with whatever record the answer held, as long as it is
	// in the log: without a line for this very module nothing is proven.
	var h1 string
	for _, line := range lines {
		hash, ok := strings.CutPrefix(line, m.path+" "+m.version+" ")
		if !ok || !strings.HasPrefix(hash, "h1:") {
			continue
		}
		if h1 != "" && h1 != hash {
			return record{}, c.securityError(m, "the checksum database has two checksums", cleanLine(h1), cleanLine(hash))
		}
		h1 = hash
	}
	if h1 == "" {
		return record{}, c.securityError(m, "the checksum database's answer has no checksum for it")
	}
	full, err := ops.record(m, h1)
	if err != nil {
		return record{}, ops.judge(err, m)
	}
	return record{h1: h1, tree: ops.tree(), full: full}, nil
}

// judge tells a database that is away from one that can't prove what it says.
// The errors of sumdb.Client are texts without a chain, so the operations keep
// what they returned.
func (o *dbOps) judge(err error, m subject) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	op := "verifying " + m.name
	switch {
	case o.fork != "":
		return o.client.securityError(m, "the checksum database contradicts what it said before", forkLines(o.fork)...)
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
	if missing != nil && o.client.isCopy() {
		return &DatabaseError{Op: op, Name: o.client.name, Err: missing}
	}
	if missing != nil {
		// A published release is in the log, and a log has the tiles of every
		// tree it signed: an answer "not here" is a refusal to prove.
		refusal := o.client.securityError(m, "the checksum database has no record that proves it", cleanLine(missing.Error()))
		refusal.NoRecord = true
		return refusal
	}
	return o.client.securityError(m, "the checksum database's answer is not authentic", cleanLine(err.Error()))
}

func (c *sumDB) securityError(m subject, reason string, details ...string) *SecurityError {
	return &SecurityError{
		Op:      "verifying " + m.name,
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
		line = cleanLine(line)
		if line == "" || strings.HasPrefix(line, "SECURITY ERROR") || len(lines) >= maxLines {
			continue
		}
		lines = append(lines, line)
	}
	return lines
}

// databaseURL finds where the database answers, by the go command's rule: at
// the first proxy that says it passes requests on, else at its own address.
func (c *sumDB) databaseURL(ctx context.Context) (*url.URL, error) {
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
func (c *sumDB) isCopy() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base != nil && c.base.Scheme == "file"
}

// findDatabase asks one proxy after the other. A proxy that does not know the
// database hands over to the next, one that is broken ends the search unless
// "|" follows; "direct", "off" and the end of the list mean the database's own
// address.
func (c *sumDB) findDatabase(ctx context.Context) (*url.URL, error) {
	var broken error
	for _, p := range c.proxies.list {
		if p.base == nil && c.web.offline != nil {
			continue
		}
		if p.base == nil {
			return c.direct, nil
		}
		base := join(p.base, "sumdb", c.name)
		err := c.supports(ctx, base)
		switch {
		case err == nil:
			return base, nil
		case errors.Is(err, fs.ErrNotExist):
		case !p.orNext || ctx.Err() != nil:
			return nil, err
		default:
			broken = err
		}
	}
	if broken != nil {
		return nil, broken
	}
	if c.web.offline != nil && c.cfg.ModCache != "" {
		// What the go command has seen of the database. It is signed as well.
		base := fileURL(filepath.Join(c.cfg.ModCache, "cache", "download", "sumdb", filepath.FromSlash(c.name)))
		if c.supports(ctx, base) == nil {
			return base, nil
		}
	}
	return c.direct, nil
}

// supports asks a proxy whether it passes on requests for the database. A
// file tree says so by having the folder.
func (c *sumDB) supports(ctx context.Context, base *url.URL) error {
	if base.Scheme == "file" {
		_, err := os.Stat(filePath(base))
		if err != nil {
			return fmt.Errorf("get %s: %w", display(base), pathCause(err))
		}
		return nil
	}
	_, err := c.web.read(ctx, join(base, "supported"), "a checksum database", 1<<16)
	return err
}
