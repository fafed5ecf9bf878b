package fetchtest

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/tlog"
)

// AddTree publishes the Go that is at goroot as a version, with the files that a module
// of it has.
func (s *Server) AddTree(version, goroot string) error {
	var files [][2]string
	err := filepath.WalkDir(goroot, func(path string, entry fs.DirEntry, err error) error {
		name, _ := filepath.Rel(goroot, path)
		name = filepath.ToSlash(name)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{"api", "doc", "misc", "test", ".git"}, name):
			return fs.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(path)
		if strings.HasSuffix(name, "/go.mod") {
			name = strings.TrimSuffix(name, "go.mod") + "_go.mod"
		}
		files = append(files, [2]string{name, string(data)})
		return err
	})
	if err != nil {
		return err
	}
	if err := s.Add(version); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.releases[len(s.releases)-1]
	t.tree = files
	return t.pack(files)
}

// WriteTree writes what the server has, database included, as a tree of files
// below dir: the URL of dir with the scheme file is a value for GOPROXY.
func (s *Server) WriteTree(dir string) error {
	paths := []string{
		toolchainModule + "/@v/list",
	}
	db := "sumdb/" + SumDBName + "/"
	var lookups []string
	for _, t := range s.all() {
		for _, ext := range []string{".info", ".mod", ".zip"} {
			paths = append(paths, toolchainModule+"/@v/"+t.module()+ext)
		}
		// First all records, so that every answer has the same, last tree.
		if _, err := s.log.add(module.Version{Path: toolchainModule, Version: t.module()}, t.lines()); err != nil {
			return err
		}
		lookups = append(lookups, db+"lookup/"+toolchainModule+"@"+t.module())
	}
	paths = append(append(paths, db+"supported", db+"latest"), lookups...)
	for _, tile := range tlog.NewTiles(8, 0, s.log.size()) {
		paths = append(paths, db+tile.Path())
	}
	for _, path := range paths {
		if err := s.writeAnswer(dir, path); err != nil {
			return err
		}
	}
	return nil
}

// writeAnswer writes what the well-behaved server says about path.
func (s *Server) writeAnswer(dir, path string) error {
	recorder := httptest.NewRecorder()
	(&request{server: s, w: recorder, r: httptest.NewRequest(http.MethodGet, "/"+path, nil)}).serve("/" + path)
	if recorder.Code != http.StatusOK {
		return &os.PathError{Op: "serve", Path: path, Err: fs.ErrNotExist}
	}
	name := filepath.Join(dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, recorder.Body.Bytes(), 0o644)
}
