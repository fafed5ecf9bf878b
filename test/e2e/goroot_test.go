//go:build e2e

package e2e_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// countingProxy passes everything on to proxy and counts the requests for zips.
func countingProxy(t *testing.T, proxy string) (address string, zips *atomic.Int64) {
	t.Helper()
	upstream, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	zips = new(atomic.Int64)
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(upstream) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".zip") {
			zips.Add(1)
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, zips
}

// goCommandTree has the go command that runs this test put a toolchain into a
// module cache, and returns its directory there.
func goCommandTree(m *machine, version string) string {
	m.t.Helper()
	program, err := exec.LookPath("go")
	if err != nil {
		m.t.Fatal(err)
	}
	cache := filepath.Join(m.home, "modcache")
	got := m.run(m.home, []string{"GOTOOLCHAIN=" + version, "GOMODCACHE=" + cache}, program, "version")
	if !strings.HasPrefix(got, "go version "+version+" ") {
		m.t.Fatalf("go version: %q", got)
	}
	return filepath.Join(cache, "golang.org", "toolchain@v0.0.1-"+version+"."+runtime.GOOS+"-"+runtime.GOARCH)
}

// TestCompareReal has the go command bring a real toolchain into its module cache:
// it is imported without a download and works. As a distribution has it, it is
// proven as well, and what is changed in it is named, file by file.
func TestCompareReal(t *testing.T) {
	t.Parallel()
	const version = "go1.22.12"
	m := newMachine(t)
	cached := goCommandTree(m, version)
	direct := m.proxy
	var zips *atomic.Int64
	m.proxy, zips = countingProxy(t, direct)

	start := time.Now()
	if got := m.run(m.home, nil, m.gosw, "verify", "--goroot", cached); got != cached+": ok ("+version+" "+runtime.GOOS+"/"+runtime.GOARCH+")\n" {
		t.Fatalf("verify of the module cache: %q", got)
	}
	t.Logf("verify of the module cache: %v", time.Since(start).Round(time.Millisecond))
	start = time.Now()
	m.run(m.home, nil, m.gosw, "import", cached)
	t.Logf("import: %v", time.Since(start).Round(time.Millisecond))
	if n := zips.Load(); n != 0 {
		t.Errorf("%d requests for the zip", n)
	}
	if got := m.run(m.home, []string{"GOPROXY=off"}, m.gosw, "verify"); got != version+": ok\n" {
		t.Errorf("verify of what was imported: %q", got)
	}
	dir := m.project("imported", "1.22", "1.22.12")
	m.run(dir, nil, "go", "build", "-o", "program", "./small")
	if got := m.run(dir, nil, filepath.Join(dir, "program")); got != "small\n" {
		t.Errorf("a program of the imported toolchain says %q", got)
	}

	dist := distributionOf(m, filepath.Join(m.root(), "toolchains", version))
	m.run(m.home, nil, m.gosw, "uninstall", "1.22.12") // else its manifest is taken
	if got := m.run(m.home, nil, m.gosw, "verify", "--goroot", dist); !strings.Contains(got, ": ok (") {
		t.Fatalf("verify of a distribution: %q", got)
	}
	if n := zips.Load(); n != 0 {
		t.Errorf("%d requests for the zip", n)
	}
	random := rand.New(rand.NewPCG(22, uint64(time.Now().UnixNano())))
	for _, one := range []string{"VERSION", "lib/time/zoneinfo.zip", "src/fmt/print.go"} {
		flipAndName(m, dist, []string{one}, random)
	}
	files := slices.DeleteFunc(regularFiles(t, dist), func(path string) bool {
		top, _, _ := strings.Cut(path, "/")
		info, err := os.Stat(filepath.Join(dist, path))
		return err != nil || info.Size() == 0 || slices.Contains([]string{"api", "doc", "VERSION", "bin", "pkg"}, top)
	})
	var some []string
	for _, i := range random.Perm(len(files))[:50] {
		some = append(some, files[i])
	}
	flipAndName(m, dist, some, random)
}

// distributionOf returns a copy of an installed toolchain in the form of Go's
// archives: writable, with directories that are no part of the module.
func distributionOf(m *machine, tree string) string {
	m.t.Helper()
	dist := filepath.Join(m.home, "dist")
	if out, err := exec.Command("cp", "-r", tree, dist).CombinedOutput(); err != nil {
		m.t.Fatalf("cp: %v\n%s", err, out)
	}
	if out, err := exec.Command("chmod", "-R", "u+w", dist).CombinedOutput(); err != nil {
		m.t.Fatalf("chmod: %v\n%s", err, out)
	}
	for _, name := range []string{"api/go1.txt", "doc/go_spec.html"} {
		if err := os.MkdirAll(filepath.Join(dist, filepath.Dir(name)), 0o755); err != nil {
			m.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dist, name), []byte("not covered\n"), 0o644); err != nil {
			m.t.Fatal(err)
		}
	}
	return dist
}

// flipAndName changes a bit in each of files, demands that just they are named,
// and puts them back.
func flipAndName(m *machine, tree string, files []string, random *rand.Rand) {
	m.t.Helper()
	var want []string
	for _, path := range files {
		name := filepath.Join(tree, path)
		info, err := os.Stat(name)
		if err != nil {
			m.t.Fatal(err)
		}
		bit := random.Int64N(info.Size() * 8)
		if path == "VERSION" { // the first line says with what to compare
			bit = (info.Size() - 2) * 8
		}
		if err := flipBit(name, info, bit); err != nil {
			m.t.Fatal(err)
		}
		defer func() {
			if err := flipBit(name, info, bit); err != nil {
				m.t.Error(err)
			}
		}()
		want = append(want, path)
	}
	slices.Sort(want)
	start := time.Now()
	out, stderr, err := m.try(m.home, nil, m.gosw, "verify", "--json", "--goroot", tree)
	var report struct {
		Toolchains []struct {
			OK, Sure bool
			Received int64
			Findings []struct{ Kind, Path string }
		}
	}
	if jsonErr := json.Unmarshal([]byte(out), &report); err == nil || jsonErr != nil || len(report.Toolchains) != 1 {
		m.t.Fatalf("verify: %v, %v\n%s\n%s", err, jsonErr, out, stderr)
	}
	var got []string
	for _, f := range report.Toolchains[0].Findings {
		if f.Kind != "changed" {
			m.t.Errorf("%s %s", f.Kind, f.Path)
		}
		got = append(got, f.Path)
	}
	if result := report.Toolchains[0]; result.OK || !slices.Equal(got, want) {
		m.t.Fatalf("verify: got %q\nwant %q\n%s", got, want, stderr)
	} else if result.Received > 7_000_000 {
		m.t.Errorf("%d bytes were received to name %d files", result.Received, len(files))
	} else {
		m.t.Logf("%d files named in %v, %.1f MB received, sure: %v", len(files), time.Since(start).Round(time.Millisecond), float64(result.Received)/1e6, result.Sure)
	}
}
