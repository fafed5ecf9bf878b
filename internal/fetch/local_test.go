package fetch

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/tree"
)

// download saves what a URL has under a name and returns path and SHA-256.
func downloadTo(t *testing.T, url, name string) (path, sum string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status, err)
	}
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(data)
	return path, hex.EncodeToString(hash[:])
}

// offline keeps a client from the network, and fails the test if it asks for
// anything nevertheless.
func offline(t *testing.T) func(*Config) {
	return func(cfg *Config) { cfg.Offline, cfg.Transport = true, noNetwork{t} }
}

type noNetwork struct{ t *testing.T }

func (n noNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	n.t.Errorf("offline, and %s is asked for", r.URL)
	return nil, errors.New("no network")
}

func TestLocal(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4", "1.22.5")
	dist := fetchtest.ArchiveName("go1.22.4", host.OS, host.Arch)
	archived, archiveSum := downloadTo(t, s.Archives()+dist, dist)
	mod := release.Release{Version: version(t, "1.22.4"), Platform: host}.Module() + ".zip"
	zip, zipSum := downloadTo(t, s.Proxy()+"/"+release.Module+"/@v/"+mod, "any-name.zip")
	altered, alteredSum := downloadTo(t, s.Bad(fetchtest.AlteredArchive)+"/dl/archive/"+dist, dist)
	renamed, renamedSum := downloadTo(t, s.Archives()+dist, strings.Replace(dist, "1.22.4", "1.22.5", 1))

	online, noDB, noDL, nothing := dlOf(s, ""), proxyIs(s.Bad(fetchtest.Database500)), proxyIs(s.Proxy()), offline(t)
	for _, test := range []struct {
		name   string
		path   string
		want   string // --sha256
		change func(*Config)
		sum    bool // whether the receipt has a SHA-256
		record bool // and a record of the database
		err    string
	}{
		{"archive, all asked", archived, "", online, true, true, ""},
		{"archive, index alone", archived, "", with(online, noDB), true, false, ""},
		{"archive, database alone", archived, "", noDL, false, true, ""},
		{"archive, nothing asked", archived, "", nothing, false, false, "it can't be verified"},
		{"archive, its sum alone", archived, archiveSum, nothing, true, false, ""},
		{"archive, sum in capitals", archived, strings.ToUpper(archiveSum), nothing, true, false, ""},
		{"archive, wrong sum", archived, zipSum, online, false, false, "checksum mismatch"},
		{"archive, all and its sum", archived, archiveSum, online, true, true, ""},
		{"zip, all asked", zip, "", online, false, true, ""},
		{"zip, no database", zip, "", with(online, noDB), false, false, "it can't be verified"},
		{"zip, its sum alone", zip, zipSum, nothing, true, false, ""},
		{"altered, index", altered, "", online, false, false, "checksum mismatch"},
		{"altered, database", altered, "", noDL, false, false, "checksum mismatch"},
		{"altered, with its own sum", altered, alteredSum, noDL, false, false, "checksum mismatch"},
		{"altered, with its own sum, index", altered, alteredSum, with(online, noDB), false, false, "checksum mismatch"},
		{"renamed, all asked", renamed, "", online, false, false, "checksum mismatch"},
		{"renamed, its own sum", renamed, renamedSum, nothing, false, false, "VERSION file says"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			local, err := OpenLocal(test.path)
			if err != nil {
				t.Fatal(err)
			}
			defer local.Close()
			dir := t.TempDir()
			c := newClient(t, s, test.change)
			proof, err := c.FetchLocal(t.Context(), local, test.want, openRoot(t, dir))
			noDownloads(t, c)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("%+v, %v; want %q", proof, err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			checkTree(t, dir, "go1.22.4")
			if (proof.SHA256 != "") != test.sum || (proof.Record != nil) != test.record || proof.Via != ViaFile {
				t.Errorf("%+v", proof)
			}
			if proof.H1 != s.H1("1.22.4") || tree.H1(proof.Sums) != proof.H1 {
				t.Errorf("h1 = %s, want %s", proof.H1, s.H1("1.22.4"))
			}
		})
	}
}

func TestOpenLocalErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"empty.zip": "", "text.tar.gz": "not an archive", "short.zip": "PK",
		"go1.22.4.tar.gz": "\x1f\x8b\x08\x00", "go1.22.4.linux.tar.gz": "\x1f\x8b\x08\x00", "toolchain.tgz": "\x1f\x8b\x08\x00",
		"go01.22.4.linux-amd64.tar.gz": "\x1f\x8b\x08\x00", "go1.22.4.linux-AMD64.tar.gz": "\x1f\x8b\x08\x00",
		"go1.9.2rc2.linux-amd64.tar.gz": "\x1f\x8b\x08\x00", "some.zip": "PK\x03\x04" + strings.Repeat("x", 100),
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if local, err := OpenLocal(path); !errors.As(err, new(*NotArchiveError)) {
			t.Errorf("%s: %+v, %v", name, local, err)
		}
	}
	for _, path := range []string{dir, filepath.Join(dir, "missing.zip")} {
		if _, err := OpenLocal(path); err == nil {
			t.Errorf("%s: no error", path)
		}
	}
	if _, err := OpenLocal(filepath.Join(dir, "missing.zip")); !errors.Is(err, os.ErrNotExist) {
		t.Error(fmt.Errorf("missing file: %w", err))
	}
}
