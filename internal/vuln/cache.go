package vuln

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
)

// cacheSchema is the number of the form of the file that [Database.Save] writes.
const cacheSchema = 2

const (
	databaseFile = "database.json"
	countsFile   = "counts"
	maxCounts    = 1 << 20 // bytes; it has some 5,000
)

// A header is the first line of the file; the entries follow, one a line, so that
// they can be decoded side by side.
type header struct {
	Schema   int       `json:"schema"`
	Fetched  time.Time `json:"fetched"`
	Modified time.Time `json:"modified"`
	Entries  int       `json:"entries"` // that follow
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

func (db *Database) encode() ([]byte, error) {
	var text bytes.Buffer
	lines := json.NewEncoder(&text)
	err := lines.Encode(header{cacheSchema, db.Fetched, db.Modified, len(db.Entries)})
	for _, e := range db.Entries {
		err = errors.Join(err, lines.Encode(e))
	}
	return text.Bytes(), err
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

// Save keeps the database in dir, and beside it how many vulnerabilities each of
// versions has on a platform, for [LoadCounts].
func (db *Database) Save(dir string, versions []gover.Version, goos, goarch string) error {
	data, err := db.encode()
	if err != nil {
		return err
	}
	var counts strings.Builder
	for _, v := range versions {
		fmt.Fprintf(&counts, "%v %d\n", v, len(db.Affecting(v, goos, goarch)))
	}
	info, err := replace(filepath.Join(dir, databaseFile), data)
	if err != nil {
		return err
	}
	of := stateOf(info) + db.Fetched.UTC().Format(time.RFC3339Nano) + "\n"
	_, err = replace(filepath.Join(dir, countsFile), []byte(of+counts.String()))
	return err
}

// stateOf begins the line of the counts that says which database they are of: not
// one that was there before, or that another process has put there.
func stateOf(info fs.FileInfo) string {
	return fmt.Sprintf("of %d %d ", info.Size(), info.ModTime().UnixNano())
}

// Counts are how many known vulnerabilities releases have.
type Counts struct {
	Fetched time.Time // see [Database]; zero if they are not of the one that is there
	Of      map[gover.Version]int
}

// LoadCounts returns the counts of the versions that were known when the database
// was saved in dir; without any, Of is nil. It is far cheaper than [Load].
func LoadCounts(dir string) (c Counts) {
	data, err := fsx.Read(filepath.Join(dir, countsFile), maxCounts, fsx.Follow)
	if err != nil {
		return c
	}
	c.Of = make(map[gover.Version]int)
	state := "none"
	if info, err := os.Stat(filepath.Join(dir, databaseFile)); err == nil {
		state = stateOf(info)
	}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if fetched, ok := strings.CutPrefix(line, state); ok {
			c.Fetched, _ = time.Parse(time.RFC3339Nano, fetched)
			continue
		}
		name, number, _ := strings.Cut(line, " ")
		v, err := gover.Parse(name)
		n, numberErr := strconv.Atoi(number)
		if err == nil && numberErr == nil && n >= 0 {
			c.Of[v] = n
		}
	}
	return c
}

// replace writes a file in one step, and returns what it is like.
func replace(name string, data []byte) (info fs.FileInfo, err error) {
	err = fsx.Replace(name, data, 0o600, fsx.Replacing{Ready: func(f *os.File) (err error) {
		info, err = f.Stat()
		return err
	}})
	return info, err
}
