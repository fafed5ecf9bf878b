package fetch

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/web"
)

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
		{"off", web.ErrProxyOff},
		{"direct", web.ErrDirect},
		{b.Bad(fetchtest.ZipStatus500) + "," + b.Proxy(), &web.StatusError{}},
		{dead + "," + b.Proxy(), errors.ErrUnsupported}, // any
	} {
		// The database of a is not that of b: take b's from b.
		c := newClient(t, b, func(cfg *Config) {
			cfg.Proxy = test.proxy
			cfg.SumDB += " " + b.Proxy() + "/sumdb/" + fetchtest.SumDBName
		})
		_, _, err := fetchInto(t, c, "1.22.4")
		var status *web.StatusError
		switch {
		case test.err == nil && err != nil:
			t.Errorf("%s: %v", test.proxy, err)
		case test.err != nil && err == nil:
			t.Errorf("%s: no error", test.proxy)
		case errors.As(test.err, &status) && !errors.As(err, &status):
			t.Errorf("%s: err = %v, want StatusError", test.proxy, err)
		case errors.Is(test.err, fs.ErrNotExist) || errors.Is(test.err, web.ErrProxyOff) || errors.Is(test.err, web.ErrDirect):
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
		var e *web.NoProxyError
		if errors.As(err, &e) != refused || (err != nil) != refused {
			t.Errorf("%s: err = %v", patterns, err)
		}
		list, err := c.Releases(t.Context(), 0)
		if errors.As(err, &e) != refused || (err != nil) != refused || !refused && len(list.Versions) != 1 {
			t.Errorf("%s: Releases = %v, %v", patterns, list, err)
		}
	}
}
