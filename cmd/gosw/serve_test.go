package main_test

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"html"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// A serving is a "gosw serve" that runs.
type serving struct {
	cmd    *exec.Cmd
	url    string // without a slash at its end
	stderr *bytes.Buffer
	ended  chan error
}

// serve starts "gosw serve" on a free port.
func (s *site) serve(args ...string) *serving {
	s.t.Helper()
	return s.serveFrom(s.server.Proxy(), args...)
}

// serveFrom is serve with another GOPROXY.
func (s *site) serveFrom(proxy string, args ...string) *serving {
	s.t.Helper()
	v := &serving{cmd: s.command(proxy, append([]string{"serve", "0"}, args...)...), stderr: new(bytes.Buffer), ended: make(chan error, 1)}
	v.cmd.Stderr = v.stderr
	out, err := v.cmd.StdoutPipe()
	if err == nil {
		err = v.cmd.Start()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() { v.ended <- v.cmd.Wait() }()
	s.t.Cleanup(func() { _ = v.cmd.Process.Kill() }) // if it runs still
	if err != nil {
		s.t.Fatalf("gosw serve: %v, %v\n%s", err, <-v.ended, v.stderr)
	}
	v.url = strings.TrimSuffix(line, "/\n")
	return v
}

// stop interrupts it, and returns what it has said.
func (v *serving) stop(t *testing.T) string {
	t.Helper()
	if err := v.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := <-v.ended; err != nil {
		t.Errorf("gosw serve: %v\n%s", err, v.stderr)
	}
	return v.stderr.String()
}

func get(t *testing.T, url string, headers ...string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(data)
}

// pre finds the commands of the page.
var pre = regexp.MustCompile(`(?s)<pre>(.*?)</pre>`)

// TestServePage runs the commands of the page as they stand there, in a shell, for a store with toy
// toolchains. The network is the server alone.
func TestServePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.run("install", "1.22.4", "1.27.4")
	v := s.serve("--offline")
	_, page := get(t, v.url)
	commands := pre.FindAllStringSubmatch(page, -1)
	if len(commands) != 3 {
		t.Fatalf("%d commands:\n%s", len(commands), page)
	}
	home := t.TempDir()
	for i, want := range []string{"installed go1.27.4", "go version go1.27.4 ", ""} {
		cmd := exec.Command("sh", "-euc", html.UnescapeString(commands[i][1]))
		cmd.Dir = home
		cmd.Env = []string{"HOME=" + home, "PATH=" + programs + ":" + os.Getenv("PATH"), "GOSUMDB=" + s.server.SumDB(), "GOFLAGS=-modcacherw", "GOCOVERDIR=" + coverage}
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v\n%s", cmd, err, out)
		}
	}
	env, err := os.ReadFile(filepath.Join(home, ".config", "go", "env"))
	if err != nil || !strings.HasPrefix(string(env), "GOPROXY="+v.url+",") {
		t.Errorf("%s, %v", env, err)
	}
	var list struct {
		Toolchains []struct {
			Version, H1 string
			Record      int
		}
	}
	_, data := get(t, v.url, "Accept", "application/json")
	if err := json.Unmarshal([]byte(data), &list); err != nil || len(list.Toolchains) != 2 ||
		list.Toolchains[0].Version != "go1.27.4" || list.Toolchains[1].H1 != s.server.H1("1.22.4") || list.Toolchains[0].Record == 0 {
		t.Errorf("%v, %s", err, data)
	}
	if said := v.stop(t); strings.Count(said, "\ngosw: added go1.27.4 ") != 1 || !strings.Contains(said, `.zip HTTP/1.1" 20`) {
		t.Errorf("it said:\n%s", said)
	}
}

// TestServeMany has nine processes, or as many as GOSW_SERVE_CLIENTS says, install three versions at once, from
// a store that nobody has packed anything of. "make serve" has 200, and versions of a size.
func TestServeMany(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	versions, clients := []string{"1.22.4", "1.26.11", "1.27.4"}, 9
	if n, err := strconv.Atoi(os.Getenv("GOSW_SERVE_CLIENTS")); err == nil {
		versions, clients = []string{"1.25.7", "1.25.8", "1.25.9"}, n
		for _, version := range versions {
			if err := s.server.AddLarge(version, 4<<20); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.run(append([]string{"install"}, versions...)...)
	v := s.serve("--offline")
	var wait sync.WaitGroup
	for i := range clients {
		client := &site{t: t, home: t.TempDir(), server: s.server}
		wait.Go(func() {
			if out, err := client.command(v.url, "install", versions[i%3]).CombinedOutput(); err != nil {
				t.Errorf("install: %v\n%s", err, out)
			}
			if n := client.checkWhole(); n != 1 {
				t.Errorf("%d toolchains", n)
			}
		})
	}
	wait.Wait()
	if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", v.cmd.Process.Pid)); err == nil {
		t.Logf("%s", regexp.MustCompile(`VmHWM:.*`).Find(status))
	}
	_, sent := get(t, v.url+"/metrics")
	t.Logf("%s", regexp.MustCompile(`gosw_sent_bytes_total\{kind="zip"\} \d+`).FindString(sent))
	if said := v.stop(t); strings.Count(said, "gosw: added go") != 3 {
		t.Errorf("it said:\n%s", said)
	}
}

// TestServeUninstalled uninstalls a version that is served.
func TestServeUninstalled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.run("install", "1.22.4", "1.27.4")
	module := "v0.0.1-go1.22.4." + platform()
	v := s.serve("--offline")
	client := &site{t: t, home: t.TempDir(), server: s.server}
	if out, err := client.command(v.url, "install", "1.22.4").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	s.run("uninstall", "1.22.4")
	if _, list := get(t, v.url+"/golang.org/toolchain/@v/list"); strings.Contains(list, module) {
		t.Errorf("the list has it still:\n%s", list)
	}
	if _, page := get(t, v.url); strings.Contains(page, "go1.22.4") || !strings.Contains(page, "go1.27.4") {
		t.Errorf("the page:\n%s", page)
	}
	v.stop(t)
	v = s.serve("--offline") // which has forgotten it
	if status, _ := get(t, v.url+"/golang.org/toolchain/@v/"+module+".zip"); status != http.StatusNotFound {
		t.Errorf("status %d", status)
	}
	v.stop(t)
}

