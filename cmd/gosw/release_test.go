//go:build linux && dist

package main_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/module"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/selfupdate"
)

// Released are releases as goreleaser makes them, in the directory GOSW_RELEASES:
// the files of each in VERSION, and their module as a GOPROXY tree in proxy.
// scripts/test-releases and scripts/dist-check make them.
type released struct {
	dir    string
	server *fetchtest.Server // has them below /releases, and proves their source
	cache  string            // of modules
	built  string            // GOCACHE
}

func newReleased(t *testing.T) *released {
	t.Helper()
	r := &released{dir: os.Getenv("GOSW_RELEASES")}
	if r.dir == "" {
		t.Fatal("GOSW_RELEASES is not set; \"make release-check\" sets it")
	}
	where, err := exec.Command("go", "env", "GOROOT", "GOMODCACHE", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(where), "\n")
	r.cache, r.built, r.server = lines[1], lines[2], fetchtest.NewServer(t)
	r.server.AddModCache(r.cache)
	if err := r.server.AddProgram(runtime.Version(), "#!/bin/sh\nexec '"+lines[0]+"/bin/go' \"$@\"\n"); err != nil {
		t.Fatal(err)
	}
	for _, version := range r.versions(t) {
		module := module.Version{Path: selfupdate.Module, Version: version}
		file := filepath.Join(r.dir, "proxy", module.Path, "@v", version)
		if err := r.server.AddModule(module, r.read(t, file+".mod"), file+".zip"); err != nil {
			t.Fatal(err)
		}
		note := r.read(t, r.dir, version, "release.note")
		if compiler := strings.Split(string(note), "\n")[1]; compiler != runtime.Version() {
			t.Fatalf("%s is built by %s: run this test by it, too", version, compiler)
		}
		r.server.AddFile("/releases/"+version+"/release.note", note)
		r.server.AddFile("/releases/latest/release.note", note)
		r.server.AddFile("/releases/"+version+"/"+archiveName(version)+".tar.gz", r.read(t, r.dir, version, archiveName(version)+".tar.gz"))
	}
	return r
}

// versions are those that there are, the newest last.
func (r *released) versions(t *testing.T) (versions []string) {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(r.dir, "v*"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("%s has no release: %v", r.dir, err)
	}
	for _, dir := range dirs {
		versions = append(versions, filepath.Base(dir))
	}
	return versions
}

func (r *released) read(t *testing.T, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// programs are those in the archive of a version.
func (r *released) programs(t *testing.T, version string) map[string][]byte {
	t.Helper()
	zr, err := gzip.NewReader(bytes.NewReader(r.read(t, r.dir, version, archiveName(version)+".tar.gz")))
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string][]byte)
	for tr := tar.NewReader(zr); ; {
		header, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatal(err)
		}
		if name, ok := strings.CutPrefix(header.Name, archiveName(version)+"/bin/"); ok {
			if found[name], err = io.ReadAll(tr); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestReleaseGoInstall has "go install" make the programs of the archive, from a
// module proxy of files, with a checksum database that a proxy passes on, and caches of
// its own.
func TestReleaseGoInstall(t *testing.T) {
	t.Parallel()
	r := newReleased(t)
	version, work := r.versions(t)[0], t.TempDir()
	cmd := exec.Command("go", "install", "-trimpath", "-ldflags=-s", selfupdate.Module+"/cmd/...@"+version)
	cmd.Dir = work
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + work, "GOBIN=" + work, "CGO_ENABLED=0", "GOENV=off", "GOTOOLCHAIN=local", "GOFLAGS=-modcacherw",
		"GOPROXY=file://" + filepath.Join(r.dir, "proxy") + ",file://" + filepath.Join(r.cache, "cache", "download") + "," + r.server.Proxy(), "GOSUMDB=" + r.server.SumDB()}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if r.server.Requests("/lookup/"+selfupdate.Module+"@"+version) == 0 {
		t.Error("the checksum database was not asked")
	}
	programs := r.programs(t, version)
	if names := slices.Sorted(maps.Keys(programs)); !slices.Equal(names, []string{"gosw", "gosw-shim"}) {
		t.Errorf("the archive has %q", names)
	}
	for name, data := range programs {
		if !bytes.Equal(r.read(t, work, name), data) {
			t.Errorf("go install makes another %s", name)
		}
	}
}

