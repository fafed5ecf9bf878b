//go:build unix && !darwin

package fetch

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/web"
)

// An httpProxy is one that companies have: it tunnels to any address, which is
// always that of one server here, perhaps for who knows the password only.
type httpProxy struct {
	*httptest.Server
	target string
	login  string // "user:password", "" for none

	mu      sync.Mutex
	tunnels []string // where to
}

func newHTTPProxy(t *testing.T, target *httptest.Server, login string) *httpProxy {
	t.Helper()
	p := &httpProxy{target: target.Listener.Addr().String(), login: login}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *httpProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(p.login))
	if p.login != "" && r.Header.Get("Proxy-Authorization") != want {
		http.Error(w, "who are you?", http.StatusProxyAuthRequired)
		return
	}
	if r.Method != http.MethodConnect {
		http.Error(w, "tunnels only", http.StatusMethodNotAllowed)
		return
	}
	p.mu.Lock()
	p.tunnels = append(p.tunnels, r.Host)
	p.mu.Unlock()
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer func() { _ = server.Close() }()
	client, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	defer func() { _ = client.Close() }()
	_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		_, _ = io.Copy(server, buf)
		_ = server.Close()
	}()
	_, _ = io.Copy(client, server)
}

func (p *httpProxy) seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tunnels
}

// address returns the proxy's URL with a login in it.
func (p *httpProxy) address(login string) string {
	if login == "" {
		return p.URL
	}
	return strings.Replace(p.URL, "://", "://"+login+"@", 1)
}

// TestFetchFromEnvironment is no test by itself: it is the process that
// TestHTTPProxy starts, since Go reads SSL_CERT_FILE and the proxies' variables
// once in a process.
func TestFetchFromEnvironment(t *testing.T) {
	sumdb := os.Getenv("FETCH_TEST_SUMDB")
	if sumdb == "" {
		return
	}
	c, err := New(Config{
		Proxy: os.Getenv("GOPROXY"), SumDB: sumdb, Auth: netrcAuth(t, os.Getenv("NETRC")), HTTPProxy: http.ProxyFromEnvironment,
		CacheDir: t.TempDir(), StateDir: t.TempDir(), Platform: host,
		limits: web.Limits{Wait: time.Millisecond, Answer: 20 * time.Second},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := fetchInto(t, c, "1.22.4"); err != nil {
		t.Fatal(err)
	}
	fmt.Println("fetched")
}

// TestHTTPProxy reaches a server with a certificate of its own authority and a
// password in netrc, through a proxy with a password, all as the environment
// says. The server's name is one that nothing else resolves.
func TestHTTPProxy(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	server := guarded(t, s)
	const login = "us%40er:p%3Ass"
	proxy := newHTTPProxy(t, server, "us@er:p:ss")
	dir := t.TempDir()
	authority, netrcFile := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "netrc")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(authority, block, 0o600); err != nil {
		t.Fatal(err)
	}
	entry := fmt.Sprintf("machine toolchains.example.com login %s password %s\n", user, password)
	if err := os.WriteFile(netrcFile, []byte(entry), 0o600); err != nil {
		t.Fatal(err)
	}
	const tunnel = "toolchains.example.com:443"
	for _, test := range []struct {
		name, change, want string
		tunnel             bool
	}{
		{"all well", "A=b", "fetched", true},
		{"unknown authority", "SSL_CERT_FILE=" + netrcFile, "certificate", true},
		{"no netrc", "NETRC=", "401 Unauthorized: who are you?", true},
		{"no login", "HTTPS_PROXY=" + proxy.address(""), "Proxy Authentication Required", false},
		{"wrong login", "HTTPS_PROXY=" + proxy.address("us%40er:s3cret"), "Proxy Authentication Required", false},
		{"NO_PROXY", "NO_PROXY=.example.com", "toolchains.example.com", false},
		{"gone", "HTTPS_PROXY=" + strings.Replace(closedPort(t), "://", "://user:s3cret@", 1), "after 2 attempts: proxyconnect tcp: dial tcp", false},
	} {
		before := len(proxy.seen())
		cmd := exec.Command(os.Args[0], "-test.run=^TestFetchFromEnvironment$", "-test.count=1")
		cmd.Env = append(os.Environ(), "GOPROXY=https://toolchains.example.com", "FETCH_TEST_SUMDB="+s.SumDB(),
			"NETRC="+netrcFile, "SSL_CERT_FILE="+authority, "SSL_CERT_DIR="+dir+"/none",
			"HTTPS_PROXY="+proxy.address(login), "https_proxy=", "NO_PROXY=", "no_proxy=", test.change)
		data, err := cmd.CombinedOutput()
		out := string(data)
		if (err == nil) != (test.want == "fetched") || !strings.Contains(out, test.want) ||
			strings.Contains(out, "s3cret") || strings.Contains(out, "p:ss") || strings.Contains(out, "p%3Ass") {
			t.Errorf("%s: %v: %s", test.name, err, out)
		}
		tunnels := proxy.seen()[before:]
		if (len(tunnels) > 0) != test.tunnel {
			t.Errorf("%s: tunnels to %q", test.name, tunnels)
		}
		for _, to := range tunnels {
			if to != tunnel {
				t.Errorf("%s: a tunnel to %s", test.name, to)
			}
		}
	}
}
