package mirror

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/sumdb"
)

// Each test here is a row of what was tried with the real go command as the client. With a toy
// as the toolchain, it takes the same way.

// One head for all look-ups: any version, in any order, over file and http.
func TestPlainOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "1.22.4", "1.27.4")
	w.update(t, "1.22.4", "1.27.4")
	w.isWhole(t)
	server := httptest.NewServer(http.FileServer(http.Dir(w.dir)))
	defer server.Close()
	for _, proxy := range []string{w.url(), server.URL} {
		w.plain(t).installs(t, proxy, "1.27.4", "1.22.4")
		w.plain(t).installs(t, proxy, "1.22.4")
	}
}

// The ways in which the go command comes to want another toolchain.
func TestPlainWays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "1.27.3", "1.27.4")
	w.update(t, "1.27.3", "1.27.4")
	p := w.plain(t)
	for _, toolchain := range []string{"auto", "local+auto", "go1.27.3+auto"} {
		if out, err := p.run(t, w.url(), toolchain, "1.27.4", "version"); err != nil || !strings.Contains(out, "go version go1.27.4 ") {
			t.Errorf("%s: %v\n%s", toolchain, err, out)
		}
	}
	if out, err := p.run(t, w.url(), "path", "1.27.4", "version"); err == nil || !strings.Contains(out, `cannot find "go1.27.4" in PATH`) {
		t.Errorf("path: %v\n%s", err, out)
	}
	if out, err := p.run(t, w.url(), "auto", "1.21.0", "get", "toolchain@latest"); err != nil || !strings.Contains(out, "toolchain go1.27.4") {
		t.Errorf("go get toolchain@latest: %v\n%s", err, out)
	}
	if out, err := p.run(t, w.url(), "go1.27.9", "1.21.0", "version"); err == nil || !strings.Contains(out, "toolchain not available") {
		t.Errorf("what is not there: %v\n%s", err, out)
	}
}

// A client that has seen an earlier head of this mirror, in every order of four of them.
func TestPlainEarlierHeads(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "1.22.4", "1.22.5", "1.27.3", "1.27.4")
	versions := []string{"1.22.4", "1.22.5", "1.27.3", "1.27.4"}
	var clients []*plain
	for i, v := range versions {
		w.update(t, v)
		w.isWhole(t)
		for j, p := range clients { // each has seen the heads from its own on, but not all of them
			if j%2 == 0 || i == len(versions)-1 {
				p.installs(t, w.url(), versions[j+(i-j)/2], v)
			}
		}
		p := w.plain(t)
		p.installs(t, w.url(), versions[i/2])
		clients = append(clients, p)
		w.Grow([]int{300, 1, 255, 70_000}[i]) // within a tile, over its end, and over that of the tile above
	}
	w.update(t)
	for _, p := range clients {
		p.installs(t, w.url(), versions...)
	}
}

// A client that has seen a newer head is refused; one more update with that head is the cure, or
// any later one.
func TestPlainNewerHead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "1.22.4", "1.27.4")
	w.update(t, "1.22.4")
	w.Grow(1000)
	w.update(t, "1.27.4")
	w.Grow(1000) // so that the client has no tile where this mirror's head ends
	w.update(t)
	w.Grow(1000)
	p := w.plain(t)
	p.installs(t, w.Proxy(), "1.27.4") // from where all is new
	p.refuses(t, w.url(), "1.22.4", "no such file or directory")
	latest, err := os.ReadFile(filepath.Join(p.home, "go", "pkg", "sumdb", w.client.Database().Name(), "latest"))
	if err != nil {
		t.Fatal(err)
	}
	heads, err := w.client.Database().ParseHeads(latest)
	if err != nil || len(heads) != 1 {
		t.Fatal(heads, err)
	}
	w.Grow(3)
	u := w.want(t)
	u.Heads, u.Latest = heads, false
	result, err := w.Update(t.Context(), u)
	if err != nil || !result.Head.Equal(heads[0]) {
		t.Fatalf("%+v, %v, want the client's head", result, err)
	}
	p.installs(t, w.url(), "1.22.4")
	w.update(t)
	w.isWhole(t)
	p.installs(t, w.url(), "1.22.4", "1.27.4")
}

// What is missing or wrong is refused, and nothing else is accepted for it.
func TestPlainRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "1.22.4", "1.27.4")
	w.update(t, "1.22.4")
	old, err := w.read(w.lookup(releaseOf(t, "1.22.4")))
	if err != nil {
		t.Fatal(err)
	}
	w.Grow(500)
	w.update(t, "1.27.4")
	for _, test := range []struct {
		name, why string
		spoil     func(name string) string // returns the name of the file
	}{
		{"no supported", "sum.fetchtest.invalid/lookup", func(string) string { return w.sumdb("supported") }},
		{"look-up as it was answered", "", func(string) string { return w.lookup(releaseOf(t, "1.22.4")) }},
	} {
		name := test.spoil("")
		data, err := w.read(name)
		if err != nil {
			t.Fatal(err)
		}
		if test.why != "" {
			err = os.Remove(w.path(name))
		} else {
			err = os.WriteFile(w.path(name), old, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if test.why != "" {
			w.plain(t).refuses(t, w.url(), "1.22.4", test.why)
		} else { // the tiles of the earlier head are there still: tiles stay
			w.plain(t).installs(t, w.url(), "1.22.4", "1.27.4")
		}
		if err := os.WriteFile(w.path(name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.isWhole(t)
}

// The go command takes the database's answers as they were recorded only in the order in which they
// were: this is why they are rewritten.
func TestPlainRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "1.22.4", "1.27.4")
	w.update(t, "1.22.4")
	r := releaseOf(t, "1.22.4")
	record, head, err := w.record(r)
	if err != nil {
		t.Fatal(err)
	}
	w.Grow(500)
	w.update(t, "1.27.4")
	w.Grow(500)
	latest, err := w.client.Database().Latest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := sumdb.FormatLookup(record, latest) // a head that the mirror has no tiles of
	if err == nil {
		err = os.WriteFile(w.path(w.lookup(r)), text, 0o600)
	}
	if err != nil {
		t.Fatal(err, head)
	}
	w.plain(t).refuses(t, w.url(), "1.22.4", "no such file or directory")
	report, err := w.Verify(t.Context())
	if err != nil || len(report.Findings) != 1 || report.Findings[0].Path != w.lookup(r) {
		t.Errorf("%+v, %v", report, err)
	}
}

// A tree of new versions only, as of a later bundle, serves who has seen an earlier one and has
// lost the module cache since.
func TestPlainLostCache(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "1.22.4", "1.27.4")
	w.update(t, "1.22.4")
	p := w.plain(t)
	p.installs(t, w.url(), "1.22.4")
	w.Grow(100) // within one tile: a full one would do for both
	later := w.open(t, t.TempDir(), Proxy)
	if _, err := later.Update(t.Context(), w.want(t, "1.27.4")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(p.home, "go", "pkg", "mod")); err != nil {
		t.Fatal(err)
	}
	p.installs(t, later.url(), "1.27.4")
}
