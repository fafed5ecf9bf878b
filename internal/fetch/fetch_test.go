package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

var host = release.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH}

// newClient returns a client of s with directories of its own.
func newClient(t *testing.T, s *fetchtest.Server, change func(*Config)) *Client {
	t.Helper()
	cfg := Config{
		Proxy:     s.Proxy(),
		SumDB:     s.SumDB(),
		CacheDir:  filepath.Join(t.TempDir(), "cache"),
		StateDir:  filepath.Join(t.TempDir(), "state"),
		Platform:  host,
		UserAgent: "gosw-test",
		limits:    web.Limits{Wait: time.Millisecond, Longest: 10 * time.Millisecond},
	}
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func proxyIs(value string) func(*Config) { return func(cfg *Config) { cfg.Proxy = value } }

func version(t testing.TB, text string) gover.Version {
	t.Helper()
	v, err := gover.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// fetchInto fetches a version into a new directory.
func fetchInto(t *testing.T, c *Client, text string) (dir string, proof *tree.Proof, err error) {
	t.Helper()
	return fetchContext(t.Context(), t, c, text, nil)
}

func fetchContext(ctx context.Context, t *testing.T, c *Client, text string, progress func(int64, int64)) (string, *tree.Proof, error) {
	t.Helper()
	dir := t.TempDir()
	root := openRoot(t, dir)
	proof, err := c.Fetch(ctx, version(t, text), root, Options{Progress: progress})
	if (err == nil) != (proof != nil) {
		t.Errorf("Fetch = %v, %v", proof, err)
	}
	noDownloads(t, c)
	return dir, proof, err
}

// openRoot opens a directory until the test ends.
func openRoot(t testing.TB, dir string) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return root
}

// noDownloads checks that no part of a zip stays behind.
func noDownloads(t *testing.T, c *Client) {
	t.Helper()
	err := filepath.WalkDir(c.cfg.CacheDir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && (strings.HasPrefix(d.Name(), "download-") || strings.HasPrefix(d.Name(), ".new-")) {
			t.Errorf("left behind: %s", name)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	for _, v := range []string{"go1.22.4", "go1.20", "go1.27rc1", "go1.8beta1"} {
		t.Run(v, func(t *testing.T) {
			t.Parallel()
			s := fetchtest.NewServer(t, v)
			c := newClient(t, s, nil)
			var last [2]int64
			dir, proof, err := fetchContext(t.Context(), t, c, v, func(done, total int64) {
				if done < last[0] {
					t.Errorf("progress went from %d to %d", last[0], done)
				}
				last = [2]int64{done, total}
			})
			if err != nil {
				t.Fatal(err)
			}
			mod := fmt.Sprintf("v0.0.1-%s.%s-%s", v, host.OS, host.Arch)
			if want := s.Proxy() + "/golang.org/toolchain/@v/" + mod + ".zip"; proof.Source != want {
				t.Errorf("Source = %q, want %q", proof.Source, want)
			}
			if proof.Module != release.Module+"@"+mod || proof.SumDB.Name != fetchtest.SumDBName {
				t.Errorf("proof = %+v", proof)
			}
			if proof.H1 != s.H1(v) || tree.H1(proof.Sums) != proof.H1 {
				t.Errorf("h1 = %s, sums %s, want %s", proof.H1, tree.H1(proof.Sums), s.H1(v))
			}
			if proof.SumDB.TreeSize != 6 || proof.SumDB.TreeHash == "" {
				t.Errorf("tree = %d %q", proof.SumDB.TreeSize, proof.SumDB.TreeHash)
			}
			if last != [2]int64{proof.Size, proof.Size} || proof.Size == 0 {
				t.Errorf("last progress %v, size %d", last, proof.Size)
			}
			checkTree(t, dir, v)
		})
	}
}

// checkTree compares an unpacked toy with what was packed.
func checkTree(t *testing.T, dir, v string) {
	t.Helper()
	want := make(map[string]string)
	for _, f := range fetchtest.Files(v, host.OS, host.Arch) {
		want[strings.ReplaceAll(f[0], "_go.mod", "go.mod")] = f[1]
	}
	executable := map[string]bool{
		"bin/go": true, "bin/gofmt": true, "lib/time/update.bash": true, "lib/wasm/go_js_wasm_exec": true,
		"lib/x/go_x_y_exec": true, "src/all.bash": true, "src/runtime/mkduff.rc": true,
		"pkg/tool/" + host.OS + "_" + host.Arch + "/compile": true,
	}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		rel = filepath.ToSlash(rel)
		data, err := os.ReadFile(name)
		if content, ok := want[rel]; err != nil || !ok || content != string(data) {
			t.Errorf("%s: %v, not as packed", rel, err)
		}
		delete(want, rel)
		info, err := d.Info()
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o444)
		if executable[rel] {
			mode = 0o555
		}
		if runtime.GOOS != "windows" && info.Mode() != mode {
			t.Errorf("%s: mode %v, want %v", rel, info.Mode(), mode)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	for name := range want {
		t.Errorf("missing: %s", name)
	}
}

func TestToyRuns(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the toy is a shell script")
	}
	s := fetchtest.NewServer(t, "1.22.4")
	dir, _, err := fetchInto(t, newClient(t, s, nil), "1.22.4")
	if err != nil {
		t.Fatal(err)
	}
	goroot, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "go1.22.4")
	if err := os.Symlink(filepath.Join(dir, "bin", "go"), link); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args string
		want string
	}{
		{"version", "go version go1.22.4 " + host.String()},
		{"env GOROOT", goroot},
		{"env GOTOOLCHAIN GOVERSION", "local\ngo1.22.4"},
		{"-C / env GOROOT", goroot},
		{"args a|b c|", "[a]\n[b c]\n[]"},
		{"printenv GOTOOLCHAIN", "local"},
		{"build ./...", "toy go1.22.4: build ./..."},
	} {
		args := strings.Split(test.args, " ")
		if strings.HasPrefix(test.args, "args") {
			args = append([]string{"args"}, strings.Split(strings.TrimPrefix(test.args, "args "), "|")...)
		}
		for _, exe := range []string{link, filepath.Join(dir, "bin", "go")} {
			cmd := exec.Command(exe, args...)
			cmd.Env = []string{"GOTOOLCHAIN=local", "PATH=/nonexistent"}
			out, err := cmd.CombinedOutput()
			if got := strings.TrimSuffix(string(out), "\n"); err != nil || got != test.want {
				t.Errorf("go %s = %q, %v, want %q", test.args, got, err, test.want)
			}
		}
	}
	var exit *exec.ExitError
	if err := exec.Command(link, "exit", "7").Run(); !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Errorf("exit 7: %v", err)
	}
}

