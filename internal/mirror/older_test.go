package mirror

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/sumdb"
)

// Gosw says that it is the copy that is behind. Of a server it can't tell that from a log
// that was rolled back.
func TestOlder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "1.22.4", "1.27.4")
	w.update(t, "1.22.4")
	w.Grow(1000)
	other := t.TempDir()
	c := w.fetcher(t, w.Proxy(), other)
	if _, err := c.Prove(t.Context(), releaseOf(t, "1.27.4").Version); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(w.dir)))
	defer server.Close()
	for proxy, rolledBack := range map[string]bool{w.url(): false, server.URL: true} {
		root, err := os.OpenRoot(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.fetcher(t, proxy, other).Fetch(t.Context(), releaseOf(t, "1.22.4").Version, root, fetch.Options{})
		var older *sumdb.OlderError
		var security *sumdb.SecurityError
		if rolledBack {
			if !errors.As(err, &security) || !strings.Contains(security.Reason, "is behind what it has said before") {
				t.Errorf("%s: %v", proxy, err)
			}
		} else if !errors.As(err, &older) || older.Offered >= older.Seen {
			t.Errorf("%s: %v", proxy, err)
		}
	}
}
