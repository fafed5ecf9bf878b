package fetchtest

import (
	"net/http"
	"strings"
)

// toolchainList returns the lines of @v/list, with what a client has to skip.
func (s *Server) toolchainList() string {
	var text strings.Builder
	text.WriteString("v0.0.1-go1.9.2rc2.linux-amd64\nv0.0.1-go1.22.4.plan9-386\n")
	for _, t := range s.listed() {
		text.WriteString(t.module() + "\n")
	}
	return text.String()
}

// list sends a list to a client that does not have it.
func (q *request) list(text string) {
	etag := `"` + hash([]byte(text))[:16] + `"`
	q.w.Header().Set("ETag", etag)
	if q.r.Header.Get("If-None-Match") == etag {
		q.w.WriteHeader(http.StatusNotModified)
		return
	}
	q.text(text)
}
