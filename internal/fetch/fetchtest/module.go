package fetchtest

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
)

// A published is what a server has besides toolchains: other modules, and files.
type published struct {
	files   map[string][]byte         // by path
	records map[module.Version][]byte // lines of the checksum database
	cache   string                    // a module cache, "" for none
}

// AddProgram publishes a version whose bin/go is a script of the caller's.
func (s *Server) AddProgram(version, script string) error {
	if err := s.Add(version); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.releases[len(s.releases)-1]
	t.program = script
	return t.pack(t.files())
}

// AddFile publishes a file at path, "/releases/v0.2.0/release.note".
func (s *Server) AddFile(path string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.others.files == nil {
		s.others.files = make(map[string][]byte)
		s.others.records = make(map[module.Version][]byte)
	}
	s.others.files[path] = data
}

// AddModule publishes a version of a module: its go.mod, and the file that has its
// zip. What the checksum database has about a version is what it had first.
func (s *Server) AddModule(m module.Version, mod []byte, file string) error {
	zip, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	h1, err := dirhash.HashZip(file, dirhash.Hash1)
	if err != nil {
		return err
	}
	lines, err := recordLines(m, h1, mod)
	if err != nil {
		return err
	}
	base := "/" + m.Path + "/@v/" + m.Version
	s.AddFile(base+".info", fmt.Appendf(nil, `{"Version":%q,"Time":"2026-01-02T03:04:05Z"}`, m.Version))
	s.AddFile(base+".mod", mod)
	s.AddFile(base+".zip", zip)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.others.records[m] == nil {
		s.others.records[m] = lines
		list := "/" + m.Path + "/@v/list"
		s.others.files[list] = append(s.others.files[list], m.Version+"\n"...)
	}
	return nil
}

// AddModCache publishes all modules of a module cache, which a real go needs to
// build what is published.
func (s *Server) AddModCache(dir string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.others.cache = filepath.Join(dir, "cache", "download")
}

// other returns the file at path, of AddFile, AddModule or AddModCache.
func (s *Server) other(path string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if data, ok := s.others.files[path]; ok || s.others.cache == "" || !strings.Contains(path, "/@v/") {
		return data, ok
	}
	data, err := os.ReadFile(filepath.Join(s.others.cache, filepath.FromSlash(path)))
	return data, err == nil
}

func (s *Server) otherRecord(m module.Version) ([]byte, error) {
	s.mu.Lock()
	lines, cache := s.others.records[m], s.others.cache
	s.mu.Unlock()
	if lines != nil || cache == "" {
		return lines, map[bool]error{true: fmt.Errorf("not found: %w", fs.ErrNotExist)}[lines == nil]
	}
	path, err := module.EscapePath(m.Path)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(cache, path, "@v", m.Version)
	mod, err := os.ReadFile(file + ".mod")
	if err != nil {
		return nil, err
	}
	h1, _ := os.ReadFile(file + ".ziphash") // some are there by their go.mod only
	return recordLines(m, string(bytes.TrimSpace(h1)), mod)
}

func recordLines(m module.Version, h1 string, mod []byte) ([]byte, error) {
	modHash, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(mod)), nil })
	if err != nil {
		return nil, err
	}
	text := fmt.Appendf(nil, "%s %s/go.mod %s\n", m.Path, m.Version, modHash)
	if h1 != "" {
		text = append(fmt.Appendf(nil, "%s %s %s\n", m.Path, m.Version, h1), text...)
	}
	return text, nil
}

// serveOther sends a file, or as much of it as the mode says.
func (q *request) serveOther(data []byte) {
	if q.mode == Truncated || q.mode == ResetMidBody {
		q.w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		q.write(data[:len(data)/2])
		q.drop(q.mode == ResetMidBody)
		return
	}
	q.w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(q.w, q.r, "", time.Time{}, bytes.NewReader(data))
}
