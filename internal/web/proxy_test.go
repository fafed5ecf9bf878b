package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"testing"
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
			if p.Base != nil {
				text = p.Base.String()
			}
			if p.OrNext {
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
		err = (&Proxies{List: list}).Try(t.Context(), func(base *url.URL) error {
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
	err = (&Proxies{List: list}).Try(ctx, func(*url.URL) error { n++; cancel(); return ctx.Err() })
	if n != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d tries, %v", n, err)
	}
}
