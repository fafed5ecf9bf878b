//go:build e2e

package e2e_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// cachingProxy starts a module proxy that passes everything on to the first
// element of GOPROXY, checksum database included, and keeps the large zips in
// the user's cache directory: tests that run often should not load a public
// service. Nothing is weakened by that: gosw proves what it gets.
func cachingProxy(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(string(out)), "|", ","), ",")
	upstream, err := url.Parse(first)
	if err != nil || upstream.Host == "" {
		t.Fatalf("the first element of GOPROXY is %q, which is no address", first)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(upstream) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := filepath.Base(r.URL.Path)
		if !strings.HasPrefix(r.URL.Path, "/golang.org/toolchain/@v/") || !strings.HasSuffix(name, ".zip") {
			forward.ServeHTTP(w, r)
			return
		}
		file := filepath.Join(cache, "gosw-e2e", name)
		if err := download(first+r.URL.Path, file); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		http.ServeFile(w, r, file)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// download fetches address into file, unless it is there.
func download(address, file string) error {
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	answer, err := http.Get(address)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return &url.Error{Op: "get", URL: address, Err: os.ErrNotExist}
	}
	f, err := os.CreateTemp(filepath.Dir(file), "part-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	defer f.Close()
	if _, err := io.Copy(f, answer.Body); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
