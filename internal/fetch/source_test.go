package fetch

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/web"
)

// with makes one change of several.
func with(changes ...func(*Config)) func(*Config) {
	return func(cfg *Config) {
		for _, change := range changes {
			change(cfg)
		}
	}
}

func sourceIs(source string) func(*Config) { return func(cfg *Config) { cfg.Source = source } }

// dlOf sets the download page of s, which misbehaves in mode.
func dlOf(s *fetchtest.Server, mode string) func(*Config) {
	return func(cfg *Config) {
		cfg.DL, cfg.DLArchive = s.DL(), s.Archives()
		if mode != "" {
			cfg.DL = s.Bad(mode) + strings.TrimPrefix(s.DL(), s.Proxy())
			cfg.DLArchive = s.Bad(mode) + strings.TrimPrefix(s.Archives(), s.Proxy())
		}
	}
}

// readTree returns modes and contents of all files below dir, by path.
func readTree(t *testing.T, dir string) map[string]string {
	t.Helper()
	tree := make(map[string]string)
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		tree[filepath.ToSlash(rel)] = info.Mode().String() + " " + string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// The tree is the same and has the same proof, from whatever source it comes.
func TestSourcesAgree(t *testing.T) {
	t.Parallel()
	for _, platform := range []release.Platform{host, {OS: "windows", Arch: "amd64"}, {OS: "linux", Arch: "arm"}, {OS: "darwin", Arch: "arm64"}} {
		t.Run(strings.ReplaceAll(platform.String(), "/", "-"), func(t *testing.T) {
			t.Parallel()
			s := fetchtest.NewServer(t)
			if err := s.AddFor("1.22.4", platform.OS, platform.Arch); err != nil {
				t.Fatal(err)
			}
			on := func(cfg *Config) { cfg.Platform = platform }
			fromProxy, proxyProof, err := fetchInto(t, newClient(t, s, with(on, sourceIs(release.SourceProxy))), "1.22.4")
			if err != nil {
				t.Fatal(err)
			}
			zips := s.Requests(".zip")
			fromDL, dlProof, err := fetchInto(t, newClient(t, s, with(on, sourceIs(release.SourceDL), dlOf(s, ""))), "1.22.4")
			if err != nil {
				t.Fatal(err)
			}
			if platform.OS != "windows" && s.Requests(".zip") != zips {
				t.Error("source dl asked the module proxy for the toolchain")
			}
			want, got := readTree(t, fromProxy), readTree(t, fromDL)
			for name := range want {
				if got[name] != want[name] {
					t.Errorf("%s: %.60q, want %.60q", name, got[name], want[name])
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d files, want %d", len(got), len(want))
			}
			if dlProof.H1 != proxyProof.H1 || string(dlProof.Sums) != string(proxyProof.Sums) || dlProof.Record == nil {
				t.Errorf("another proof: %s, want %s", dlProof.H1, proxyProof.H1)
			}
			if dlProof.Via != ViaDL || len(dlProof.SHA256) != 64 || !strings.HasPrefix(dlProof.Source, s.Archives()) {
				t.Errorf("via %q, SHA-256 %q, source %q", dlProof.Via, dlProof.SHA256, dlProof.Source)
			}
			if proxyProof.Via != ViaProxy || proxyProof.SHA256 != "" {
				t.Errorf("via %q, SHA-256 %q", proxyProof.Via, proxyProof.SHA256)
			}
		})
	}
}

// Which source serves, and when the second is asked.
func TestSourceOrder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		source string
		proxy  string // a mode, or a value of GOPROXY that needs no server
		dl     string // a mode, "none" for no download page
		via    string // that served; "" if none
		err    string
		asked  bool // whether the download page was
	}{
		{"proxy first", release.SourceAuto, "", "", ViaProxy, "", false},
		{"empty is auto", "", "", "", ViaProxy, "", false},
		{"proxy alone", release.SourceProxy, "", "", ViaProxy, "", false},
		{"page alone", release.SourceDL, "", "", ViaDL, "", true},
		{"proxy broken", release.SourceAuto, fetchtest.ZipStatus500, "", ViaDL, "", true},
		{"proxy is a login page", release.SourceAuto, fetchtest.HTML, "", "", "checksum database", true},
		{"no proxy but direct", release.SourceAuto, "direct", "", "", "checksum database", true},
		{"proxy broken, proxy alone", release.SourceProxy, fetchtest.ZipStatus500, "", "", "500", false},
		{"proxy broken, no page", release.SourceAuto, fetchtest.ZipStatus500, "none", "", "500", false},
		{"altered zip", release.SourceAuto, fetchtest.AlteredZip, "", "", fetchtest.SumDBName + ": h1:", false},
		{"malformed zip", release.SourceAuto, fetchtest.WrongVersion, "", "", "does not belong to", false},
		{"no record", release.SourceAuto, fetchtest.NotInDB, "", "", "no record", false},
		{"off", release.SourceAuto, "off", "", "", "GOPROXY=off", false},
		{"off, page alone", release.SourceDL, "off", "", "", "GOPROXY=off", false},
		{"altered archive", release.SourceDL, "", fetchtest.AlteredArchive, "", "index:      sha256:", true},
		{"altered archive, and its index", release.SourceDL, "", fetchtest.AlteredDL, "", fetchtest.SumDBName + ": h1:", true},
		{"both broken", release.SourceAuto, fetchtest.ZipStatus500, fetchtest.Status500, "", "500", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := fetchtest.NewServer(t, "1.22.4")
			proxy := s.Bad(test.proxy)
			switch test.proxy {
			case "":
				proxy = s.Proxy()
			case "off", "direct":
				proxy = test.proxy
			}
			dl := dlOf(s, test.dl)
			if test.dl == "none" {
				dl = func(*Config) {}
			}
			dir, proof, err := fetchInto(t, newClient(t, s, with(sourceIs(test.source), proxyIs(proxy), dl)), "1.22.4")
			if asked := s.Requests("/dl/") > 0; asked != test.asked {
				t.Errorf("download page asked: %v, want %v", asked, test.asked)
			}
			switch {
			case test.via == "" && err == nil:
				t.Fatalf("no error; via %q", proof.Via)
			case test.via == "":
				text := err.Error()
				if security := (*sumdb.SecurityError)(nil); errors.As(err, &security) {
					text += "\n" + strings.Join(security.Details, "\n") // who says so
				}
				if !strings.Contains(text, test.err) {
					t.Errorf("err = %s, want %q", text, test.err)
				}
			case err != nil:
				t.Fatal(err)
			case proof.Via != test.via:
				t.Errorf("via %q, want %q", proof.Via, test.via)
			default:
				checkTree(t, dir, "go1.22.4")
			}
		})
	}
}