func TestFetchTwiceAsksDatabaseOnce(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, nil)
	if _, _, err := fetchInto(t, c, "1.22.4"); err != nil {
		t.Fatal(err)
	}
	s.Reset()
	again, err := New(c.cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, proof, err := fetchInto(t, again, "1.22.4")
	if err != nil {
		t.Fatal(err)
	}
	if n := s.Requests("/sumdb/"); n != 0 {
		t.Errorf("%d requests to the database", n)
	}
	if proof.SumDB.TreeSize != 6 {
		t.Errorf("tree size %d", proof.SumDB.TreeSize)
	}
}

func TestFetchInParallel(t *testing.T) {
	t.Parallel()
	versions := []string{"1.20", "1.21.0", "1.22.4", "1.22.5", "1.23.1", "1.24.2"}
	s := fetchtest.NewServer(t, versions...)
	shared := newClient(t, s, nil)
	var wg sync.WaitGroup
	for i, v := range versions {
		c := shared
		if i%2 == 1 { // as another process would
			var err error
			if c, err = New(shared.cfg); err != nil {
				t.Fatal(err)
			}
		}
		root := openRoot(t, t.TempDir())
		wg.Go(func() {
			if _, err := c.Fetch(t.Context(), version(t, v), root, Options{}); err != nil {
				t.Errorf("%s: %v", v, err)
			}
		})
	}
	wg.Wait()
	noDownloads(t, shared)
}

