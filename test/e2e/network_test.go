//go:build e2e

package e2e_test

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// forward passes requests on to proxy.
func forward(t *testing.T, proxy string) http.Handler {
	t.Helper()
	target, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
}

// A cutter counts the bytes of zips that it sends, and breaks the connection off
// after a random number of them, as often as it has cuts left.
type cutter struct {
	cuts, sent atomic.Int64
}

type cutWriter struct {
	http.ResponseWriter
	cutter *cutter
	left   int64 // until the cut; negative for none
}

func (w *cutWriter) Write(p []byte) (int, error) {
	if w.left >= 0 && int64(len(p)) > w.left {
		p = p[:w.left]
	}
	n, err := w.ResponseWriter.Write(p)
	w.cutter.sent.Add(int64(n))
	if w.left < 0 || err != nil {
		return n, err
	}
	if w.left -= int64(n); w.left > 0 {
		return n, nil
	}
	conn, _, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil {
		err = conn.Close()
	}
	if err != nil {
		panic(err) // the test's own server
	}
	return n, http.ErrHijacked
}

// A real release arrives over a line that breaks 25 times, and nearly no byte
// comes twice.
func TestCut(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	pass := forward(t, m.proxy)
	c := new(cutter)
	c.cuts.Store(25)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, ".zip") || !strings.Contains(r.URL.Path, "/toolchain/") {
			pass.ServeHTTP(w, r)
			return
		}
		left := int64(-1)
		if c.cuts.Add(-1) >= 0 {
			left = 1 + rand.Int64N(5<<19) // 25 of them are always less than the zip
		}
		pass.ServeHTTP(&cutWriter{w, c, left}, r)
	}))
	t.Cleanup(server.Close)
	m.proxy = server.URL
	m.run(m.home, nil, m.gosw, "install", "1.22.12")
	var receipt struct{ Size int64 }
	data, err := os.ReadFile(filepath.Join(m.root(), "receipts", "go1.22.12.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &receipt); err != nil {
		t.Fatal(err)
	}
	extra := float64(c.sent.Load()-receipt.Size) / float64(receipt.Size)
	t.Logf("%d bytes sent for a zip of %d: %+.2f %%; %d cuts left", c.sent.Load(), receipt.Size, 100*extra, c.cuts.Load())
	if extra > 0.03 || c.cuts.Load() > 0 {
		t.Error("more than 3 % came twice, or too few cuts")
	}
}

// What one machine has asked the proxy and the database, another one without a
// network can be given as files.
func TestReplay(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	pass := forward(t, m.proxy)
	tree := t.TempDir()
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Range") // a file is written whole
		answer := httptest.NewRecorder()
		pass.ServeHTTP(answer, r)
		mu.Lock()
		defer mu.Unlock()
		if answer.Code == http.StatusOK {
			file := filepath.Join(tree, filepath.FromSlash(r.URL.Path))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Error(err)
			}
			if err := os.WriteFile(file, answer.Body.Bytes(), 0o644); err != nil {
				t.Error(err)
			}
		}
		for key, values := range answer.Header() {
			w.Header()[key] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	m.proxy = server.URL
	m.run(m.home, nil, m.gosw, "install", "1.22.12")
	server.Close()

	other := newMachine(t)
	other.proxy = (&url.URL{Scheme: "file", Path: tree}).String()
	other.run(other.home, []string{"GOSUMDB=sum.golang.org"}, other.gosw, "install", "--offline", "1.22.12")
	other.run(other.home, nil, other.gosw, "verify", "--offline", "1.22.12")
}

// The archive of the download page, made of a real release as Go packs it, gives
// the tree that the public log has the hash of: that of the module proxy, byte for
// byte, with the same modes.
func TestDownloadPage(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.run(m.home, nil, m.gosw, "install", "1.22.12")
	name := "go1.22.12." + runtime.GOOS + "-" + runtime.GOARCH + ".tar.gz"
	archive := filepath.Join(t.TempDir(), name)
	sum, size := pack(t, filepath.Join(m.root(), "toolchains", "go1.22.12"), archive)
	index := fmt.Sprintf(`[{"version":"go1.22.12","stable":true,"files":[{"filename":%q,"os":%q,"arch":%q,`+
		`"version":"go1.22.12","sha256":%q,"size":%d,"kind":"archive"}]}]`, name, runtime.GOOS, runtime.GOARCH, sum, size)
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, name) {
			http.ServeFile(w, r, archive)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, index)
	}))
	t.Cleanup(page.Close)

	other := newMachine(t)
	env := []string{"GOSW_SOURCE=dl", "GOSW_DL_URL=" + page.URL + "/dl/", "GOSW_DL_ARCHIVE_URL=" + page.URL + "/files/"}
	_, said, err := other.try(other.home, env, other.gosw, "install", "1.22.12")
	if err != nil || !strings.Contains(said, "verified by its SHA-256 and the checksum database") {
		t.Fatalf("%v\n%s", err, said)
	}
	want, got := sumsOf(t, filepath.Join(m.root(), "toolchains", "go1.22.12")), sumsOf(t, filepath.Join(other.root(), "toolchains", "go1.22.12"))
	if len(want) < 9000 || !maps.Equal(got, want) {
		t.Errorf("%d files and directories, want %d; or they differ", len(got), len(want))
	}
	dir := other.project("page", "1.22", "1.22.12")
	if got := other.run(dir, nil, "go", "run", "./small"); got != "small\n" {
		t.Errorf("go run: %q", got)
	}
	m.run(m.home, nil, m.gosw, "verify", "--goroot", filepath.Join(other.root(), "toolchains", "go1.22.12"))
}

// sumsOf returns type, mode and SHA-256 of all that is below dir.
func sumsOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	sums := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		var data []byte
		if info.Mode().IsRegular() {
			data, err = os.ReadFile(path)
		}
		name, _ := filepath.Rel(dir, path)
		sums[name] = fmt.Sprintf("%v %x", info.Mode(), sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

// pack makes an archive of a toolchain, with the directories that the module lacks,
// and returns its SHA-256 and size.
func pack(t *testing.T, tree, archive string) (sum string, size int64) {
	t.Helper()
	f, err := os.Create(archive)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.New()
	zw, err := gzip.NewWriterLevel(io.MultiWriter(f, hash), gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	tw := tar.NewWriter(zw)
	add := func(name string, mode int64, data []byte) error {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: "go/" + name, Size: int64(len(data)), Mode: mode}
		if err := tw.WriteHeader(header); err != nil {
			return err
		}
		_, err := tw.Write(data)
		return err
	}
	err = filepath.WalkDir(tree, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(tree, path)
		if err != nil {
			return err
		}
		return add(filepath.ToSlash(name), 0o644, data)
	})
	for _, name := range []string{"api/go1.1.txt", "doc/go_spec.html", "misc/editors", "test/helloworld.go"} {
		if err == nil {
			err = add(name, 0o644, []byte("not part of the module\n"))
		}
	}
	for _, close := range []func() error{tw.Close, zw.Close} {
		if err == nil {
			err = close()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", hash.Sum(nil)), info.Size()
}
