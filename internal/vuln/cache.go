package vuln

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
)

// cacheSchema is the number of the form of the file that [Database.Save] writes.
const cacheSchema = 2

const (
	databaseFile = "database.json"
	maxHeader    = 1 << 20 // bytes; it has some 8,000
)

// A header is the first line of the file, which has all that most commands need;
// the entries follow, one a line, so that they can be decoded side by side.
type header struct {
	Schema int `json:"schema"`
	Counts
	Modified time.Time `json:"modified"`
	Entries  int       `json:"entries"` // that follow
}

// Counts are how many known vulnerabilities releases have.
type Counts struct {
	Fetched time.Time             `json:"fetched"` // see [Database]; zero if there is none
	Of      map[gover.Version]int `json:"counts,omitempty"`
}

// Load returns the database that was saved in dir. One that is damaged, or of
// another gosw, is as good as none: fs.ErrNotExist. One that can't be read is not.
func Load(dir string) (*Database, error) {
	data, err := fsx.Read(filepath.Join(dir, databaseFile), maxAll, fsx.Follow)
	if err != nil {
		return nil, err
	}
	db := decode(data)
	if db == nil || !db.sound() {
		return nil, fmt.Errorf("read %s: %w", filepath.Join(dir, databaseFile), os.ErrNotExist)
	}
	return db, nil
}

// decode reads what encode has written, nil if it is something else.
func decode(data []byte) *Database {
	lines := bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
	var h header
	if json.Unmarshal(lines[0], &h) != nil || h.Schema != cacheSchema || h.Entries != len(lines)-1 {
		return nil
	}
	db := &Database{Fetched: h.Fetched, Modified: h.Modified, Entries: make([]*Entry, h.Entries)}
	err := fsx.Divide(context.Background(), h.Entries, func(part iter.Seq[int]) error {
		for i := range part {
			if err := json.Unmarshal(lines[1+i], &db.Entries[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil
	}
	return db
}

// sound reports whether a database that was read is in order.
func (db *Database) sound() bool {
	for i, e := range db.Entries {
		if e == nil || !validID(e.ID) || i > 0 && db.Entries[i-1].ID >= e.ID || len(e.Affected) == 0 {
			return false
		}
	}
	return len(db.Entries) > 0
}

// Save keeps the database in dir, and in its first line how many vulnerabilities
// each of versions has on a platform, for [LoadCounts].
func (db *Database) Save(dir string, versions []gover.Version, goos, goarch string) error {
	counts := Counts{db.Fetched, make(map[gover.Version]int)}
	for _, v := range versions {
		counts.Of[v] = len(db.Affecting(v, goos, goarch))
	}
	var text bytes.Buffer
	lines := json.NewEncoder(&text)
	err := lines.Encode(header{cacheSchema, counts, db.Modified, len(db.Entries)})
	for _, e := range db.Entries {
		err = errors.Join(err, lines.Encode(e))
	}
	if err != nil {
		return err
	}
	return fsx.Replace(filepath.Join(dir, databaseFile), text.Bytes(), 0o600, fsx.Replacing{})
}

// LoadCounts returns the counts of the versions that were known when the database
// was saved in dir; without any, Of is nil. It is far cheaper than [Load].
func LoadCounts(dir string) Counts {
	f, _, err := fsx.Open(filepath.Join(dir, databaseFile), fsx.Follow)
	if err != nil {
		return Counts{}
	}
	defer f.Close()
	var h header
	err = json.NewDecoder(io.LimitReader(f, maxHeader)).Decode(&h)
	if err != nil || h.Schema != cacheSchema {
		return Counts{}
	}
	return h.Counts
}