func TestFetchNeedsEmptyRoot(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "VERSION"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	root := openRoot(t, dir)
	_, err := newClient(t, s, nil).Fetch(t.Context(), version(t, "1.22.4"), root, Options{})
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("err = %v, want ErrExist", err)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "VERSION")); string(data) != "mine" {
		t.Error("the file that was there has changed")
	}
}

func TestFetchCanceled(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, with(proxyIs(s.Bad(fetchtest.Stalled)), func(cfg *Config) { cfg.Stall = time.Hour }))
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := fetchContext(ctx, t, c, "1.22.4", func(int64, int64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want Canceled", err)
	}
}

func TestFetchStalled(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	// What comes before the zip, and its first half, has to come in time. Where the
	// machine is too busy for that, more of it is given.
	for stall := 50 * time.Millisecond; ; stall *= 10 {
		c := newClient(t, s, func(cfg *Config) {
			cfg.Proxy = s.Bad(fetchtest.Stalled)
			cfg.Stall = stall
		})
		_, _, err := fetchInto(t, c, "1.22.4")
		var truncated *web.TruncatedError
		if errors.Is(err, web.ErrStalled) && errors.As(err, &truncated) && truncated.Got > 0 && truncated.Got < truncated.Want {
			return
		}
		if err == nil || stall > 2*time.Second { // a document's bound is a multiple of stall
			t.Fatalf("err = %v", err)
		}
	}
}

// A slow server is not a stalled one.
func TestFetchSlow(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, func(cfg *Config) {
		cfg.Proxy = s.Bad("slow=200000")
		cfg.Stall = 5 * time.Second
	})
	if _, _, err := fetchInto(t, c, "1.22.4"); err != nil {
		t.Error(err)
	}
}

func TestFetchFile(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4", "1.23.1")
	dir := t.TempDir()
	if err := s.WriteTree(dir); err != nil {
		t.Fatal(err)
	}
	s.Misbehave(fetchtest.Status500) // all comes from the files
	u := url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(filepath.ToSlash(dir), "/")}
	c := newClient(t, s, proxyIs(u.String()))
	for _, v := range []string{"1.22.4", "1.23.1"} {
		out, proof, err := fetchInto(t, c, v)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(proof.Source, "file://") {
			t.Errorf("Source = %q", proof.Source)
		}
		checkTree(t, out, "go"+v)
	}
	_, _, err := fetchInto(t, c, "1.23.2")
	var missing *release.NotFoundError
	if !errors.As(err, &missing) {
		t.Errorf("err = %v, want NotFoundError", err)
	}
	list, err := c.Releases(t.Context(), 0)
	if err != nil || fmt.Sprint(list.Versions) != "[go1.23.1 go1.22.4]" {
		t.Errorf("Releases = %v, %v", list.Versions, err)
	}
}

func TestNewChecksConfig(t *testing.T) {
	t.Parallel()
	good := Config{Proxy: "https://example.com", SumDB: "off", CacheDir: "c", StateDir: "s", Platform: host}
	for name, change := range map[string]func(*Config){
		"platform":    func(c *Config) { c.Platform = release.Platform{OS: "linux/..", Arch: "amd64"} },
		"no platform": func(c *Config) { c.Platform = release.Platform{} },
		"no cache":    func(c *Config) { c.CacheDir = "" },
		"no state":    func(c *Config) { c.StateDir = "" },
		"proxy":       func(c *Config) { c.Proxy = "ftp://example.com" },
		"sumdb":       func(c *Config) { c.SumDB = "example.com" },
	} {
		cfg := good
		change(&cfg)
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := New(good); err != nil {
		t.Error(err)
	}
}
