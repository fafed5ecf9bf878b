package web

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

// TestRedirectsTellNothing follows redirects through hosts that are not home,
// though net/http takes some of them for it.
func TestRedirectsTellNothing(t *testing.T) {
	t.Parallel()
	for _, hosts := range [][]string{
		{"example.com", "example.com"},
		{"example.com", "www.example.com"},
		{"example.com", "example.com:8443"},
		{"example.com", "www.example.com", "example.com"},
		{"example.com", "example.com:8443", "example.com", "example.com"},
	} {
		var logins []bool
		server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _, ok := r.BasicAuth()
			logins = append(logins, ok)
			if r.Referer() != "" {
				t.Errorf("%s: Referer %q", hosts, r.Referer())
			}
			if n := len(logins); n < len(hosts) {
				http.Redirect(w, r, "https://"+hosts[n]+"/?signature=s3cret", http.StatusFound)
			}
		}))
		t.Cleanup(server.Close)
		transport := server.Client().Transport.(*http.Transport).Clone()
		transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
		}
		t.Cleanup(transport.CloseIdleConnections)
		u := &url.URL{Scheme: "https", Host: hosts[0], Path: "/", User: url.UserPassword("somebody", "s3cret")}
		if _, err := newWeb(Config{Transport: transport}).Read(t.Context(), u, "something", 100); err != nil {
			t.Fatal(err)
		}
		home := true
		for i, login := range logins {
			home = home && hosts[i] == hosts[0]
			if login != home {
				t.Errorf("%s: login at hop %d: %v", hosts, i, login)
			}
		}
		if len(logins) != len(hosts) {
			t.Errorf("%s: %d requests", hosts, len(logins))
		}
	}
}