// TestReleaseLife installs a release by its install.sh, with each shell, updates it
// to the next, goes back, verifies it and removes it.
func TestReleaseLife(t *testing.T) {
	t.Parallel()
	r := newReleased(t)
	versions := r.versions(t)
	if len(versions) != 2 {
		t.Fatalf("there are %q", versions)
	}
	older, newer := versions[0], versions[1]
	for _, shell := range [][]string{{"dash"}, {"bash"}, {"busybox", "sh"}, {"mksh"}} {
		t.Run(shell[0], func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			c := &copied{site: &site{t: t, home: home, server: r.server}, prefix: filepath.Join(home, ".local"), base: "/releases", program: "bin/gosw", env: []string{"SHELL=/bin/bash", "GOCACHE=" + r.built}}
			install := exec.Command(shell[0], append(shell[1:], filepath.Join(r.dir, older, "install.sh"))...)
			install.Env = append(c.cmd().Env, "TMPDIR="+t.TempDir())
			if out, err := install.CombinedOutput(); err != nil || !strings.Contains(string(out), "gosw "+older+" is installed") {
				t.Fatalf("%v\n%s", err, out)
			}
			want := func(code int, said string, args ...string) {
				t.Helper()
				got, stdout, stderr := c.gosw(args...)
				if got != code || !strings.Contains(stdout+stderr, said) {
					t.Fatalf("gosw %v: exit code %d, want %d and %q\n%s%s", args, got, code, said, stdout, stderr)
				}
			}
			same := func(version string) {
				t.Helper()
				for name, data := range r.programs(t, version) {
					if !bytes.Equal(r.read(t, c.prefix, "bin", name), data) {
						t.Errorf("%s is not that of %s", name, version)
					}
				}
				want(0, "gosw "+strings.TrimPrefix(version, "v")+" (revision h1:", "version")
				want(0, "built with "+runtime.Version(), "version")
				for _, page := range []string{"share/man/man1/gosw.1", "share/man/man1/gosw-install.1", "share/fish/vendor_completions.d/gosw.fish"} {
					r.read(t, c.prefix, page)
				}
			}
			same(older)
			want(0, "", "install", strings.TrimPrefix(runtime.Version(), "go"))
			want(0, "", "init", "--install")
			want(4, newer+"\n", "self", "update", "--check")
			want(0, "updated gosw from "+older+" to "+newer, "self", "update")
			same(newer)
			want(0, "rolled back gosw from "+newer+" to "+older, "self", "rollback")
			same(older)
			want(0, "updated gosw from "+older+" to "+newer, "self", "update")
			want(0, "up to date", "self", "update")
			same(newer)
			if shell[0] == "dash" { // once will do
				want(0, "are built from the public source of "+newer, "self", "verify")
			}
			want(0, "removed", "self", "uninstall", "--purge", "--yes")
			// But for go's own telemetry, as of every go.
			if left, _ := exec.Command("find", home, "!", "-type", "d", "!", "-path", "*/.config/go/telemetry/*").Output(); strings.TrimSpace(string(left)) != "" {
				t.Errorf("it left\n%s", left)
			}
		})
	}
}

// TestReleaseChanged serves archives with another byte: install.sh and "self update"
// refuse them.
func TestReleaseChanged(t *testing.T) {
	t.Parallel()
	r := newReleased(t)
	older := r.versions(t)[0]
	mirror := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		data, err := os.ReadFile(filepath.Join(r.dir, strings.Replace(q.URL.Path, "/latest/", "/v0.0.2/", 1)))
		if err != nil {
			http.NotFound(w, q)
			return
		}
		if strings.HasSuffix(q.URL.Path, ".tar.gz") {
			data[len(data)/2] ^= 1
		}
		_, _ = w.Write(data)
	}))
	t.Cleanup(mirror.Close)
	home := t.TempDir()
	c := &copied{site: &site{t: t, home: home, server: r.server}, prefix: filepath.Join(home, "local"), program: "bin/gosw", env: []string{"GOSW_DOWNLOAD_URL=" + mirror.URL}}
	install := exec.Command("sh", filepath.Join(r.dir, older, "install.sh"))
	install.Env = append(c.cmd().Env, "TMPDIR="+t.TempDir())
	if out, err := install.CombinedOutput(); err == nil || !strings.Contains(string(out), "SECURITY ERROR") {
		t.Errorf("install.sh: %v\n%s", err, out)
	}
	for name, data := range r.programs(t, older) {
		c.writeFile("bin/"+name, string(data), 0o755)
	}
	before := c.listing()
	if code, _, stderr := c.gosw("self", "update"); code != 3 || !strings.Contains(stderr, "SECURITY ERROR") {
		t.Errorf("self update: exit code %d\n%s", code, stderr)
	}
	if after := strings.NewReplacer("d--------- lib/gosw \n", "", "d--------- lib \n", "").Replace(c.listing()); after != before {
		t.Errorf("it has changed\n%s\nto\n%s", before, after)
	}
}
