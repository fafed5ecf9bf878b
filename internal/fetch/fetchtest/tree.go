package fetchtest

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/tlog"
)

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
