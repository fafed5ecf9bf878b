//go:build linux

package main_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/zip"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/selfupdate"
)

// A works is what makes releases of gosw for tests: its source as published
// versions of its module, with keys of its own in it, and the programs that the
// real go builds of them.
type works struct {
	dir     string
	server  *fetchtest.Server // module proxy, checksum database, releases
	source  string            // a directory with what is published
	signers map[string]note.Signer
	h1      map[string]string // of the source of each version
	env     []string
}

// The versions that are there.
const (
	oldGosw = "v0.1.0"
	newGosw = "v0.2.0"
)

// theWorks builds once for all tests.
var theWorks = sync.OnceValues(func() (*works, error) {
	dir, err := os.MkdirTemp("", "gosw-works-")
	if err != nil {
		return nil, err
	}
	w := &works{dir: dir, signers: make(map[string]note.Signer), h1: make(map[string]string), source: filepath.Join(dir, "source")}
	if w.server, err = fetchtest.New(); err != nil {
		return nil, err
	}
	atEnd = append(atEnd, func() { w.server.Close(); _ = os.RemoveAll(dir) })
	var public []string
	for _, name := range []string{"old", "new", "stranger", "namesake"} {
		private, key, err := note.GenerateKey(rand.Reader, "gosw-release-"+strings.ReplaceAll(name, "namesake", "old"))
		if err != nil {
			return nil, err
		}
		if w.signers[name], err = note.NewSigner(private); err != nil {
			return nil, err
		}
		if name == "old" || name == "new" {
			public = append(public, key)
		}
	}
	if err := w.copySource(public); err != nil {
		return nil, err
	}
	where, err := exec.Command("go", "env", "GOROOT", "GOMODCACHE", "GOCACHE").Output()
	if err != nil {
		return nil, err
	}
	lines := strings.Split(string(where), "\n")
	w.server.AddModCache(lines[1])
	script := "#!/bin/sh\nexec '" + lines[0] + "/bin/go' \"$@\"\n"
	if err := w.server.AddProgram(runtime.Version(), script); err != nil {
		return nil, err
	}
	w.env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GOENV=off", "GOTOOLCHAIN=local", "GOFLAGS=-modcacherw", "CGO_ENABLED=0",
		"GOCACHE=" + lines[2], "GOMODCACHE=" + filepath.Join(dir, "mod"), "GOPROXY=" + w.server.Proxy(), "GOSUMDB=" + w.server.SumDB()}
	for _, version := range []string{oldGosw, newGosw} {
		if err := errors.Join(w.publish(version), w.build(version, w.bin(version))); err != nil {
			return nil, err
		}
	}
	return w, nil
})

