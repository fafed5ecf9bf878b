//go:build fleet && linux

// Package main_test has real clients of a real mirror: releases of the go command from 1.21 on and gosw, with the public
// checksum database's records, in a network namespace without a route, over files and the web servers that people
// have. "make fleet" runs it.
package main_test

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// clients are releases of the go command, and target what all of them are asked to switch to.
var clients = []string{"1.21.13", "1.24.13", "1.26.8", "1.27.4"}

const (
	target = "1.22.12"
	newest = "1.27.4"
)

// dir has what the tests work with, made where there is a network.
var dir = os.Getenv("GOSW_FLEET_DIR")

func TestMain(m *testing.M) {
	if dir == "" {
		fmt.Println("run by scripts/fleet")
		os.Exit(1)
	}
	lo, err := unix.NewIfreq("lo")
	if err == nil {
		lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
		var fd int
		if fd, err = unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0); err == nil {
			err = unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
		}
	}
	if err != nil {
		fmt.Println("bring lo up:", err)
		os.Exit(1)
	}
	if conn, err := net.DialTimeout("udp", "192.0.2.1:53", time.Second); err == nil {
		_ = conn.Close()
		fmt.Println("there is a route: this is no namespace of its own")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func srv(name string) string { return filepath.Join(dir, name) }

// A user has a home of their own.
type user struct {
	t    *testing.T
	home string
}

func newUser(t *testing.T) *user {
	t.Helper()
	u := &user{t, t.TempDir()}
	t.Cleanup(func() { _ = exec.Command("chmod", "-R", "u+w", u.home).Run() })
	return u
}

// run runs the go command of a release in a module, with all its settings as they are for who has set GOPROXY only.
func (u *user) run(client, proxy, toolchain, goLine string, args ...string) (string, error) {
	u.t.Helper()
	module, err := os.MkdirTemp(u.home, "module-")
	if err == nil {
		err = os.WriteFile(filepath.Join(module, "go.mod"), []byte("module example.com/m\n\ngo "+goLine+"\n"), 0o600)
	}
	if err != nil {
		u.t.Fatal(err)
	}
	goroot := srv("store/toolchains/go" + client)
	cmd := exec.CommandContext(u.t.Context(), filepath.Join(goroot, "bin", "go"), args...)
	cmd.Dir = module
	cmd.Env = []string{"HOME=" + u.home, "PATH=" + goroot + "/bin:/usr/bin:/bin", "GOPROXY=" + proxy, "GOTOOLCHAIN=" + toolchain, "GOFLAGS=-modcacherw"}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// installs makes sure that a client switches to a version that it has to download.
func (u *user) installs(client, proxy, version string) {
	u.t.Helper()
	if out, err := u.run(client, proxy, "go"+version, "1.21", "version"); err != nil || !strings.Contains(out, "go version go"+version+" ") {
		u.t.Errorf("go%s, %s: %v\n%s", client, proxy, err, out)
	}
	_ = os.RemoveAll(filepath.Join(u.home, "go", "pkg", "mod", "golang.org")) // and its zip, of 70 MB each
	_ = os.RemoveAll(filepath.Join(u.home, "go", "pkg", "mod", "cache", "download", "golang.org"))
}

func (u *user) gosw(args ...string) string {
	u.t.Helper()
	cmd := exec.CommandContext(u.t.Context(), srv("bin/gosw"), args...)
	cmd.Env = []string{"HOME=" + u.home, "PATH=/usr/bin:/bin", "GOPROXY=off"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		u.t.Fatalf("gosw %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// servers start a web server for a directory, and return its address.
var servers = map[string]func(t *testing.T, root string) string{
	"file": func(_ *testing.T, root string) string { return "file://" + root },
	"python": func(t *testing.T, root string) string {
		return start(t, "/usr/bin/env", "python3", "-m", "http.server", "-b", "127.0.0.1", "-d", root, "PORT")
	},
	"gosw": goswServe,
	"nginx": func(t *testing.T, root string) string {
		return startConf(t, "nginx", []string{"-c"}, `daemon off; pid PREFIX/pid; error_log PREFIX/error.log; user root;
events {}
http { access_log off; server { listen 127.0.0.1:PORT; root `+root+`; } }
`)
	},
	"apache": func(t *testing.T, root string) string {
		return startConf(t, "apache2", []string{"-X", "-f"}, `Listen 127.0.0.1:PORT
ServerName localhost
PidFile PREFIX/pid
ErrorLog PREFIX/error.log
DefaultRuntimeDir PREFIX
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
DocumentRoot `+root+`
`)
	},
}

func startConf(t *testing.T, program string, flags []string, conf string) string {
	prefix := t.TempDir()
	return start(t, append(append([]string{program}, flags...), strings.ReplaceAll(conf, "PREFIX", prefix))...)
}

// start runs a server until the test ends. The last argument is its port, or a configuration with that.
func start(t *testing.T, args ...string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	last := strings.ReplaceAll(args[len(args)-1], "PORT", port)
	if strings.Contains(last, "\n") {
		file := filepath.Join(t.TempDir(), "conf")
		if err := os.WriteFile(file, []byte(last), 0o600); err != nil {
			t.Fatal(err)
		}
		last = file
	}
	cmd := exec.Command(args[0], append(args[1:len(args)-1:len(args)-1], last)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(unix.SIGTERM); _ = cmd.Wait() })
	address := "http://127.0.0.1:" + port
	for range 100 {
		if answer, err := http.Get(address + "/sumdb/sum.golang.org/supported"); err == nil {
			_ = answer.Body.Close()
			return address
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s does not answer", args[0])
	return ""
}

// Each go command takes a toolchain from each kind of server; so does gosw.
func TestServers(t *testing.T) {
	for name, serve := range servers {
		t.Run(name, func(t *testing.T) {
			address := serve(t, srv("srv"))
			for _, client := range clients {
				newUser(t).installs(client, address, target)
			}
			u := newUser(t)
			if out := u.gosw("install", "--from", address, target); !strings.Contains(out, "verified by the checksum database") {
				t.Error(out)
			}
		})
	}
}

// The ways in which a go command comes to want a toolchain.
func TestWays(t *testing.T) {
	proxy := "file://" + srv("srv")
	for _, client := range clients {
		u := newUser(t)
		if client != newest {
			if out, err := u.run(client, proxy, "auto", newest, "version"); err != nil || !strings.Contains(out, "go version go"+newest) {
				t.Errorf("%s, auto: %v\n%s", client, err, out)
			}
			if out, err := u.run(client, proxy, "path", newest, "version"); err == nil || !strings.Contains(out, `cannot find "go`+newest+`" in PATH`) {
				t.Errorf("%s, path: %v\n%s", client, err, out)
			}
		}
		if out, err := u.run(client, proxy, "auto", "1.21", "get", "toolchain@latest"); err != nil || client != newest && !strings.Contains(out, newest) {
			t.Errorf("%s, get toolchain@latest: %v\n%s", client, err, out)
		}
		if out, err := u.run(client, proxy, "go1.22.11", "1.21", "version"); err == nil || !strings.Contains(out, "not available") {
			t.Errorf("%s, what the mirror does not have: %v\n%s", client, err, out)
		}
	}
}

// Clients that have seen one of four heads that the database signed at other times go on with the mirror, which was told of
// them; one that has seen a newer one than the mirror's is refused.
func TestHeads(t *testing.T) {
	heads := make(map[string]bool)
	for _, v := range clients {
		latest, err := os.ReadFile(srv("one-" + v + "/sumdb/sum.golang.org/latest"))
		if err != nil {
			t.Fatal(err)
		}
		heads[string(latest)] = true
		for _, client := range []string{clients[0], clients[3]} {
			u := newUser(t)
			file := filepath.Join(u.home, "go", "pkg", "sumdb", "sum.golang.org", "latest")
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, latest, 0o600); err != nil {
				t.Fatal(err)
			}
			u.installs(client, "file://"+srv("srv"), target)
		}
	}
	t.Logf("%d different heads", len(heads))
	for _, client := range clients {
		u := newUser(t)
		u.installs(client, "file://"+srv("srv"), target)
		if err := os.RemoveAll(filepath.Join(u.home, "go", "pkg", "mod")); err != nil { // which would join the two
			t.Fatal(err)
		}
		out, err := u.run(client, "file://"+srv("one-"+target), "go"+target, "1.21", "version")
		if err == nil || !strings.Contains(out, "no such file or directory") {
			t.Errorf("%s takes an older mirror: %v\n%s", client, err, out)
		}
	}
}

// alter writes a copy of a toolchain's zip in which one file is another one.
func alter(t *testing.T, from, to string) {
	t.Helper()
	zr, err := zip.OpenReader(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = zr.Close() }()
	_ = os.Remove(to)
	f, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	zw := zip.NewWriter(f)
	for _, entry := range zr.File {
		if !strings.HasSuffix(entry.Name, "/LICENSE") {
			err = errors.Join(err, zw.Copy(entry))
		} else if w, createErr := zw.Create(entry.Name); createErr == nil {
			_, err = w.Write([]byte("Do as you like.\n"))
		}
	}
	if err = errors.Join(err, zw.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

// Without "supported", go asks the database itself; a wrong zip is refused.
func TestRefused(t *testing.T) {
	zip := "/golang.org/toolchain/@v/v0.0.1-go" + target + "." + runtime.GOOS + "-" + runtime.GOARCH + ".zip"
	alter(t, srv("srv")+zip, srv("wrong")+zip)
	for _, test := range []struct{ name, why string }{{"unsupported", "sum.golang.org/"}, {"wrong", "checksum mismatch"}} {
		for _, client := range clients {
			out, err := newUser(t).run(client, "file://"+srv(test.name), "go"+target, "1.21", "version")
			if err == nil || !strings.Contains(out, test.why) {
				t.Errorf("%s, %s: %v\n%s", test.name, client, err, out)
			}
		}
	}
}

// What is packed from a store is taken like the published zip; also what a bundle brings.
func TestPacked(t *testing.T) {
	for _, client := range clients {
		newUser(t).installs(client, "file://"+srv("packed"), target)
	}
	newUser(t).gosw("install", "--from", srv("go.tar"), target)
	newUser(t).installs(clients[0], "file://"+srv("unpacked"), target)
}

// Figures for main.go: requests and bytes of each kind of install.
func TestFigures(t *testing.T) {
	var requests, bytes atomic.Int64
	files := http.FileServer(http.Dir(srv("srv")))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		files.ServeHTTP(counter{w, &bytes}, r)
	}))
	defer server.Close()
	figures := make(map[string][2]int64)
	measure := func(name string, do func()) {
		requests.Store(0)
		bytes.Store(0)
		do()
		figures[name] = [2]int64{requests.Load(), bytes.Load()}
	}
	plain, own := newUser(t), newUser(t)
	measure("plain go, first", func() { plain.installs(clients[2], server.URL, "1.22.5") })
	measure("plain go, next", func() { plain.installs(clients[2], server.URL, target) })
	measure("gosw, first", func() { own.gosw("install", "--from", server.URL, "1.22.5") })
	measure("gosw, next patch", func() { own.gosw("install", "--from", server.URL, target) })
	measure("gosw, next line", func() { own.gosw("install", "--from", server.URL, "1.24.13") })
	text, err := json.MarshalIndent(figures, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", text)
}

type counter struct {
	http.ResponseWriter
	bytes *atomic.Int64
}

func (c counter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.bytes.Add(int64(n))
	return n, err
}
