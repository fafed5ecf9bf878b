package vuln

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/gover"
)

// A tree is a database as files in a directory.
type tree struct {
	dir  string
	mu   sync.Mutex
	read []string // names, sorted by the one who looks
}

func newTree(t *testing.T, files map[string]string) *tree {
	t.Helper()
	d := &tree{dir: t.TempDir()}
	for name, text := range files {
		d.write(t, name, text)
	}
	return d
}

func (d *tree) write(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(d.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (d *tree) source() Source {
	read := func(ctx context.Context, name, _ string, limit int64) ([]byte, error) {
		d.mu.Lock()
		d.read = append(d.read, name)
		d.mu.Unlock()
		data, err := os.ReadFile(filepath.Join(d.dir, name))
		if err == nil && int64(len(data)) > limit {
			err = errors.New("too large")
		}
		return data, errors.Join(err, ctx.Err())
	}
	return Source{
		Read: read,
		Refresh: func(ctx context.Context, name, kind string, limit int64) ([]byte, time.Time, error) {
			data, err := read(ctx, name, kind, limit)
			return data, time.Now(), err
		},
	}
}

const modules = "index/modules.json"

func indexOf(path string, vulns ...string) string {
	var list []string
	for _, v := range vulns {
		id, modified, _ := strings.Cut(v, "@")
		list = append(list, fmt.Sprintf(`{"id":%q,"modified":%q,"fixed":"1.2.3"}`, id, modified))
	}
	return fmt.Sprintf(`{"path":%q,"vulns":[%s]}`, path, strings.Join(list, ","))
}

func entryOf(id, module, events string) string {
	return strings.Replace(string(osv(module, events, "")), "GO-1", id, 1)
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	d := newTree(t, map[string]string{
		modules: "[" + indexOf("stdlib", "GO-3@2024-01-02T00:00:00Z", "GO-1@2024-01-01T00:00:00Z") + "," + indexOf("golang.org/x/net", "GO-9@2024-05-05T00:00:00Z") + "," +
			indexOf("toolchain", "GO-2@0001-01-01T00:00:00Z", "GO-1@2024-01-01T00:00:00Z") + "]",
		"ID/GO-1.json": entryOf("GO-1", "stdlib", "0 1.22.1"),
		"ID/GO-2.json": entryOf("GO-2", "toolchain", "0"),
		"ID/GO-3.json": entryOf("GO-3", "stdlib", "1.23.0"),
	})
	var db *Database
	update := func(wantRead string) {
		t.Helper()
		d.read = nil
		var err error
		if db, err = Update(t.Context(), d.source(), db); err != nil {
			t.Fatal(err)
		}
		slices.Sort(d.read)
		if got := strings.Join(d.read, " "); got != wantRead {
			t.Errorf("read %s, want %s", got, wantRead)
		}
	}
	ids := func(v string) string {
		var list []string
		for _, e := range db.Affecting(version(t, v), "linux", "amd64") {
			list = append(list, e.ID)
		}
		return strings.Join(list, " ")
	}
	update("ID/GO-1.json ID/GO-2.json ID/GO-3.json " + modules)
	if ids("1.22.0") != "GO-1 GO-2" || ids("1.23.0") != "GO-2 GO-3" || db.Modified.Format(time.DateOnly) != "2024-05-05" || time.Since(db.Fetched) > time.Minute {
		t.Errorf("%s; %s; %v", ids("1.22.0"), ids("1.23.0"), db)
	}
	update("ID/GO-2.json " + modules) // what has no date may have changed

	dir := filepath.Join(t.TempDir(), "new", "vuln")
	if _, err := Load(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing saved: %v", err)
	}
	versions := []gover.Version{version(t, "1.23.0"), version(t, "1.22.0")}
	if err := db.Save(dir, versions, "linux", "amd64"); err != nil {
		t.Fatal(err)
	}
	if counts := LoadCounts(dir); len(counts.Of) != 2 || counts.Of[versions[0]] != 2 || counts.Of[versions[1]] != 2 || !counts.Fetched.Equal(db.Fetched) {
		t.Errorf("counts: %v", counts)
	}
	fetched := db.Fetched
	db, err := Load(dir)
	if err != nil || ids("1.23.0") != "GO-2 GO-3" || !db.Fetched.Equal(fetched) {
		t.Fatalf("%v, %v", db, err)
	}
	d.write(t, modules, "["+indexOf("stdlib", "GO-3@2024-01-02T00:00:00Z", "GO-1@2025-01-01T00:00:00Z")+"]")
	d.write(t, "ID/GO-1.json", entryOf("GO-1", "stdlib", "0 1.24.1"))
	update("ID/GO-1.json " + modules) // a new form, and one that is gone
	if ids("1.23.0") != "GO-1 GO-3" || ids("1.24.1") != "GO-3" {
		t.Errorf("%s; %s", ids("1.23.0"), ids("1.24.1"))
	}
}

func TestUpdateErrors(t *testing.T) {
	t.Parallel()
	good := entryOf("GO-1", "stdlib", "0")
	var many []string
	for i := range maxEntries + 1 {
		many = append(many, fmt.Sprintf("GO-%d", i))
	}
	for _, row := range []struct{ why, index, entry, want string }{
		{"no index", "", good, "no such file"},
		{"a page", "<html>", good, "read index/modules.json: broken JSON"},
		{"an object", "{}", good, "read index/modules.json: "},
		{"does not mention Go", "[" + indexOf("golang.org/x/net", "GO-1") + "]", good, "read index/modules.json: a value"},
		{"other modules only", `[{"path":"example.com/x","vulns":[{"id":"GO-1"}]}]`, good, "it says nothing about Go itself"},
		{"a way out", `[{"path":"stdlib","vulns":[{"id":"../../etc/passwd"}]}]`, good, `"../../etc/passwd" is not the ID`},
		{"control characters", `[{"path":"stdlib","vulns":[{"id":"a\u001b[2J"}]}]`, good, `"a [2J" is not the ID`},
		{"too many", `[{"path":"stdlib","vulns":[{"id":"` + strings.Join(many, `"},{"id":"`) + `"}]}]`, good, "more than 5000 vulnerabilities"},
		{"a missing entry", `[{"path":"stdlib","vulns":[{"id":"GO-2"}]}]`, good, "GO-2.json"},
		{"another entry", `[{"path":"stdlib","vulns":[{"id":"GO-1"}]}]`, entryOf("GO-7", "stdlib", "0"), `read ID/GO-1.json: it has the ID "GO-7"`},
		{"half an entry", `[{"path":"stdlib","vulns":[{"id":"GO-1"}]}]`, good[:40], "read ID/GO-1.json: broken JSON"},
		{"a huge entry", `[{"path":"stdlib","vulns":[{"id":"GO-1"}]}]`, good + strings.Repeat(" ", maxEntry), "too large"},
	} {
		files := map[string]string{"ID/GO-1.json": row.entry}
		if row.index != "" {
			files[modules] = row.index
		}
		d := newTree(t, files)
		if db, err := Update(t.Context(), d.source(), nil); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, %v, want %s", row.why, db, err, row.want)
		}
	}
	var all atomic.Int64
	all.Store(maxAll)
	d := newTree(t, map[string]string{"ID/GO-1.json": good})
	if _, err := readEntry(t.Context(), d.source(), indexVuln{ID: "GO-1"}, &all); err == nil || !strings.Contains(err.Error(), "bytes of vulnerabilities") {
		t.Errorf("more than all may have: %v", err)
	}
}

func TestLoadDamaged(t *testing.T) {
	t.Parallel()
	entry := `{"id":"GO-1","affected":[{"module":"stdlib"}]}`
	for _, row := range []struct {
		why, text string
		ok        bool
	}{
		{"whole", `{"schema":2,"entries":1}` + "\n" + entry + "\n", true},
		{"half", `{"schema":2,"entries":1}` + "\n" + entry[:20], false},
		{"half of the lines", `{"schema":2,"entries":2}` + "\n" + entry + "\n", false},
		{"more than it says", `{"schema":2,"entries":1}` + "\n" + entry + "\n" + entry + "\n", false},
		{"fewer than none", `{"schema":2,"entries":-1}` + "\n", false},
		{"of another gosw", `{"schema":3,"entries":1}` + "\n" + entry + "\n", false},
		{"of gosw before", `{"schema":1,"entries":[` + entry + `]}`, false},
		{"empty", "", false},
		{"no entry", `{"schema":2,"entries":0}` + "\n", false},
		{"null", `{"schema":2,"entries":1}` + "\nnull\n", false},
		{"twice", `{"schema":2,"entries":2}` + "\n" + entry + "\n" + entry + "\n", false},
		{"a way out", `{"schema":2,"entries":1}` + "\n" + `{"id":"../x","affected":[{"module":"stdlib"}]}` + "\n", false},
		{"about nothing", `{"schema":2,"entries":1}` + "\n" + `{"id":"GO-1"}` + "\n", false},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, databaseFile), []byte(row.text), 0o644); err != nil {
			t.Fatal(err)
		}
		db, err := Load(dir)
		if (err == nil) != row.ok || !row.ok && (db != nil || !errors.Is(err, fs.ErrNotExist)) {
			t.Errorf("%s: %v, %v", row.why, db, err)
		}
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, databaseFile), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory: %v", err)
	}
	for text, want := range map[string]int{
		`{"schema":2,"counts":{"go1.22.5":3,"go1.23.0":0}}`:                          2,
		`{"schema":2,"entries":0}`:                                                   0,
		`{"schema":3,"counts":{"go1.22.5":3}}`:                                       0,
		`{"schema":2,"counts":{"../x":3}}`:                                           0,
		`{"schema":2,"counts":{"go1.22.5":`:                                          0,
		`{"schema":2,` + strings.Repeat(" ", maxHeader) + `"counts":{"go1.22.5":3}}`: 0,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, databaseFile), []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if counts := LoadCounts(dir); len(counts.Of) != want {
			t.Errorf("%.60s: counts: %v", text, counts)
		}
	}
}
