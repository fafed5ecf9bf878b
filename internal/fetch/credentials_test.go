package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/goauth"
	"github.com/gosw/gosw/internal/web"
)

const user, password = "gopher", "s3cret"

// guarded lets only who knows the password through to s.
func guarded(t *testing.T, s *fetchtest.Server) *httptest.Server {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, _ := r.BasicAuth(); u != user || p != password {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}

// netrcAuth has the credentials of a netrc file.
func netrcAuth(t *testing.T, file string) web.Auth {
	t.Helper()
	auth, err := goauth.New("netrc", file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return auth
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	server := guarded(t, s)
	address := strings.TrimPrefix(server.URL, "https://")
	netrcFile := filepath.Join(t.TempDir(), "netrc")
	content := fmt.Sprintf("machine %s login %s password %s\n", address, user, password)
	if err := os.WriteFile(netrcFile, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, proxy, netrc string
		want               string // part of the error
	}{
		{"netrc", server.URL, netrcFile, ""},
		{"netrc and path", server.URL + "/bad/none", netrcFile, ""},
		{"userinfo", "https://" + user + ":" + password + "@" + address, "", ""},
		{"none", server.URL, "", "401 Unauthorized: who are you?"},
		{"no such netrc", server.URL, netrcFile + "x", "401 Unauthorized: who are you?"},
		{"unreadable netrc", server.URL, filepath.Dir(netrcFile), "401 Unauthorized: GOAUTH: read netrc"},
		{"wrong userinfo", "https://" + user + ":" + password + "x@" + address, "", "401 Unauthorized: who are you?"},
		{"userinfo without https", "http://" + user + ":" + password + "@" + address, "", "refusing to send credentials without https"},
	} {
		c := newClient(t, s, func(cfg *Config) {
			cfg.Proxy, cfg.Auth = test.proxy, netrcAuth(t, test.netrc)
			cfg.Transport = server.Client().Transport
		})
		_, proof, err := fetchInto(t, c, "1.22.4")
		switch {
		case test.want == "" && err != nil, test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: err = %v, want %q", test.name, err, test.want)
		case err == nil && strings.Contains(proof.Source, password):
			t.Errorf("%s: Source = %s", test.name, proof.Source)
		}
		if _, listErr := c.Releases(t.Context(), 0); (listErr == nil) != (test.want == "") {
			t.Errorf("%s: Releases: %v", test.name, listErr)
		} else if err != nil {
			err = errors.Join(err, listErr)
		}
		if err != nil && (strings.Contains(err.Error(), password) || strings.Contains(err.Error(), user)) {
			t.Errorf("%s: shows credentials: %v", test.name, err)
		}
	}
}

// A netrc entry must not be sent in clear, nor to another host.
func TestCredentialsStayAtHome(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	var seen []string
	foreign := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(foreign.Close)
	home := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, _, ok := r.BasicAuth(); !ok {
			t.Error("no credentials at home")
		}
		to := strings.Replace(foreign.URL, "127.0.0.1", "example.com", 1)
		http.Redirect(w, r, to+r.URL.Path, http.StatusFound)
	}))
	t.Cleanup(home.Close)
	netrcFile := filepath.Join(t.TempDir(), "netrc")
	content := "machine " + strings.TrimPrefix(home.URL, "https://") + " login a password b\n"
	if err := os.WriteFile(netrcFile, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	c := newClient(t, s, func(cfg *Config) {
		cfg.Proxy, cfg.Auth, cfg.Transport = home.URL, netrcAuth(t, netrcFile), redirected{home.Client().Transport, foreign}
	})
	if _, _, err := fetchInto(t, c, "1.22.4"); err != nil {
		t.Fatal(err)
	}
	for _, header := range seen {
		if header != "" {
			t.Errorf("credentials went to another host: %q", header)
		}
	}
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if header := r.Header.Get("Authorization"); header != "" {
			t.Errorf("credentials went over http: %q", header)
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(plain.Close)
	content = "machine " + strings.TrimPrefix(plain.URL, "http://") + " login a password b\n"
	if err := os.WriteFile(netrcFile, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	inClear := newClient(t, s, func(cfg *Config) { cfg.Proxy, cfg.Auth = plain.URL, netrcAuth(t, netrcFile) })
	if _, _, err := fetchInto(t, inClear, "1.22.4"); err != nil {
		t.Fatal(err)
	}
	if len(seen) == 0 {
		t.Error("no request was redirected")
	}
}

// redirected sends what is for example.com to another server.
type redirected struct {
	home    http.RoundTripper
	foreign *httptest.Server
}

func (d redirected) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Hostname() == "example.com" {
		r = r.Clone(r.Context())
		r.URL.Host = strings.TrimPrefix(d.foreign.URL, "https://")
		return d.foreign.Client().Transport.RoundTrip(r)
	}
	return d.home.RoundTrip(r)
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	var server *httptest.Server
	server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/insecure/"):
			http.Redirect(w, r, s.Proxy()+"/x?signature=s3cret", http.StatusFound)
		case strings.HasPrefix(r.URL.Path, "/loop/"):
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		case strings.HasPrefix(r.URL.Path, "/other/"):
			http.Redirect(w, r, server.URL+strings.TrimPrefix(r.URL.Path, "/other"), http.StatusFound)
		default:
			s.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	for path, want := range map[string]string{
		"/insecure": "redirect from https to insecure " + s.Proxy() + "/x",
		"/loop":     "stopped after 10 redirects",
		"/other":    "",
	} {
		c := newClient(t, s, func(cfg *Config) {
			cfg.Proxy, cfg.Transport = server.URL+path, server.Client().Transport
		})
		_, proof, err := fetchInto(t, c, "1.22.4")
		if want == "" {
			if err != nil || !strings.Contains(proof.Source, "/other/golang.org/") {
				t.Errorf("%s: %+v, %v", path, proof, err)
			}
			continue
		}
		if err == nil || !strings.HasSuffix(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: err = %v, want %q", path, err, want)
		}
	}
}

// TestReadSlow has a server that sends a byte from time to time: it is never
// silent, and never done.
func TestReadSlow(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte("v"))
			_ = http.NewResponseController(w).Flush()
			time.Sleep(10 * time.Millisecond)
		}
	}))
	t.Cleanup(server.Close)
	c := newClient(t, fetchtest.NewServer(t), func(cfg *Config) {
		cfg.Proxy, cfg.Stall = server.URL, 200*time.Millisecond
	})
	if _, err := c.Releases(t.Context(), 0); !errors.Is(err, web.ErrSlow) {
		t.Errorf("err = %v, want ErrSlow", err)
	}
}

