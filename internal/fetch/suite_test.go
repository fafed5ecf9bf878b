package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// A way is one by which a release comes here over the network.
type way struct {
	name, via string
	config    func(s *fetchtest.Server, mode string) func(*Config)
	other     string // part of the requests that only the other way makes
	altered   string // the mode with another archive than was published
	forged    string // the same, and what the way goes by altered to match
}

func ways() []way {
	return []way{
		{"proxy", ViaProxy, func(s *fetchtest.Server, mode string) func(*Config) {
			return with(proxyIs(addressOf(s, mode)), dlOf(s, "")) // the download page is fine, and could be asked
		}, "/dl/archive/", fetchtest.AlteredZip, fetchtest.ForgedRecord},
		{"dl", ViaDL, func(s *fetchtest.Server, mode string) func(*Config) {
			return with(sourceIs(release.SourceDL), proxyIs(addressOf(s, mode)), dlOf(s, mode)) // the database is behind the proxy
		}, "/toolchain/@v/", fetchtest.AlteredArchive, fetchtest.AlteredDL},
	}
}

func addressOf(s *fetchtest.Server, mode string) string {
	if mode == "" {
		return s.Proxy()
	}
	return s.Bad(mode)
}

// TestSuite asks the same of each way: the same finished tree, byte for byte and
// with its modes, over a good network and a bad one; and that what is not proven
// is refused for good.
func TestSuite(t *testing.T) {
	t.Parallel()
	for _, w := range ways() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			for _, mode := range []string{
				"", "cut=25", fetchtest.ResetOnce, fetchtest.ResumeIgnored, fetchtest.Resume416, fetchtest.ResumeAt,
				fetchtest.Changed, fetchtest.ChangedUnseen, fetchtest.LengthLong, fetchtest.WeakETag, fetchtest.NoValidator, fetchtest.NoLength, fetchtest.RedirectSigned, "unavailable=2",
			} {
				t.Run("tree/"+mode, func(t *testing.T) {
					t.Parallel()
					w.checkSound(t, mode)
				})
			}
			for mode, reason := range map[string]string{
				w.altered: "checksum mismatch", w.forged: "", fetchtest.NotInDB: "no record", fetchtest.EmptyAnswer: "not authentic",
				fetchtest.NoLine: "no checksum for it", fetchtest.OtherVersion: "no checksum for it",
				fetchtest.ForgedHead: "not authentic", fetchtest.OldHead: "not authentic",
			} {
				t.Run("refused/"+mode, func(t *testing.T) {
					t.Parallel()
					w.checkRefused(t, mode, security(reason))
				})
			}
			for mode, check := range map[string]func(*testing.T, error){
				fetchtest.Database500:  plain[*sumdb.DatabaseError]("500"),
				fetchtest.DatabaseHTML: plain[*sumdb.DatabaseError]("text/html"),
			} {
				t.Run("refused/"+mode, func(t *testing.T) {
					t.Parallel()
					w.checkRefused(t, mode, check)
				})
			}
			t.Run("missing", w.checkMissing)
			t.Run("canceled", w.checkCanceled)
		})
	}
}

func (w way) checkSound(t *testing.T, mode string) {
	t.Helper()
	s := fetchtest.NewServer(t, "1.22.4")
	var last int64
	c := newClient(t, s, with(w.config(s, mode), func(cfg *Config) { cfg.limits.Attempts = 30 }))
	dir, proof, err := fetchContext(t.Context(), t, c, "1.22.4", func(done, _ int64) { last = done })
	if err != nil {
		t.Fatal(err)
	}
	checkTree(t, dir, "go1.22.4")
	if proof.Via != w.via || proof.H1 != s.H1("1.22.4") || tree.H1(proof.Sums) != proof.H1 || proof.Size == 0 || last != proof.Size {
		t.Errorf("proof = %+v; progress ended at %d", proof, last)
	}
	record, err := json.Marshal(proof.Record)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sumdb.CheckRecord(record, proof.Module, proof.H1, s.SumDB()); err != nil {
		t.Error(err)
	}
	if s.Requests(w.other) > 0 {
		t.Error("the other source was asked")
	}
}