func newWorks(t *testing.T) *works {
	t.Helper()
	if testing.Short() {
		if os.Getenv("CI") != "" {
			t.Fatal("builds gosw, which -short leaves out")
		}
		t.Skip("builds gosw")
	}
	w, err := theWorks()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// bin is where the programs of a version are.
func (w *works) bin(version string) string { return filepath.Join(w.dir, "bin-"+version) }

// copySource copies what a release is built from, with keys in the place of ours.
func (w *works) copySource(keys []string) error {
	out, err := exec.Command("git", "-C", "../..", "ls-files", "-co", "--exclude-standard", "go.mod", "LICENSE", "cmd", "internal").Output()
	if err != nil {
		return err
	}
	for _, name := range strings.Fields(string(out)) {
		if strings.HasSuffix(name, "_test.go") || strings.Contains(name, "testdata/") {
			continue
		}
		data, err := os.ReadFile(filepath.Join("../..", name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed, and not committed yet
		}
		if name == "internal/selfupdate/keys.go" {
			data = fmt.Appendf(nil, "package selfupdate\n\nfunc Keys() []string { return %#v }\n", keys)
		}
		file := filepath.Join(w.source, name)
		if err := errors.Join(err, os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, data, 0o644)); err != nil {
			return err
		}
	}
	return nil
}

// publish makes the source, as it is now, a version of the module.
func (w *works) publish(version string) error {
	m := module.Version{Path: selfupdate.Module, Version: version}
	f, err := os.CreateTemp(w.dir, "*.zip")
	if err != nil {
		return err
	}
	if err := errors.Join(zip.CreateFromDir(f, m, w.source), f.Close()); err != nil {
		return err
	}
	mod, err := os.ReadFile(filepath.Join(w.source, "go.mod"))
	if err != nil {
		return err
	}
	return w.server.AddModule(m, mod, f.Name())
}

// build builds the programs of a published version as everybody can, but with the
// tag by which they can be told to fail.
func (w *works) build(version, dir string) error {
	cmd := exec.Command("go", "install", "-trimpath", "-ldflags=-s", "-tags=faults", selfupdate.Module+"/cmd/...@"+version)
	cmd.Dir, cmd.Env = w.dir, append(w.env, "GOBIN="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", version, err, out)
	}
	c, err := selfupdate.Inspect(filepath.Join(dir, "gosw"))
	if err == nil {
		w.h1[version] = c.H1
	}
	return err
}

// A draft is a release before it is published, for tests to do it badly.
type draft struct {
	note    string
	archive []byte
	signers []string
}

// archiveName is that of a release for this platform, as goreleaser makes it.
func archiveName(version string) string {
	return fmt.Sprintf("gosw_%s_%s_%s", strings.TrimPrefix(version, "v"), runtime.GOOS, runtime.GOARCH)
}

// draft makes a release of a version, whose programs are those in bin.
func (w *works) draft(t *testing.T, version, bin string) *draft {
	t.Helper()
	files := map[string][]byte{
		"share/man/man1/gosw.1":                     []byte("page of " + version + "\n"),
		"share/man/man1/gosw-only" + version + ".1": []byte("page of " + version + "\n"),
		"share/bash-completion/completions/gosw":    []byte("completion of " + version + "\n"),
		"share/zsh/site-functions/_gosw":            []byte("completion of " + version + "\n"),
		"share/fish/vendor_completions.d/gosw.fish": []byte("completion of " + version + "\n"),
		"LICENSE":                       []byte("licence\n"),
		"share/man/man1/gosw-install.1": []byte("page of " + version + "\n"),
	}
	for _, name := range []string{"gosw", "gosw-shim"} {
		data, err := os.ReadFile(filepath.Join(bin, name))
		if err != nil {
			t.Fatal(err)
		}
		files["bin/"+name] = data
	}
	d := &draft{archive: packed(t, archiveName(version), files), signers: []string{"old"}}
	d.note = fmt.Sprintf("gosw %s\n%s\n%s\n%s", version, runtime.Version(), w.h1[version], sumLine(d.archive, archiveName(version)+".tar.gz"))
	return d
}

func sumLine(data []byte, name string) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]) + "  " + name + "\n"
}

// packed is an archive of files below a directory.
func packed(t *testing.T, top string, files map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	zw, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	tw := tar.NewWriter(zw)
	for name, data := range files {
		h := &tar.Header{Name: top + "/" + name, Mode: 0o600, Size: int64(len(data)), Typeflag: tar.TypeReg}
		if err := tw.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(tw.Close(), zw.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// release publishes d as version, and as the newest, below base.
func (w *works) release(t *testing.T, base, version string, d *draft) {
	t.Helper()
	var signers []note.Signer
	for _, name := range d.signers {
		signers = append(signers, w.signers[name])
	}
	signed, err := note.Sign(&note.Note{Text: d.note}, signers...)
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{version, "latest"} {
		w.server.AddFile(base+"/"+place+"/release.note", signed)
	}
	w.server.AddFile(base+"/"+version+"/"+archiveName(version)+".tar.gz", d.archive)
}

// changed returns the zip of newGosw with one line more in a file.
func (w *works) changed(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(w.dir, "changed")
	if out, err := exec.Command("cp", "-r", w.source, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file, err := os.OpenFile(filepath.Join(dir, "cmd/gosw/main.go"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteString("\n// One line more.\n")
	out, createErr := os.Create(filepath.Join(w.dir, "changed.zip"))
	m := module.Version{Path: selfupdate.Module, Version: newGosw}
	if err := errors.Join(err, file.Close(), createErr, zip.CreateFromDir(out, m, dir), out.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Name()
}

// lying returns the address of a module proxy that is as that of w, but for the
// zip of newGosw.
func (w *works) lying(t *testing.T, zip string) string {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/gosw/@v/"+newGosw+".zip") {
			http.ServeFile(rw, r, zip)
			return
		}
		w.server.ServeHTTP(rw, r)
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL
}