// What the download page lacks is not found, with the platforms that it has.
func TestDLNotFound(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, with(sourceIs(release.SourceDL), dlOf(s, ""), func(cfg *Config) { cfg.Platform = release.Platform{OS: "plan9", Arch: "386"} }))
	_, _, err := fetchInto(t, c, "1.22.4")
	var missing *release.PlatformError
	if !errors.As(err, &missing) || !slices.Contains(missing.Exist, host) || slices.Contains(missing.Exist, c.cfg.Platform) {
		t.Errorf("err = %v, %+v", err, missing)
	}
	if s.Requests("/dl/archive/") > 0 {
		t.Error("asked for an archive that the index does not have")
	}
}

// The zip that the go command has is used, and proven like any other.
func TestModCache(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4", "1.22.5")
	tree := t.TempDir()
	if err := s.WriteTree(tree); err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	if err := os.MkdirAll(filepath.Join(cache, "cache"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(tree, filepath.Join(cache, "cache", "download")); err != nil {
		t.Fatal(err)
	}
	inCache := func(cfg *Config) { cfg.ModCache = cache }
	t.Run("online", func(t *testing.T) {
		_, proof, err := fetchInto(t, newClient(t, s, inCache), "1.22.4")
		if err != nil || proof.Via != ViaModCache || s.Requests(".zip") > 0 {
			t.Errorf("%+v, %v, %d downloads", proof, err, s.Requests(".zip"))
		}
	})
	t.Run("offline", func(t *testing.T) {
		s.Reset()
		_, proof, err := fetchInto(t, newClient(t, s, with(inCache, offline(t))), "1.22.4")
		if err != nil || proof.Via != ViaModCache || s.Requests("") > 0 {
			t.Errorf("%+v, %v, %d requests", proof, err, s.Requests(""))
		}
	})
	t.Run("altered", func(t *testing.T) {
		zips := filepath.Join(cache, "cache", "download", filepath.FromSlash(release.Module), "@v")
		name := func(v string) string {
			return filepath.Join(zips, release.Release{Version: version(t, v), Platform: host}.Module()+".zip")
		}
		if err := os.Rename(name("1.22.5"), name("1.22.4")); err != nil {
			t.Fatal(err)
		}
		_, _, err := fetchInto(t, newClient(t, s, inCache), "1.22.4")
		if !errors.As(err, new(*archive.Error)) || !strings.HasPrefix(err.Error(), "unpack go1.22.4 "+host.String()+" from "+web.FileURL(zips).String()+"/") {
			t.Errorf("err = %v", err)
		}
	})
}