func (w way) checkRefused(t *testing.T, mode string, check func(*testing.T, error)) {
	t.Helper()
	s := fetchtest.NewServer(t, "1.22.4", "1.22.3")
	_, proof, err := fetchInto(t, newClient(t, s, w.config(s, mode)), "1.22.4")
	check(t, err)
	if proof != nil || s.Requests(w.other) > 0 {
		t.Errorf("proof %+v, the other source was asked %d times", proof, s.Requests(w.other))
	}
}

func (w way) checkMissing(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	_, _, err := fetchInto(t, newClient(t, s, w.config(s, "")), "1.99.0")
	if !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "download go1.99.0 for "+host.String()+": not found") {
		t.Errorf("err = %v", err)
	}
	if s.Requests("/lookup/") > 0 {
		t.Error("the database was asked about what does not exist")
	}
}

func (w way) checkCanceled(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := fetchContext(ctx, t, newClient(t, s, w.config(s, "")), "1.22.4", func(int64, int64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}

// TestEveryWay compares the trees of all ways there are, the local ones too:
// directories, names, contents and modes.
func TestEveryWay(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	directory := t.TempDir()
	if err := s.WriteTree(filepath.Join(directory, "cache", "download")); err != nil {
		t.Fatal(err)
	}
	archive := fetchtest.ArchiveName("go1.22.4", host.OS, host.Arch)
	zipFile, _ := downloadTo(t, s.Proxy()+"/"+release.Module+"/@v/"+release.Release{Version: version(t, "1.22.4"), Platform: host}.Module()+".zip", "some.zip")
	tarFile, _ := downloadTo(t, s.Archives()+archive, archive)
	if err := os.WriteFile(filepath.Join(filepath.Dir(tarFile), "index.json"), s.Index(), 0o644); err != nil {
		t.Fatal(err)
	}
	files := web.FileURL(filepath.Join(directory, "cache", "download")).String()
	page := web.FileURL(filepath.Dir(tarFile)).String()
	var first map[string]string
	for _, test := range []struct {
		via    string
		change func(*Config)
		file   string
	}{
		{ViaProxy, nil, ""},
		{ViaDL, with(sourceIs(release.SourceDL), dlOf(s, "")), ""},
		{ViaProxy, with(offline(t), proxyIs(files)), ""},
		{ViaDL, with(offline(t), proxyIs(files), sourceIs(release.SourceDL), func(cfg *Config) { cfg.DL, cfg.DLArchive = page, page }), ""},
		{ViaModCache, with(offline(t), func(cfg *Config) { cfg.ModCache = directory }), ""},
		{ViaFile, nil, zipFile},
		{ViaFile, nil, tarFile},
	} {
		c, dir := newClient(t, s, test.change), t.TempDir()
		proof, err := fetchEither(t, c, test.file, dir)
		if err != nil {
			t.Errorf("%+v: %v", test, err)
			continue
		}
		tree := readTree(t, dir)
		addDirectories(t, tree, dir)
		if first == nil {
			first = tree
		}
		if !maps.Equal(tree, first) || proof.Via != test.via || proof.Record == nil {
			t.Errorf("%s %s: via %s, %d names, want %d", test.via, test.file, proof.Via, len(tree), len(first))
		}
	}
}

func fetchEither(t *testing.T, c *Client, file, dir string) (*tree.Proof, error) {
	t.Helper()
	if file == "" {
		return c.Fetch(t.Context(), version(t, "1.22.4"), openRoot(t, dir), Options{})
	}
	local, err := OpenLocal(file)
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	return c.FetchLocal(t.Context(), local, "", openRoot(t, dir))
}

// addDirectories adds the directories below dir to what readTree has returned.
func addDirectories(t *testing.T, tree map[string]string, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		info, err := d.Info()
		rel, _ := filepath.Rel(dir, name)
		tree[filepath.ToSlash(rel)+"/"] = info.Mode().String()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
