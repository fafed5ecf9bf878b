package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

func TestParseProxies(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value string
		want  string // elements; "+" where any error leads on
	}{
		{"https://a.example", "https://a.example"},
		{"https://a.example,direct", "https://a.example direct"},
		{" https://a.example | http://b.example/x , off", "https://a.example+ http://b.example/x off"},
		{"a.example/path", "https://a.example/path"},
		{"file:///srv/proxy", "file:///srv/proxy"},
		{",,https://a.example,,", "https://a.example"},
		{"off", "off"},
		{"direct,https://a.example", "direct"},
		{"off|https://a.example", "off"},
	} {
		list, err := parseProxies(test.value)
		if err != nil {
			t.Errorf("%q: %v", test.value, err)
			continue
		}
		var got []string
		for _, p := range list {
			text := map[error]string{ErrProxyOff: "off", ErrDirect: "direct"}[p.word]
			if p.base != nil {
				text = p.base.String()
			}
			if p.orNext {
				text += "+"
			}
			got = append(got, text)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%q = %q, want %q", test.value, got, test.want)
		}
	}
}

func TestParseProxiesErrors(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"":                                 "GOPROXY has no entries",
		", |":                              "GOPROXY has no entries",
		"ftp://example.com":                "unknown scheme",
		"nonsense":                         "no scheme",
		"https://":                         "no host",
		"/srv/proxy":                       "no scheme",
		"file://host/srv":                  "more than a path",
		"file:///srv?x=1":                  "more than a path",
		"file:srv":                         "",
		"https://me:secret@exa mple.com":   "not shown",
		"https://me:sec/ret@example.com:x": "not shown",
		"https://me:secret@%zz":            "not shown",
		"gopher://me:secret@h":             "unknown scheme",
		"https://example.com,http://[::1":  "not a URL",
	} {
		list, err := parseProxies(value)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q = %v, %v, want %q", value, list, err, want)
		}
	}
}

// try is tested by which of the proxies answers what.
func TestTry(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, test := range []struct {
		list  string // of hosts, which say how they answer
		tried string
		want  error
	}{
		{"ok", "ok", nil},
		{"404,ok", "404 ok", nil},
		{"404|ok", "404 ok", nil},
		{"500,ok", "500", broken},
		{"500|ok", "500 ok", nil},
		{"500|404", "500 404", broken},
		{"404,500", "404 500", broken},
		{"404,404", "404 404", fs.ErrNotExist},
		{"404,direct", "404", fs.ErrNotExist},
		{"404,off", "404", fs.ErrNotExist},
		{"500|direct", "500", broken},
		{"direct", "", ErrDirect},
		{"off", "", ErrProxyOff},
		{"off,ok", "", ErrProxyOff},
		{"direct|ok", "", ErrDirect},
	} {
		value := test.list
		for _, host := range []string{"ok", "404", "500"} {
			value = strings.ReplaceAll(value, host, "http://"+host)
		}
		list, err := parseProxies(value)
		if err != nil {
			t.Fatal(err)
		}
		var tried []string
		err = (&proxies{list: list}).try(t.Context(), func(base *url.URL) error {
			tried = append(tried, base.Host)
			switch base.Host {
			case "404":
				return &StatusError{Status: 404}
			case "500":
				return fmt.Errorf("wrapped: %w", broken)
			}
			return nil
		})
		if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) || strings.Join(tried, " ") != test.tried {
			t.Errorf("%s: tried %v, err = %v, want %q and %v", test.list, tried, err, test.tried, test.want)
		}
	}
}

func TestTryStopsWhenCanceled(t *testing.T) {
	t.Parallel()
	list, err := parseProxies("http://a|http://b")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err = (&proxies{list: list}).try(ctx, func(*url.URL) error { n++; cancel(); return ctx.Err() })
	if n != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d tries, %v", n, err)
	}
}

func TestProxyLists(t *testing.T) {
	t.Parallel()
	a, b := fetchtest.NewServer(t, "1.21.0"), fetchtest.NewServer(t, "1.22.4")
	dead := closedPort(t)
	for _, test := range []struct {
		proxy string
		err   error
	}{
		{a.Proxy() + "," + b.Proxy(), nil},
		{dead + "|" + b.Proxy(), nil},
		{b.Bad(fetchtest.ZipStatus500) + "|" + b.Proxy(), nil},
		{b.Bad(fetchtest.Truncated) + "|" + b.Proxy(), nil},
		{b.Bad(fetchtest.HTML) + "|" + b.Proxy(), nil},
		{b.Proxy() + ",direct", nil},
		{a.Proxy(), fs.ErrNotExist},
		{a.Proxy() + ",direct", fs.ErrNotExist},
		{a.Proxy() + ",off", fs.ErrNotExist},
		{"off", ErrProxyOff},
		{"direct", ErrDirect},
		{b.Bad(fetchtest.ZipStatus500) + "," + b.Proxy(), &StatusError{}},
		{dead + "," + b.Proxy(), errors.ErrUnsupported}, // any
	} {
		// The database of a is not that of b: take b's from b.
		c := newClient(t, b, func(cfg *Config) {
			cfg.Proxy = test.proxy
			cfg.SumDB += " " + b.Proxy() + "/sumdb/" + fetchtest.SumDBName
		})
		_, _, err := fetchInto(t, c, "1.22.4")
		var status *StatusError
		switch {
		case test.err == nil && err != nil:
			t.Errorf("%s: %v", test.proxy, err)
		case test.err != nil && err == nil:
			t.Errorf("%s: no error", test.proxy)
		case errors.As(test.err, &status) && !errors.As(err, &status):
			t.Errorf("%s: err = %v, want StatusError", test.proxy, err)
		case errors.Is(test.err, fs.ErrNotExist) || errors.Is(test.err, ErrProxyOff) || errors.Is(test.err, ErrDirect):
			if !errors.Is(err, test.err) {
				t.Errorf("%s: err = %v, want %v", test.proxy, err, test.err)
			}
		}
	}
}

func TestNoProxy(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	for patterns, refused := range map[string]bool{
		"golang.org/*":                   true,
		"golang.org":                     true,
		"example.com,golang.org/toolch*": true,
		"example.com":                    false,
		"golang.org/dl":                  false,
	} {
		c := newClient(t, s, func(cfg *Config) { cfg.NoProxy = patterns })
		_, _, err := fetchInto(t, c, "1.22.4")
		var e *NoProxyError
		if errors.As(err, &e) != refused || (err != nil) != refused {
			t.Errorf("%s: err = %v", patterns, err)
		}
		list, err := c.Releases(t.Context(), 0)
		if errors.As(err, &e) != refused || (err != nil) != refused || !refused && len(list.Versions) != 1 {
			t.Errorf("%s: Releases = %v, %v", patterns, list, err)
		}
	}
}
