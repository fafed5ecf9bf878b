package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// shells are those that install.sh is run by, with what comes before the script.
var shells = map[string][]string{
	"dash":    {"dash"},
	"bash":    {"bash"},
	"busybox": {"busybox", "sh"},
	"mksh":    {"mksh"},
}

// archive packs a release's files; gosw is a script that says its version.
func archive(t *testing.T) []byte {
	t.Helper()
	var buf bytes.Buffer
	packed := gzip.NewWriter(&buf)
	w := tar.NewWriter(packed)
	top := "gosw_1.2.3_" + runtime.GOOS + "_" + runtime.GOARCH + "/"
	program := "#!/bin/sh\necho \"gosw 1.2.3 $*\"\n" + strings.Repeat("# as long as a program\n", 4000)
	for _, file := range []struct{ name, text string }{
		{"bin/gosw", program},
		{"bin/gosw-shim", program},
		{"share/man/man1/gosw.1", ".TH GOSW 1\n"},
		{"share/zsh/site-functions/_gosw", "#compdef gosw\n"},
	} {
		header := &tar.Header{Name: top + file.name, Mode: 0o755, Size: int64(len(file.text)), Typeflag: tar.TypeReg}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(file.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// site is a server with one release, and the install.sh of it.
type site struct {
	*httptest.Server
	script string
}

func newSite(t *testing.T, served func(archive []byte) []byte) site {
	t.Helper()
	data, dir := archive(t), t.TempDir()
	name := "gosw_1.2.3_" + runtime.GOOS + "_" + runtime.GOARCH + ".tar.gz"
	line := fmt.Sprintf("%x  %s\n", sha256.Sum256(data), name)
	if err := os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(line), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writeScript(dir, "v1.2.3"); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1.2.3/"+name, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(served(data)) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return site{server, filepath.Join(dir, "install.sh")}
}

func whole(archive []byte) []byte { return archive }

// run runs a script with a home of its own and returns what it said.
func (s site) run(t *testing.T, home string, env []string, command ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append([]string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir(), "GOSW_DOWNLOAD_URL=" + s.URL}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// left are the files and directories below dir.
func left(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if name != dir {
			names = append(names, strings.TrimPrefix(name, dir+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestScript installs with each shell, twice, and into a path with a blank.
func TestScript(t *testing.T) {
	t.Parallel()
	site := newSite(t, whole)
	for name, shell := range shells {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := filepath.Join(t.TempDir(), "a home")
			if err := os.Mkdir(home, 0o755); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				out, err := site.run(t, home, nil, append(shell, site.script, "--version", "1.2.3")...)
				if err != nil || !strings.Contains(out, home+"/.local/bin/gosw init --install") {
					t.Fatalf("%v\n%s", err, out)
				}
			}
			want := ".local .local/bin .local/bin/gosw .local/bin/gosw-shim .local/share .local/share/man .local/share/man/man1 " +
				".local/share/man/man1/gosw.1 .local/share/zsh .local/share/zsh/site-functions .local/share/zsh/site-functions/_gosw"
			if got := strings.Join(left(t, home), " "); got != want {
				t.Errorf("there is\n%s, want\n%s", got, want)
			}
		})
	}
}

// TestScriptFails makes each way of failing fail: an exit code, and nothing is left.
func TestScriptFails(t *testing.T) {
	t.Parallel()
	tools := func(leave ...string) string {
		dir := t.TempDir()
		for _, name := range strings.Fields("printf uname getconf sysctl cat mktemp rm rmdir mkdir dirname tar gzip cp mv find curl wget sha256sum shasum openssl sh") {
			if file, err := exec.LookPath(name); err == nil && !strings.Contains(strings.Join(leave, " "), name) {
				if err := os.Symlink(file, filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
		}
		return "PATH=" + dir
	}
	changed := func(archive []byte) []byte { return append(archive[:len(archive)-1:len(archive)-1], 'x') }
	html := func([]byte) []byte { return []byte("<html>Sign in to the proxy</html>\n") }
	cut := func(archive []byte) []byte { return archive[:len(archive)/2] }
	for _, c := range []struct {
		name   string
		served func([]byte) []byte
		env    []string
		args   []string
		says   string
	}{
		{"another file", changed, nil, nil, "SECURITY ERROR"},
		{"a page of a proxy", html, nil, nil, "SECURITY ERROR"},
		{"half of the file", cut, nil, nil, "SECURITY ERROR"},
		{"no such file", whole, []string{"GOSW_DOWNLOAD_URL=http://127.0.0.1:1"}, nil, "can't download"},
		{"no tool for SHA-256", whole, []string{tools("sha256sum", "shasum", "openssl")}, nil, "no program to check SHA-256"},
		{"no tool to download", whole, []string{tools("curl", "wget")}, nil, "curl or wget"},
		{"another version", whole, nil, []string{"--version", "1.2.2"}, "v1.2.2/install.sh"},
		{"unknown argument", whole, nil, []string{"--verify=no"}, "unknown argument"},
		{"a directory in the way", whole, nil, []string{"--prefix=/proc/self"}, "can't"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			site := newSite(t, c.served)
			for _, shell := range shells {
				shell, err := exec.LookPath(shell[0])
				if err != nil {
					t.Fatal(err)
				}
				command := []string{shell, site.script}
				if strings.HasSuffix(shell, "busybox") {
					command = []string{shell, "sh", site.script}
				}
				home := t.TempDir()
				out, err := site.run(t, home, c.env, append(command, c.args...)...)
				if err == nil || !strings.Contains(out, c.says) {
					t.Errorf("%s: %v\n%s, want %q", shell, err, out, c.says)
				}
				if names := left(t, home); names != nil {
					t.Errorf("%s: there is %v", shell, names)
				}
			}
		})
	}
}

// TestScriptCut cuts the script itself at every 100th byte.
func TestScriptCut(t *testing.T) {
	t.Parallel()
	site := newSite(t, whole)
	text := read(t, site.script)
	for name, shell := range shells {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home, script := t.TempDir(), filepath.Join(t.TempDir(), "install.sh")
			for n := 100; n < len(text)-3; n += 100 {
				if err := os.WriteFile(script, []byte(text[:n]), 0o644); err != nil {
					t.Fatal(err)
				}
				if out, err := site.run(t, home, nil, append(shell, script)...); err == nil {
					t.Errorf("cut at %d it succeeds: %s", n, out)
				}
			}
			if names := left(t, home); names != nil {
				t.Errorf("there is %v", names)
			}
		})
	}
}

// TestScriptDisk installs onto a disk that is full, and into a home that can't be
// written to, in a mount namespace.
func TestScriptDisk(t *testing.T) {
	t.Parallel()
	site := newSite(t, whole)
	namespace := []string{"unshare", "-m"}
	if os.Getuid() != 0 {
		namespace = []string{"unshare", "-rm"}
	}
	for name, options := range map[string]string{"full": "size=64k", "read-only": "ro"} {
		for shell, command := range shells {
			t.Run(name+"/"+shell, func(t *testing.T) {
				t.Parallel()
				home := t.TempDir()
				const inside = `mount -t tmpfs -o "$1" none "$HOME" || exit 0; shift; "$@"; code=$?; find "$HOME" -mindepth 1 >&2; [ $code != 0 ] && exit 7`
				args := append(namespace[:len(namespace):len(namespace)], "sh", "-c", inside, "sh", options)
				out, err := site.run(t, home, nil, append(append(args, command...), site.script)...)
				exit, ok := err.(*exec.ExitError)
				if !ok || exit.ExitCode() != 7 || strings.Contains(out, "\n"+home) {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
	}
}
