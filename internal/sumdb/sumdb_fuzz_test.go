package sumdb

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/web"
)

// looked is a look-up that succeeded: the release, what the database answered,
// and what came of it.
type looked struct {
	config  Config
	subject Module
	paths   []string // of answers, sorted
	answers map[string][]byte
	rec     Answer
}

// lookUp asks a database that is made for f.
func lookUp(f *testing.F) looked {
	f.Helper()
	s := fetchtest.NewServer(f, "1.22.4", "1.22.5", "1.21.0", "1.20.1", "1.19.2")
	cfg := Config{SumDB: s.SumDB(), CacheDir: f.TempDir(), StateDir: f.TempDir()}
	c := openSumDB(f, s.Proxy(), cfg)
	l := looked{config: cfg, subject: toySubject("1.22.4")}
	ops := c.newDBOps(f.Context())
	var err error
	if l.rec, err = c.lookupWith(ops, l.subject); err != nil || l.rec.H1 != s.H1("1.22.4") {
		f.Fatal(l.rec, err)
	}
	l.answers = ops.answers
	for path := range l.answers {
		l.paths = append(l.paths, path)
	}
	slices.Sort(l.paths)
	return l
}

// openSumDB returns a database that is asked through a proxy.
func openSumDB(t testing.TB, proxy string, cfg Config) *Client {
	t.Helper()
	w, proxies, err := web.New(web.Config{Proxy: proxy, Limits: web.Limits{Wait: time.Millisecond, Longest: 10 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(w, proxies, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// toySubject is a version of fetchtest's module.
func toySubject(version string) Module {
	name := "go" + version
	return Module{Path: "golang.org/toolchain", Version: "v0.0.1-" + name + "." + runtime.GOOS + "-" + runtime.GOARCH, Name: name}
}

// splice replaces cut bytes of data at at, as far as it has them.
func splice(data []byte, at, cut uint16, put []byte) []byte {
	from := min(int(at), len(data))
	to := min(from+int(cut), len(data))
	return slices.Concat(data[:from], put, data[to:])
}

// Whatever the database answers, nothing else is proven than what is in its log.
func FuzzSumDBAnswer(f *testing.F) {
	l := lookUp(f)
	f.Add(uint8(0), uint16(0), uint16(0), []byte{})
	f.Add(uint8(0), uint16(0), uint16(65535), []byte{})
	f.Add(uint8(0), uint16(0), uint16(1), []byte("-1"))
	f.Add(uint8(0), uint16(3), uint16(0), []byte("\x00\n\n"))
	f.Add(uint8(1), uint16(7), uint16(1), []byte{0xff})
	f.Add(uint8(0), uint16(0), uint16(65535), []byte("9223372036854775807\n\ngo.sum database tree\n9223372036854775807\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"))
	f.Fuzz(func(t *testing.T, which uint8, at, cut uint16, put []byte) {
		dir := t.TempDir()
		spoiled := l.paths[int(which)%len(l.paths)]
		for _, path := range l.paths {
			data := l.answers[path]
			if path == spoiled {
				data = splice(data, at, cut, put)
			}
			name := filepath.Join(dir, filepath.FromSlash(path))
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cfg := l.config
		cfg.SumDB += " " + web.FileURL(dir).String()
		cfg.CacheDir, cfg.StateDir = t.TempDir(), t.TempDir()
		rec, err := openSumDB(t, "direct", cfg).Lookup(t.Context(), l.subject)
		if err == nil && rec.H1 != l.rec.H1 {
			t.Errorf("%s has %s, and %s is proven", l.subject, l.rec.H1, rec.H1)
		}
		if untouched := splice(l.answers[spoiled], at, cut, put); string(untouched) == string(l.answers[spoiled]) && err != nil {
			t.Errorf("nothing was changed: %v", err)
		}
	})
}

// Whatever is in a receipt, it proves no other checksum than the log has.
func FuzzRecord(f *testing.F) {
	l := lookUp(f)
	data, err := json.Marshal(l.rec.Record)
	if err != nil {
		f.Fatal(err)
	}
	module := l.subject.String()
	if _, err := CheckRecord(data, module, l.rec.H1, l.config.SumDB); err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(0), uint16(0), []byte{})
	f.Add(uint16(0), uint16(65535), []byte("{}"))
	f.Add(uint16(0), uint16(65535), []byte(`{"id":9223372036854775807,"proof":[]}`))
	f.Fuzz(func(t *testing.T, at, cut uint16, put []byte) {
		spoiled := splice(data, at, cut, put)
		for _, h1 := range []string{"h1:" + strings.Repeat("A", 43) + "=", ""} {
			if w, err := CheckRecord(spoiled, module, h1, l.config.SumDB); err == nil {
				t.Errorf("%q is proven by %+v", h1, w)
			}
		}
		if _, err := CheckRecord(spoiled, module, l.rec.H1, l.config.SumDB); err != nil && string(spoiled) == string(data) {
			t.Error(err)
		}
	})
}

// Whatever a file of heads has, what is read of it is signed, and written again it is the same heads.
func FuzzParseHeads(f *testing.F) {
	l := lookUp(f)
	c := openSumDB(f, "direct", l.config)
	seen, err := c.Seen()
	if err != nil || len(seen) != 1 {
		f.Fatal(seen, err)
	}
	f.Add([]byte{}, uint16(0), uint16(0), []byte{})
	f.Add(seen[0].Note, uint16(0), uint16(0), seen[0].Note)
	f.Add(seen[0].Note, uint16(30), uint16(1), []byte("9"))
	f.Fuzz(func(t *testing.T, data []byte, at, cut uint16, put []byte) {
		heads, err := c.ParseHeads(splice(data, at, cut, put))
		if err != nil {
			return
		}
		again, err := c.ParseHeads(FormatHeads(heads))
		if err != nil || len(heads) > 0 && !Newest(again).Equal(Newest(heads)) {
			t.Errorf("%v, %v, want %v", again, err, heads)
		}
		for _, head := range heads {
			if head.N != seen[0].N {
				t.Errorf("a head of %d records", head.N)
			}
		}
	})
}
