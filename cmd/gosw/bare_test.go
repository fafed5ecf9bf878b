//go:build linux

package main_test

import (
	"io"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// A bare is a root with busybox, gosw and nothing else: no /proc, no /dev, no
// certificates, no users.
type bare struct {
	*site
	root string
}

func newBare(t *testing.T) *bare {
	t.Helper()
	needRoot(t)
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		t.Fatalf("%v; make setup installs it", err)
	}
	b := &bare{homeOf(t, 0), t.TempDir()}
	libraries, _ := exec.Command("ldd", busybox).Output() // none if it is static
	files := map[string]string{"/bin/busybox": busybox, "/bin/sh": busybox, "/usr/bin/gosw": filepath.Join(programs, "gosw"), "/usr/bin/gosw-shim": filepath.Join(programs, "gosw-shim")}
	for word := range strings.FieldsSeq(string(libraries)) {
		if filepath.IsAbs(word) {
			files[word] = word
		}
	}
	for to, from := range files {
		data, err := os.ReadFile(from)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(b.root+to), 0o755)
		}
		if err == nil {
			err = os.WriteFile(b.root+to, data, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{"tmp", "opt", "src"} {
		if err := os.Mkdir(filepath.Join(b.root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(filepath.Join(b.root, dir), user, user); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// gosw runs argv in there as a user that has no entry in /etc/passwd, with env alone.
func (b *bare) gosw(env []string, argv ...string) (said string, code int) {
	b.t.Helper()
	cmd := b.command(b.server.Proxy())
	env = append(env, "GOSUMDB="+b.server.SumDB(), "PATH=/opt/go/bin:/usr/bin:/bin", "GOCOVERDIR=/tmp")
	cmd.Path, cmd.Args, cmd.Env, cmd.Dir = argv[0], argv, env, "/src"
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: b.root, Credential: &syscall.Credential{Uid: user, Gid: user}}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		b.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// TestBareRoot works without HOME: cache and state are in the store. What is missing
// of the system is named.
func TestBareRoot(t *testing.T) {
	t.Parallel()
	b := newBare(t)
	env := []string{"GOSW_ROOT=/opt/go", "GOPROXY=" + b.server.Proxy()}
	said, code := b.gosw(env, "/usr/bin/gosw", "install", "1.22.4")
	if code != 0 || !strings.Contains(said, "/proc is not mounted, so /opt/go/bin has no go\n") {
		t.Errorf("install: exit code %d\n%s", code, said)
	}
	if said, code := b.gosw(env, "/usr/bin/gosw", "exec", "1.22.4", "go", "version"); code != 0 || !strings.Contains(said, "go version go1.22.4") {
		t.Errorf("exec: exit code %d\n%s", code, said)
	}
	said, code = b.gosw(env, "/usr/bin/gosw", "doctor")
	for _, want := range []string{"/dev/null is missing", "/proc is not mounted"} {
		if code != 1 || !strings.Contains(said, want) {
			t.Errorf("doctor, without %q: exit code %d\n%s", want, code, said)
		}
	}
	for dir, want := range map[string][]string{"": {"bin", "opt", "src", "tmp", "usr"}, "opt": {"go"}, "src": nil} {
		if got := inDir(t, filepath.Join(b.root, dir)); !slices.Equal(slices.DeleteFunc(got, func(name string) bool { return strings.HasPrefix(name, "lib") }), want) {
			t.Errorf("/%s has %q, want %q", dir, got, want)
		}
	}
	said, code = b.gosw(nil, "/usr/bin/gosw", "install", "1.22.4")
	if code != 1 || !strings.Contains(said, "HOME is not set") || !strings.Contains(said, "GOSW_ROOT") {
		t.Errorf("without GOSW_ROOT: exit code %d\n%s", code, said)
	}
}

// TestBareShim has the shim of an image that was built where there was a /proc.
func TestBareShim(t *testing.T) {
	t.Parallel()
	b := newBare(t)
	env := []string{"GOSW_ROOT=/opt/go", "GOPROXY=" + b.server.Proxy()}
	if said, code := b.gosw(env, "/usr/bin/gosw", "install", "1.22.4"); code != 0 {
		t.Fatalf("install: exit code %d\n%s", code, said)
	}
	if err := os.Symlink("/usr/bin/gosw-shim", b.root+"/opt/go/bin/go"); err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]string{
		"1.22.4":    "go version go1.22.4",
		"~> 1.22.0": "go version go1.22.4",
		"1.22.5":    "hint: run \"gosw install 1.22.5\"",
		"system":    "no other go on PATH",
	} {
		said, code := b.gosw(append(env, "GO_VERSION="+version), "/opt/go/bin/go", "version")
		if !strings.Contains(said, want) || (code == 0) != strings.HasPrefix(want, "go") {
			t.Errorf("GO_VERSION=%s: exit code %d\n%s", version, code, said)
		}
	}
	if err := os.WriteFile(b.root+"/bin/go", []byte("#!/bin/sh\necho the go of this system\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for want, argv := range map[string][]string{
		"the go of this system\n": {"/opt/go/bin/go", "version"},
		"/bin/go\n":               {"/usr/bin/gosw", "which"},
	} {
		if said, code := b.gosw(append(env, "GO_VERSION=system"), argv...); code != 0 || said != want {
			t.Errorf("%q: exit code %d\n%s", argv, code, said)
		}
	}
}

func inDir(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// TestNoAuthority downloads by https where the system knows no authority, and where it
// knows others.
func TestNoAuthority(t *testing.T) {
	t.Parallel()
	b := newBare(t)
	server := httptest.NewUnstartedServer(b.server)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes
	server.StartTLS()
	defer server.Close()
	env := []string{"GOSW_ROOT=/opt/go", "GOSW_SOURCE=proxy", "GOPROXY=" + server.URL}
	said, code := b.gosw(env, "/usr/bin/gosw", "install", "1.22.4")
	if code != 1 || !strings.Contains(said, "hint: this system has no CA certificates: install the package ca-certificates") {
		t.Errorf("without any: exit code %d\n%s", code, said)
	}
	other, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if err != nil {
		t.Fatalf("%v; make setup installs it", err)
	}
	if err := os.WriteFile(filepath.Join(b.root, "src", "roots.pem"), other, 0o644); err != nil {
		t.Fatal(err)
	}
	said, code = b.gosw(append(env, "SSL_CERT_FILE=/src/roots.pem"), "/usr/bin/gosw", "install", "1.22.4")
	if code != 1 || !strings.Contains(said, "hint: if your network has a certificate authority of its own") {
		t.Errorf("with others: exit code %d\n%s", code, said)
	}
}
