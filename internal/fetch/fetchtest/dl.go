package fetchtest

import (
	"fmt"
	"net/http"
	"strings"
)

const dlModule = "golang.org/dl"

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

// dlVersion returns the newest version of golang.org/dl: a new one for each
// release added.
func (s *Server) dlVersion() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprintf("v0.0.0-20240102%06d-0123456789ab", s.dlSerial)
}

func (s *Server) dlList() string {
	return s.dlVersion() + "\nv0.0.0-20140102030405-0123456789ab\n"
}

func (s *Server) dlZip() ([]byte, error) {
	prefix := dlModule + "@" + s.dlVersion() + "/"
	files := []file{
		{prefix + "LICENSE", "Do as you like.\n"},
		{prefix + "gotip/main.go", "package main\n"},
		{prefix + "go1.9.2rc2/main.go", "package main\n"},
		{prefix + "internal/version/version.go", "package version\n"},
	}
	for _, t := range s.listed() {
		files = append(files, file{prefix + t.version.String() + "/main.go", "package main\n"})
	}
	return zipOf(files)
}

func (q *request) serveDL(name string) {
	s := q.server
	version := s.dlVersion()
	info := fmt.Sprintf(`{"Version":%q,"Time":"2024-01-02T03:04:05Z"}`, version)
	switch {
	case q.mode == NoDL:
		q.status(http.StatusInternalServerError, "no dl today")
	case name == "@latest" && q.mode == LatestDL, name == "@v/"+version+".info":
		q.w.Header().Set("Content-Type", "application/json")
		q.write([]byte(info))
	case name == "@v/list":
		q.text(s.dlList())
	case name == "@v/"+version+".zip":
		data, err := s.dlZip()
		if err != nil {
			q.status(http.StatusInternalServerError, err.Error())
			return
		}
		q.w.Header().Set("Content-Type", http.DetectContentType(data))
		q.write(data)
	default:
		q.missing("not found: " + dlModule + "/" + name)
	}
}
