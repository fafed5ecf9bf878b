package fetch

import (
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/sumdb"
)

func TestSumDBOff(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, func(cfg *Config) { cfg.SumDB = "off" })
	_, _, err := fetchInto(t, c, "1.22.4")
	if !errors.Is(err, sumdb.ErrOff) {
		t.Errorf("err = %v, want ErrSumDBOff", err)
	}
	if n := s.Requests(""); n != 0 {
		t.Errorf("%d requests", n)
	}
	if list, err := c.Releases(t.Context(), 0); err != nil || len(list.Versions) != 1 {
		t.Errorf("Releases = %v, %v", list, err)
	}
}

// The last tree head is remembered across runs, even when the cache is gone.
func TestHistoryRewritten(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{fetchtest.ForkedLog, fetchtest.RolledBack} {
		for _, keepCache := range []bool{true, false} {
			s := fetchtest.NewServer(t, "1.22.4", "1.21.0")
			honest := newClient(t, s, nil)
			if _, _, err := fetchInto(t, honest, "1.21.0"); err != nil {
				t.Fatal(err)
			}
			if !keepCache {
				if err := os.RemoveAll(honest.cfg.CacheDir); err != nil {
					t.Fatal(err)
				}
			}
			cfg := honest.cfg
			cfg.Proxy = s.Bad(mode)
			c, err := New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = fetchInto(t, c, "1.22.4")
			var e *sumdb.SecurityError
			if !errors.As(err, &e) {
				t.Errorf("%s, cache %v: err = %v, want SecurityError", mode, keepCache, err)
				continue
			}
			// Without the cache the fork can't even show the tiles of the tree
			// that is remembered; with it there is evidence.
			if mode == fetchtest.ForkedLog && keepCache && (!strings.Contains(e.Reason, "contradicts") || len(e.Details) < 5) {
				t.Errorf("%s, cache %v: %v: %q", mode, keepCache, e, e.Details)
			}
			// The honest database is still believed.
			if _, _, err := fetchInto(t, honest, "1.22.4"); err != nil {
				t.Errorf("%s, cache %v: afterwards: %v", mode, keepCache, err)
			}
		}
	}
}

// A database that is forked from the first contact on can't be told, except
// by who has seen the other history.
func TestForkAtFirstContact(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, proxyIs(s.Bad(fetchtest.ForkedLog)))
	if _, _, err := fetchInto(t, c, "1.22.4"); err != nil {
		t.Fatal(err)
	}
	cfg := c.cfg
	cfg.Proxy, cfg.CacheDir = s.Proxy(), t.TempDir()
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = fetchInto(t, c, "1.22.4")
	security("")(t, err)
}

func TestDamagedCacheHeals(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4", "1.21.0")
	c := newClient(t, s, nil)
	if _, _, err := fetchInto(t, c, "1.22.4"); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"lookup", "tile"} {
		damaged := 0
		err := filepath.WalkDir(filepath.Join(c.cfg.CacheDir, "sumdb", fetchtest.SumDBName, part), func(name string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			data[len(data)/3] ^= 1
			damaged++
			return os.WriteFile(name, data, 0o644)
		})
		if err != nil || damaged == 0 {
			t.Fatalf("%s: %d files damaged, %v", part, damaged, err)
		}
		if _, _, err := fetchInto(t, c, "1.22.4"); err != nil {
			t.Errorf("%s: %v", part, err)
		}
		s.Reset()
		if _, _, err := fetchInto(t, c, "1.22.4"); err != nil || s.Requests("/sumdb/") > 0 {
			t.Errorf("%s: not healed: %v", part, err)
		}
	}
}

func TestDamagedState(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, nil)
	if _, _, err := fetchInto(t, c, "1.22.4"); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(c.cfg.StateDir, fetchtest.SumDBName, "latest")
	head, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head[30] ^= 1
	if err := os.WriteFile(name, head, 0o644); err != nil {
		t.Fatal(err)
	}
	_, _, err = fetchInto(t, c, "1.22.4")
	var e *sumdb.SecurityError
	if err == nil || errors.As(err, &e) || !strings.Contains(err.Error(), name) {
		t.Errorf("err = %v, want one that names the file", err)
	}
	// An empty file, as a crash may leave, is a new beginning.
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := fetchInto(t, c, "1.22.4"); err != nil {
		t.Error(err)
	}
}

// direct sends every request for the database's own host to the server.
type direct struct{ to string }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == fetchtest.SumDBName {
		r = r.Clone(r.Context())
		r.URL.Scheme, r.URL.Host = "http", d.to
		r.URL.Path = "/sumdb/" + fetchtest.SumDBName + r.URL.Path
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestDatabaseAddress(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	dead := closedPort(t)
	fixed := s.SumDB() + " " + s.Proxy() + "/sumdb/" + fetchtest.SumDBName
	for _, test := range []struct {
		name, proxy, sumdb string
		ok                 bool
	}{
		{"through the proxy", s.Proxy(), "", true},
		{"at its own address", s.Bad(fetchtest.DatabaseNoPass), "", true},
		{"through the second proxy", s.Bad(fetchtest.DatabaseNoPass) + "," + s.Proxy(), "", true},
		{"a broken proxy ends the search", s.Bad(fetchtest.Database500) + "," + s.Proxy(), "", false},
		{"a broken proxy hands over with |", s.Bad(fetchtest.Database500) + "|" + s.Proxy(), "", true},
		{"a broken proxy hands over to direct", s.Bad(fetchtest.Database500) + "|direct", "", true},
		{"a dead proxy hands over with |", dead + "|" + s.Proxy(), "", true},
		{"at the address given", s.Bad(fetchtest.DatabaseGone), fixed, true},
		{"unreachable at the address given", s.Proxy(), s.SumDB() + " " + dead, false},
	} {
		c := newClient(t, s, func(cfg *Config) {
			cfg.Proxy = test.proxy
			if test.sumdb != "" {
				cfg.SumDB = test.sumdb
			}
			cfg.Transport = direct{to: strings.TrimPrefix(s.Proxy(), "http://")}
		})
		_, _, err := fetchInto(t, c, "1.22.4")
		if test.ok && err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		var e *sumdb.DatabaseError
		if !test.ok && (!errors.As(err, &e) || e.Name != fetchtest.SumDBName) {
			t.Errorf("%s: err = %v, want DatabaseError", test.name, err)
		}
	}
}

func TestDatabaseUnreachable(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, func(cfg *Config) { cfg.SumDB += " " + closedPort(t) })
	_, _, err := fetchInto(t, c, "1.22.4")
	var e *sumdb.DatabaseError
	var op *net.OpError
	if !errors.As(err, &e) || !errors.As(err, &op) {
		t.Errorf("err = %v, want DatabaseError", err)
	}
}
