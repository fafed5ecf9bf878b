package vuln

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/gover"
)

// Bounds of a database. That of the world has 200 entries for Go itself, of at
// most 13 kB, and an index of less than a megabyte.
const (
	maxIndex   = 16 << 20 // bytes
	maxEntry   = 1 << 20  // bytes
	maxEntries = 5000
	maxAll     = 64 << 20 // bytes of all entries
	parallel   = 10       // requests at the same time, as govulncheck has it
)

// A Source brings the files of a database by their names below its address, such
// as "index/modules.json", each of at most limit bytes. Kind says what is
// expected, for messages.
type Source struct {
	// Refresh also tells when the server said last that this is the file. It may
	// take the file from a cache if the server says that it has not changed.
	Refresh func(ctx context.Context, name, kind string, limit int64) ([]byte, time.Time, error)
	Read    func(ctx context.Context, name, kind string, limit int64) ([]byte, error)
}

// A Database is what a vulnerability database has about Go itself. It is not
// changed after it was read.
type Database struct {
	Fetched  time.Time // when the server said last that this is it
	Modified time.Time // of its newest entry, whatever that is about; may be zero
	Entries  []*Entry  // by ID
}

// Update reads the database from source. Of old, which may be nil, it takes the
// entries that the index says have not been modified since.
func Update(ctx context.Context, source Source, old *Database) (*Database, error) {
	const name, kind = "index/modules.json", "an index of vulnerabilities"
	data, at, err := source.Refresh(ctx, name, kind, maxIndex)
	if err != nil {
		return nil, err
	}
	index, err := parseIndex(data)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	db := &Database{Fetched: at, Modified: index.modified, Entries: make([]*Entry, len(index.entries))}
	known := make(map[string]*Entry)
	if old != nil {
		for _, e := range old.Entries {
			known[e.ID] = e
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	var total atomic.Int64 // bytes
	for i, listed := range index.entries {
		if e := known[listed.ID]; e != nil && !listed.Modified.IsZero() && e.Modified.Equal(listed.Modified) {
			db.Entries[i] = e
			continue
		}
		group.Go(func() (err error) {
			db.Entries[i], err = readEntry(ctx, source, listed, &total)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return db, nil
}

func readEntry(ctx context.Context, source Source, listed indexVuln, total *atomic.Int64) (*Entry, error) {
	name := "ID/" + listed.ID + ".json"
	data, err := source.Read(ctx, name, "a vulnerability", maxEntry)
	if err != nil {
		return nil, err
	}
	if total.Add(int64(len(data))) > maxAll {
		return nil, fmt.Errorf("more than %d bytes of vulnerabilities", maxAll)
	}
	e, err := parseEntry(data, listed.ID)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	e.Modified = listed.Modified // what the next index is compared with
	return e, nil
}

// Affecting returns the entries that affect v, by ID, when programs for the given
// platform are built with it. It decides as govulncheck does.
func (db *Database) Affecting(v gover.Version, goos, goarch string) []*Entry {
	found := make([]*Entry, 0, len(db.Entries))
	version := nameOf(v)
	for _, e := range db.Entries {
		if e.affects(version, goos, goarch) {
			found = append(found, e)
		}
	}
	return found
}

// index is what index/modules.json has about Go itself.
type index struct {
	modified time.Time   // of the newest entry of all modules
	entries  []indexVuln // by ID, each once
}

type indexVuln struct {
	ID       string    `json:"id"`
	Modified time.Time `json:"modified"`
}

// parseIndex reads the index. That Go's modules are not in it can only mean that
// it is no Go vulnerability database, or one of somebody's own modules.
func parseIndex(data []byte) (x index, err error) {
	var modules []struct {
		Path  string      `json:"path"`
		Vulns []indexVuln `json:"vulns"`
	}
	if err := json.Unmarshal(data, &modules); err != nil {
		return x, jsonError(err)
	}
	for _, m := range modules {
		for _, v := range m.Vulns {
			if v.Modified.After(x.modified) {
				x.modified = v.Modified
			}
			if !isGo(m.Path) {
				continue
			}
			if !validID(v.ID) {
				return x, fmt.Errorf("%.100q is not the ID of a vulnerability", cleanLine(v.ID))
			}
			x.entries = append(x.entries, v)
		}
	}
	slices.SortStableFunc(x.entries, func(a, b indexVuln) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), b.Modified.Compare(a.Modified))
	})
	x.entries = slices.CompactFunc(x.entries, func(a, b indexVuln) bool { return a.ID == b.ID })
	switch {
	case len(x.entries) == 0:
		return x, errors.New("it says nothing about Go itself")
	case len(x.entries) > maxEntries:
		return x, fmt.Errorf("more than %d vulnerabilities of Go itself", maxEntries)
	}
	return x, nil
}
