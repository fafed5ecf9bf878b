package mirror

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/sumdb"
)

// A hostile mirror is one whose owner changes what gosw wrote. What it has is 1.22.4 and 1.27.4, and the
// victim wants 1.22.4.
var hostile = []struct {
	name  string
	spoil func(t *testing.T, w *world)
}{
	{"another zip, of the same names", func(t *testing.T, w *world) {
		w.save(t, w.Bad(fetchtest.AlteredZip), w.zip(releaseOf(t, "1.22.4")))
	}},
	{"the zip of another version", func(t *testing.T, w *world) {
		w.copy(t, w.zip(releaseOf(t, "1.27.4")), w.zip(releaseOf(t, "1.22.4")))
	}},
	{"half a zip", func(t *testing.T, w *world) {
		w.edit(t, w.zip(releaseOf(t, "1.22.4")), func(data []byte) []byte { return data[:len(data)/2] })
	}},
	{"another zip, and the record to match", func(t *testing.T, w *world) {
		r := releaseOf(t, "1.22.4")
		w.save(t, w.Bad(fetchtest.AlteredZip), w.zip(r))
		h1, err := HashZip(t.Context(), w.path(w.zip(r)), r)
		if err != nil {
			t.Fatal(err)
		}
		w.edit(t, w.lookup(r), func(data []byte) []byte { return bytes.ReplaceAll(data, []byte(w.H1("1.22.4")), []byte(h1)) })
	}},
	{"the record of another version", func(t *testing.T, w *world) {
		w.copy(t, w.lookup(releaseOf(t, "1.27.4")), w.lookup(releaseOf(t, "1.22.4")))
	}},
	{"a record with another number", func(t *testing.T, w *world) {
		w.edit(t, w.lookup(releaseOf(t, "1.22.4")), func(data []byte) []byte {
			_, rest, _ := bytes.Cut(data, []byte("\n"))
			return append([]byte("0\n"), rest...)
		})
	}},
	{"a head with a wrong signature", func(t *testing.T, w *world) {
		w.edit(t, w.lookup(releaseOf(t, "1.22.4")), func(data []byte) []byte {
			data[len(data)-12] ^= 1
			return data
		})
	}},
	{"tiles of zeros", func(t *testing.T, w *world) {
		w.tiles(t, func(data []byte) []byte { return make([]byte, len(data)) })
	}},
	{"tiles cut short", func(t *testing.T, w *world) {
		w.tiles(t, func(data []byte) []byte { return data[:len(data)-1] })
	}},
	{"another history, well signed", func(t *testing.T, w *world) {
		c := w.fetcher(t, w.Bad(fetchtest.ForkedLog), t.TempDir())
		fork, err := Open(t.TempDir(), Proxy, c.Database())
		if err != nil {
			t.Fatal(err)
		}
		u := w.want(t, "1.22.4")
		before := w.client
		w.client = c
		_, err = fork.Update(t.Context(), u)
		if w.client = before; err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(w.path("sumdb")); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(w.path("sumdb"), os.DirFS(fork.path("sumdb"))); err != nil {
			t.Fatal(err)
		}
	}},
	{"no database at all", func(t *testing.T, w *world) {
		if err := os.RemoveAll(w.path("sumdb")); err != nil {
			t.Fatal(err)
		}
	}},
	{"a database of its own, with its own key", func(t *testing.T, w *world) {
		other := newWorld(t, "1.22.4")
		other.update(t, "1.22.4")
		if err := os.CopyFS(w.path("sumdb/x"), os.DirFS(other.path("sumdb/"+other.Database()))); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(w.path("sumdb/" + w.Database())); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(w.path("sumdb/x"), w.path("sumdb/"+w.Database())); err != nil {
			t.Fatal(err)
		}
	}},
}

