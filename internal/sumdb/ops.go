package sumdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/lockedfile"
	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/web"
)

// maxDBAnswer bounds an answer of the database; a full tile has 8 KiB.
const maxDBAnswer = 1 << 20

// dbOps is what sumdb.Client needs of the world, for one lookup. It remembers
// what went wrong, because sumdb.Client turns every error into text.
type dbOps struct {
	ctx       context.Context // sumdb.ClientOps has no parameter for it
	client    *Client
	skipCache bool

	mu     sync.Mutex
	failed map[string]error // requests that failed, by path
	local  error            // first trouble with StateDir
	fork   string           // report about a log that contradicts itself
	cached bool             // something came from CacheDir
	latest tlog.Tree        // newest tree that was read from or written to StateDir
	head   []byte           // its signed note

	answers map[string][]byte // the database's, by path: what the Record is made of
}

func (c *Client) newDBOps(ctx context.Context) *dbOps {
	return &dbOps{ctx: ctx, client: c, failed: make(map[string]error), answers: make(map[string][]byte)}
}

// mayBeDamage reports whether a failed proof may be the cache's fault.
func (o *dbOps) mayBeDamage() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.cached && o.fork == ""
}

// ReadRemote reads one answer of the database.
func (o *dbOps) ReadRemote(path string) ([]byte, error) {
	data, err := o.readRemote(path)
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil {
		o.failed[path] = err
		return nil, err
	}
	o.answers[path] = data
	// A tile that was partial and is full by now exists as the full one only:
	// sumdb.Client asks for that next, and all is well.
	for other := range o.failed {
		if strings.HasPrefix(other, path+".p/") {
			delete(o.failed, other)
		}
	}
	return data, nil
}

func (o *dbOps) readRemote(path string) ([]byte, error) {
	base, err := o.client.databaseURL(o.ctx)
	if err != nil {
		return nil, err
	}
	return o.client.web.Read(o.ctx, web.Join(base, path), "an answer of the checksum database", maxDBAnswer)
}

// ReadConfig returns the key, or the newest signed tree head seen so far.
func (o *dbOps) ReadConfig(file string) ([]byte, error) {
	if file == "key" {
		return []byte(o.client.key), nil
	}
	data, err := o.readHead(file)
	return data, o.keepLocal(err)
}

func (o *dbOps) readHead(file string) ([]byte, error) {
	name := o.configFile(file)
	unlock, err := lockHead(name)
	if err != nil {
		return nil, err
	}
	defer unlock()
	data, err := fsx.Read(name, maxDBAnswer, fsx.Follow)
	if fsx.IsAbsent(err) || err == nil && len(data) == 0 {
		return []byte{}, nil // the first contact with this database
	}
	if err != nil {
		return nil, fmt.Errorf("read tree head: %w", err)
	}
	// Damage here is damage on this machine: the database is not to blame.
	if err := o.seen(data); err != nil {
		return nil, fmt.Errorf("tree head in %s is damaged or from another database: %w", name, err)
	}
	return data, nil
}

// WriteConfig replaces the tree head if it is still the old one. The new one
// is durable before anything that it proves gets a name.
func (o *dbOps) WriteConfig(file string, before, after []byte) error {
	err := o.writeHead(o.configFile(file), before, after)
	if errors.Is(err, sumdb.ErrWriteConflict) {
		return sumdb.ErrWriteConflict // compared by == there
	}
	return o.keepLocal(err)
}

func (o *dbOps) writeHead(name string, before, after []byte) error {
	unlock, err := lockHead(name)
	if err != nil {
		return err
	}
	defer unlock()
	data, err := fsx.Read(name, maxDBAnswer, fsx.Follow)
	switch {
	case err != nil && !fsx.IsAbsent(err):
		return fmt.Errorf("read tree head: %w", err)
	case !bytes.Equal(data, before):
		return sumdb.ErrWriteConflict
	}
	if err := fsx.Replace(name, after, 0o600, fsx.Replacing{Durable: true}); err != nil {
		return fmt.Errorf("write tree head: %w", err)
	}
	return o.seen(after)
}

// seen notes the tree of a signed head if it is the newest so far.
func (o *dbOps) seen(head []byte) error {
	n, err := note.Open(head, note.VerifierList(o.client.verifier))
	if err != nil {
		return err
	}
	tree, err := tlog.ParseTree([]byte(n.Text))
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if tree.N >= o.latest.N {
		o.latest, o.head = tree, bytes.Clone(head)
	}
	return nil
}

// lockHead serializes access to a tree head among processes. It is held for
// one read or write, so there is no need to give up waiting.
func lockHead(name string) (unlock func(), err error) {
	if err := fsx.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, fmt.Errorf("lock tree head: %w", err)
	}
	unlock, err = lockedfile.MutexAt(name + ".lock").Lock()
	if err != nil {
		return nil, fmt.Errorf("lock tree head: %w", err)
	}
	return unlock, nil
}

func (o *dbOps) keepLocal(err error) error {
	if err == nil {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.local == nil {
		o.local = err
	}
	return err
}

// ReadCache returns an answer that was proven before.
func (o *dbOps) ReadCache(file string) ([]byte, error) {
	if o.skipCache {
		return nil, fs.ErrNotExist
	}
	data, err := fsx.Read(o.cacheFile(file), maxDBAnswer, fsx.Follow)
	if err == nil && len(data) == 0 {
		err = fs.ErrNotExist // no answer is empty; a crash may leave such a file
	}
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cached = true
	o.answers[strings.TrimPrefix(file, o.client.name)] = data
	return data, nil
}

// WriteCache keeps an answer that is proven. A cache that can't be written
// costs time next time, nothing else.
func (o *dbOps) WriteCache(file string, data []byte) {
	_ = fsx.Replace(o.cacheFile(file), data, 0o600, fsx.Replacing{})
}

// Log has nothing to say: sumdb.Client does not use it.
func (o *dbOps) Log(string) {}

// SecurityError keeps the report about a fork for judge.
func (o *dbOps) SecurityError(report string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fork = report
}

// configFile maps "name/latest", both parts checked by directURL.
func (o *dbOps) configFile(file string) string {
	return filepath.Join(o.client.cfg.StateDir, filepath.FromSlash(file))
}

func (o *dbOps) cacheFile(file string) string {
	return filepath.Join(o.client.cfg.CacheDir, "sumdb", filepath.FromSlash(file))
}
