package fetch

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// What is shorter than the end of a zip is said to be none, whichever way it comes.
func TestStreamShort(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	for _, content := range []string{"P", "PK\x03\x04", "PK\x05\x06", strings.Repeat("x", endLen-1), strings.Repeat("x", endLen)} {
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/zip")
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader([]byte(content)))
		}))
		defer front.Close()
		_, _, err := fetchInto(t, newClient(t, s, proxyIs(front.URL)), "1.22.4")
		if !errors.As(err, new(*ArchiveError)) && !errors.As(err, new(*ContentError)) {
			t.Errorf("%q: %v", content, err)
		}
	}
}