// What a hostile mirror gets is that nothing is installed: by gosw, by plain go, and as a bundle; by who
// has seen the honest mirror before. Verify finds each of them but a history that is well signed.
func TestHostileMirrors(t *testing.T) {
	t.Parallel()
	for _, test := range hostile {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "1.22.4", "1.27.4")
			w.update(t, "1.22.4", "1.27.4")
			p := w.plain(t)
			p.installs(t, w.url(), "1.27.4")
			victim := t.TempDir()
			if err := install(t, w.fetcher(t, w.url(), victim), "1.27.4"); err != nil {
				t.Fatal(err)
			}
			test.spoil(t, w)
			if out, err := p.run(t, w.url(), "go1.22.4", "1.21.0", "version"); err == nil && !strings.HasPrefix(test.name, "tiles") { // it has them
				t.Errorf("plain go takes it: %s", out)
			}
			if err := os.RemoveAll(filepath.Join(p.home, "go", "pkg", "mod")); err != nil { // and with nothing cached
				t.Fatal(err)
			}
			if out, err := p.run(t, w.url(), "go1.22.4", "1.21.0", "version"); err == nil {
				t.Errorf("plain go without its cache takes it: %s", out)
			}
			if err := install(t, w.fetcher(t, w.url(), victim), "1.22.4"); err == nil {
				t.Error("gosw takes it")
			}
			var tar bytes.Buffer
			if err := w.Bundle(&tar); err == nil {
				if err := installBundle(t, w, tar.Bytes(), victim); err == nil {
					t.Error("gosw takes it from a bundle")
				}
			}
			report, err := w.Verify(t.Context())
			if err != nil || len(report.Findings) == 0 && !strings.HasPrefix(test.name, "another history") {
				t.Errorf("%+v, %v", report, err)
			}
		})
	}
}

func install(t *testing.T, c *fetch.Client, version string) error {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	_, err = c.Fetch(t.Context(), releaseOf(t, version).Version, root, fetch.Options{})
	return err
}

func installBundle(t *testing.T, w *world, tar []byte, state string) error {
	t.Helper()
	file := filepath.Join(t.TempDir(), "go.tar")
	if err := os.WriteFile(file, tar, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := OpenSource(file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, err := fetch.New(fetch.Config{Proxy: s.Proxy, Transport: s.Transport, SumDB: w.SumDB(), Source: "proxy", CacheDir: t.TempDir(), StateDir: state, Platform: here})
	if err != nil {
		t.Fatal(err)
	}
	return install(t, c, "1.22.4")
}

// save writes what the server at proxy has of a file of the tree.
func (w *world) save(t *testing.T, proxy, name string) {
	t.Helper()
	data, err := get(proxy + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	w.edit(t, name, func([]byte) []byte { return data })
}

func (w *world) copy(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(w.path(from))
	if err != nil {
		t.Fatal(err)
	}
	w.edit(t, to, func([]byte) []byte { return data })
}

// edit changes a file of the tree in place.
func (w *world) edit(t *testing.T, name string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(w.path(name))
	if err == nil {
		err = os.WriteFile(w.path(name), change(data), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// tiles changes all tiles.
func (w *world) tiles(t *testing.T, change func([]byte) []byte) {
	t.Helper()
	names, err := w.names()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.Contains(name, "/tile/") {
			w.edit(t, name, change)
		}
	}
}

// A mirror that is made from a hostile one takes nothing of it.
func TestHostileSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "1.22.4", "1.27.4")
	for _, mode := range []string{
		fetchtest.AlteredZip, fetchtest.ForgedRecord, fetchtest.WrongVersion, fetchtest.WrongPlatform, fetchtest.NoLine, fetchtest.OtherVersion,
		fetchtest.ForgedHead, fetchtest.EmptyAnswer, fetchtest.NotInDB, fetchtest.Truncated, fetchtest.HTML,
	} {
		tree := w.open(t, t.TempDir(), Proxy)
		before := w.client
		w.client = w.fetcher(t, w.Bad(mode), t.TempDir())
		_, err := tree.Update(t.Context(), w.want(t, "1.22.4"))
		w.client = before
		releases, listErr := tree.Releases()
		if err == nil || listErr != nil || len(releases) != 0 {
			t.Errorf("%s: %v, %v, %v", mode, err, releases, listErr)
		}
		if entries, err := os.ReadDir(tree.dir); err != nil || len(entries) != 0 {
			t.Errorf("%s leaves %v, %v", mode, entries, err)
		}
	}
}

// A database that shows this user another history is found out before anything is written.
func TestForkedSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "1.22.4", "1.27.4")
	result := w.update(t, "1.22.4")
	w.Misbehave(fetchtest.ForkedLog)
	_, err := w.Update(t.Context(), w.want(t, "1.27.4"))
	if !isSecurity(err) {
		t.Errorf("a fork: %v", err)
	}
	fresh := w.fetcher(t, w.Proxy(), t.TempDir()) // who has forgotten all but the mirror
	forked, err := Open(w.dir, "", fresh.Database())
	if err != nil {
		t.Fatal(err)
	}
	w.client = fresh
	if _, err := forked.Update(t.Context(), w.want(t, "1.27.4")); err == nil {
		t.Error("a fork of what the mirror has given away")
	}
	w.Misbehave("")
	if heads, err := w.Heads(); err != nil || !sumdb.Newest(heads).Equal(result.Head) {
		t.Errorf("%v, %v", heads, err)
	}
	w.isWhole(t)
}
