package fetch

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/web"
)

const (
	testIndex = "index/modules.json"
	testEntry = "ID/GO-2099-0001.json"
)

func documents(t *testing.T, c *Client, base string) *Documents {
	t.Helper()
	d, err := c.Documents("GOVULNDB", base)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, nil)
	d := documents(t, c, s.VulnDB())
	if d.Local() || d.String() != s.VulnDB() {
		t.Errorf("%v, local: %v", d, d.Local())
	}
	want := string(s.VulnFiles()[testIndex])
	for _, first := range []bool{true, false} { // the second time there is nothing new
		s.Reset()
		data, at, err := d.Refresh(t.Context(), testIndex, "an index", 1<<20)
		if err != nil || string(data) != want || time.Since(at) > time.Minute || s.Requests(testIndex) != 1 || (s.Sent(testIndex) > 0) != first {
			t.Errorf("first %v: %.60s, %v, %v, %d requests, %d bytes", first, data, at, err, s.Requests(testIndex), s.Sent(testIndex))
		}
	}
	s.AddVuln(fetchtest.NewVuln("GO-2099-0007", "stdlib", "new", nil, "0"))
	if data, _, err := d.Refresh(t.Context(), testIndex, "an index", 1<<20); err != nil || !strings.Contains(string(data), "GO-2099-0007") {
		t.Errorf("changed: %.60s, %v", data, err)
	}
	if data, err := d.Read(t.Context(), testEntry, "an entry", 1<<20); err != nil || string(data) != string(s.VulnFiles()[testEntry]) {
		t.Errorf("an entry: %.60s, %v", data, err)
	}
}

func TestDocumentsErrors(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, nil)
	for _, row := range []struct {
		mode, want string
	}{
		{fetchtest.VulnStatus500, "500"},
		{fetchtest.VulnGone, "404"},
		{fetchtest.VulnNoGzip, "broken gzip"},
		{fetchtest.VulnBomb, "more than 1048576 bytes for an entry"},
		{fetchtest.HTML, "text/html"},
	} {
		if data, err := documents(t, c, s.BadVulnDB(row.mode)).Read(t.Context(), testEntry, "an entry", 1<<20); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %.60q, %v, want %s", row.mode, data, err, row.want)
		}
	}
	for base, want := range map[string]string{
		"vuln.go.dev": "no scheme", "ftp://vuln.go.dev": "unknown scheme", "https://": "no host", "": "no scheme", "https://u:secret@%zz": "not shown",
	} {
		if _, err := c.Documents("GOVULNDB", base); err == nil || !strings.HasPrefix(err.Error(), "GOVULNDB: ") || !strings.Contains(err.Error(), want) ||
			strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v, want %s", base, err, want)
		}
	}
	off := documents(t, newClient(t, s, func(cfg *Config) { cfg.Offline = true }), s.VulnDB())
	s.Reset()
	if _, _, err := off.Refresh(t.Context(), testIndex, "an index", 1<<20); !errors.Is(err, web.ErrOffline) || s.Requests("") > 0 {
		t.Errorf("offline: %v, %d requests", err, s.Requests(""))
	}
}

// TestDocumentsFiles reads a copy of a database on this machine, offline.
func TestDocumentsFiles(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	dir := t.TempDir()
	for name, data := range s.VulnFiles() {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.Reset()
	d := documents(t, newClient(t, s, func(cfg *Config) { cfg.Offline = true }), web.FileURL(dir).String())
	data, at, err := d.Refresh(t.Context(), testIndex, "an index", 1<<20)
	if err != nil || !d.Local() || string(data) != string(s.VulnFiles()[testIndex]) || time.Since(at) > time.Minute || s.Requests("") > 0 {
		t.Errorf("%.60s, %v, %v", data, at, err)
	}
	if _, err := d.Read(t.Context(), testIndex, "an index", 10); err == nil || !strings.Contains(err.Error(), "more than 10 bytes") {
		t.Errorf("too large: %v", err)
	}
	if _, err := d.Read(t.Context(), "ID/none.json", "an entry", 10); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}
