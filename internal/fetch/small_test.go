package fetch

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/web"
)

// What is shorter than the end of a zip is said to be none, whichever way it comes.
func TestStreamShort(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	for _, content := range []string{"P", "PK\x03\x04", "PK\x05\x06", strings.Repeat("x", 22-1), strings.Repeat("x", 22)} {
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/zip")
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader([]byte(content)))
		}))
		defer front.Close()
		_, _, err := fetchInto(t, newClient(t, s, proxyIs(front.URL)), "1.22.4")
		if !errors.As(err, new(*archive.Error)) && !errors.As(err, new(*web.ContentError)) {
			t.Errorf("%q: %v", content, err)
		}
	}
}

// Whenever it is interrupted, that is what is said, or else no problems.
func TestStreamCancelled(t *testing.T) {
	t.Parallel()
	s, _ := padded(t)
	whole, _, err := fetchInto(t, newClient(t, s, nil), "1.22.4")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		ctx, cancel := context.WithCancel(t.Context())
		dir, c, options := t.TempDir(), newClient(t, s, nil), Options{}
		if i%2 == 0 {
			options.Reuse = from(t, whole, dir, func(path string) (keep, lie bool) { return len(path)%3 > 0, i%4 == 0 })
		}
		timer := time.AfterFunc(time.Duration(i)*time.Millisecond, cancel)
		_, err := c.Fetch(ctx, version(t, "1.22.4"), openRoot(t, dir), options)
		timer.Stop()
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("after %d ms: %v", i, err)
		}
		noDownloads(t, c)
	}
}
