package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadBounded(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" || r.UserAgent() != "gosw-test" {
			t.Errorf("headers: %v", r.Header)
		}
		_, _ = w.Write(make([]byte, 1000))
	}))
	t.Cleanup(server.Close)
	w := newWeb(Config{UserAgent: "gosw-test"})
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Read(t.Context(), u, "something", 999); err == nil {
		t.Error("999 bytes: no error")
	}
	if data, err := w.Read(t.Context(), u, "something", 1000); err != nil || len(data) != 1000 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
}

func TestFileURLNotRegular(t *testing.T) {
	t.Parallel()
	w := newWeb(Config{})
	dir := filepath.ToSlash(t.TempDir())
	_, err := w.Open(t.Context(), &url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(dir, "/")}, "", nil)
	if err == nil || !strings.HasSuffix(err.Error(), "not a regular file") {
		t.Errorf("err = %v", err)
	}
}

func TestDisplay(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://u:p@example.com:8443/a%2fb?sig=x#y": "https://example.com:8443/a%2fb",
		"https://u@example.com":                      "https://example.com",
		"file:///srv/a b":                            "file:///srv/a%20b",
		"mailto:u:p@example.com":                     "mailto:…",
		"word":                                       "word",
	} {
		u, err := url.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := Display(u); got != want {
			t.Errorf("display(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCleanLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                            "",
		" two\twords \nmore":          "two words",
		"\x1b[31mred\x07\u202e\xff":   "[31mred",
		strings.Repeat("ä", 300):      strings.Repeat("ä", maxDetail) + "…",
		"\r\n\n first line\r\nsecond": "first line",
	} {
		if got := CleanLine(in); got != want {
			t.Errorf("cleanLine(%q) = %q, want %q", in, got, want)
		}
	}
}