// Credentials of a command are for their host only, whatever header field they
// are in, and are asked for when a server wants some.
func TestCredentialsOfCommand(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	foreign := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Private-Token") != "" || r.Header.Get("Authorization") != "" {
			t.Errorf("credentials went to another host: %v", r.Header)
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(foreign.Close)
	var refused, answered atomic.Int32
	home := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Private-Token") != password:
			refused.Add(1)
			http.Error(w, "who are you?", http.StatusUnauthorized)
		case strings.HasSuffix(r.URL.Path, ".zip"):
			http.Redirect(w, r, strings.Replace(foreign.URL, "127.0.0.1", "example.com", 1)+r.URL.Path, http.StatusFound)
		default:
			answered.Add(1)
			s.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(home.Close)
	auth := &askedAuth{header: http.Header{"Private-Token": {password}, "Range": {"bytes=0-0"}, "User-Agent": {"x"}}}
	c := newClient(t, s, func(cfg *Config) {
		cfg.Proxy, cfg.Auth, cfg.Transport = home.URL, auth, redirected{home.Client().Transport, foreign}
	})
	if _, _, err := fetchInto(t, c, "1.22.4"); err != nil {
		t.Fatal(err)
	}
	if n := refused.Load(); n == 0 || n > 4 || answered.Load() == 0 || auth.runs == 0 {
		t.Errorf("%d refused, %d answered, asked %d times", n, answered.Load(), auth.runs)
	}
	auth.header, auth.err = nil, errors.New("helper: exit status 1")
	_, _, err := fetchInto(t, c, "1.22.4")
	if err == nil || !strings.HasSuffix(err.Error(), "401 Unauthorized: helper: exit status 1") {
		t.Errorf("err = %v", err)
	}
}

// An askedAuth has nothing before it is asked about a refusal.
type askedAuth struct {
	mu     sync.Mutex
	header http.Header
	err    error
	runs   int
}

func (a *askedAuth) Header(_ context.Context, u *url.URL, refusal *http.Response) (http.Header, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if u.Scheme != "https" || u.User != nil {
		return nil, errors.New("not to be asked about " + u.String())
	}
	if refusal != nil {
		a.runs++
	}
	if a.runs == 0 {
		return nil, a.err
	}
	return a.header.Clone(), a.err
}