// TestServeUpstream reads through to a proxy, into a directory that is a mirror then.
func TestServeUpstream(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.serve("--dir", "srv", "--upstream")
	client := &site{t: t, home: t.TempDir(), server: s.server}
	if out, err := client.command(v.url, "install", "latest", "1.22").CombinedOutput(); err != nil || !strings.Contains(string(out), "installed go1.22.12") {
		t.Errorf("%v\n%s", err, out)
	}
	if said := v.stop(t); strings.Contains(said, "error") {
		t.Errorf("it said:\n%s", said)
	}
	if out := s.run("mirror", "srv", "--verify"); !strings.HasPrefix(out, "srv: ok, 2 releases") {
		t.Errorf("mirror --verify: %s", out)
	}

	// A proxy that sends something else: nobody gets it.
	v = s.serveFrom(s.server.Bad(fetchtest.AlteredZip), "--dir", "bad", "--upstream")
	zip := "/golang.org/toolchain/@v/v0.0.1-go1.27.4." + platform() + ".zip"
	if status, body := get(t, v.url+zip); status != http.StatusBadGateway {
		t.Errorf("%d, %s", status, body)
	}
	if said := v.stop(t); !strings.Contains(said, "checksum mismatch") {
		t.Errorf("it said:\n%s", said)
	}
	if _, err := os.Stat(filepath.Join(s.home, "bad", filepath.FromSlash(zip))); err == nil {
		t.Error("it was kept")
	}
}

func platform() string { return runtime.GOOS + "-" + runtime.GOARCH }

// TestServeStop ends a server with a download that nobody reads on: the first signal waits for it, the
// second one does not.
func TestServeStop(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := s.server.AddLarge("1.27.9", 32<<20); err != nil {
		t.Fatal(err)
	}
	s.run("mirror", "srv", "1.27.9")
	v := s.serve("--dir", "srv")
	conn, err := net.Dial("tcp", strings.TrimPrefix(v.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = fmt.Fprintf(conn, "GET /golang.org/toolchain/@v/v0.0.1-go1.27.9.%s.zip HTTP/1.1\r\nHost: x\r\n\r\n", platform())
	if _, err := io.ReadFull(conn, make([]byte, 1024)); err != nil {
		t.Fatal(err)
	}
	_ = v.cmd.Process.Signal(syscall.SIGINT)
	select {
	case err := <-v.ended:
		t.Fatalf("ended: %v\n%s", err, v.stderr)
	case <-time.After(time.Second):
	}
	_ = v.cmd.Process.Signal(syscall.SIGINT)
	err = <-v.ended
	exit := (*exec.ExitError)(nil)
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGINT || !strings.Contains(v.stderr.String(), "gosw: stopping when") {
		t.Errorf("%v\n%s", err, v.stderr)
	}
}

// TestServeTLS has gosw install over https, by a certificate that the client trusts.
func TestServeTLS(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.run("mirror", "srv", "1.27.4")
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	cert, err := x509.CreateCertificate(rand.Reader, &about, &about, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: cert}, "key.pem": {Type: "PRIVATE KEY", Bytes: key}} {
		if err := os.WriteFile(filepath.Join(s.home, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	v := s.serve("--dir", "srv", "--cert", "cert.pem", "--key", "key.pem")
	cmd := s.command(v.url, "install", "1.27.4")
	cmd.Env = append(cmd.Env, "SSL_CERT_FILE="+filepath.Join(s.home, "cert.pem"))
	if out, err := cmd.CombinedOutput(); err != nil || !strings.HasPrefix(v.url, "https://") {
		t.Errorf("%v\n%s", err, out)
	}
	if said := v.stop(t); !strings.Contains(said, `.zip HTTP/2.0" 20`) {
		t.Errorf("it said:\n%s", said)
	}
}
