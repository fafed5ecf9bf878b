//go:build e2e

package e2e_test

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const published = "v0.0.0-test"

// publish makes a release of the programs under test, serves it over TLS, and has the
// reader's curl reach it where it asks for github.com: what README says to paste is
// pasted as it stands.
func (r *reader) publish(dir string) {
	r.t.Helper()
	files := filepath.Join(dir, "release")
	name := fmt.Sprintf("gosw_%s_%s_%s", strings.TrimPrefix(published, "v"), runtime.GOOS, runtime.GOARCH)
	if err := os.Mkdir(files, 0o755); err != nil {
		r.t.Fatal(err)
	}
	archive := filepath.Join(files, name+".tar.gz")
	packRelease(r.t, archive, name)
	data, err := os.ReadFile(archive)
	if err != nil {
		r.t.Fatal(err)
	}
	sums := fmt.Sprintf("%x  %s\n", sha256.Sum256(data), filepath.Base(archive))
	if err := os.WriteFile(filepath.Join(files, "SHA256SUMS"), []byte(sums), 0o644); err != nil {
		r.t.Fatal(err)
	}
	if out, err := exec.Command("go", "run", "-C", "../../tools/release", ".", "script", files, published).CombinedOutput(); err != nil {
		r.t.Fatalf("%v\n%s", err, out)
	}
	mux := http.NewServeMux()
	mux.Handle("/gosw/gosw/releases/download/"+published+"/", http.StripPrefix("/gosw/gosw/releases/download/"+published+"/", http.FileServer(http.Dir(files))))
	mux.Handle("/gosw/gosw/releases/latest/download/", http.StripPrefix("/gosw/gosw/releases/latest/download/", http.FileServer(http.Dir(files))))
	server := httptest.NewTLSServer(mux)
	r.t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	if err != nil {
		r.t.Fatal(err)
	}
	config := "connect-to = github.com:443:" + address.Host + "\ninsecure\n"
	if err := os.WriteFile(filepath.Join(r.home, ".curlrc"), []byte(config), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// packRelease packs the programs and what "make man" writes as a release has them.
func packRelease(t *testing.T, archive, top string) {
	t.Helper()
	tree := t.TempDir()
	if err := os.CopyFS(filepath.Join(tree, "bin"), os.DirFS(programs)); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "run", "-C", "../../tools/share", ".", filepath.Join(tree, "share")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	f, err := os.Create(archive)
	if err != nil {
		t.Fatal(err)
	}
	packed := gzip.NewWriter(f)
	w := tar.NewWriter(packed)
	err = fs.WalkDir(os.DirFS(tree), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(tree, name))
		if err != nil {
			return err
		}
		if err := w.WriteHeader(&tar.Header{Name: top + "/" + name, Mode: 0o755, Size: int64(len(data)), Typeflag: tar.TypeReg}); err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	})
	for _, err := range []error{err, w.Close(), packed.Close(), f.Close()} {
		if err != nil {
			t.Fatal(err)
		}
	}
}
