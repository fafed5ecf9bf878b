package serve

import (
	"bytes"
	"context"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/gosw/gosw/internal/release"
)

// releaseOf returns the release that a file is about.
func (s *Server) releaseOf(name string) (release.Release, bool) {
	version, ok := strings.CutPrefix(name, s.sumdb("lookup/"+release.Module+"@"))
	if !ok {
		if version, ok = strings.CutPrefix(name, zips); ok {
			dot := strings.LastIndexByte(version, '.')
			ok = dot > 0 && slices.Contains([]string{".zip", ".mod", ".info"}, version[dot:])
			if ok {
				version = version[:dot]
			}
		}
	}
	version, is := strings.CutPrefix(version, "v0.0.1-")
	r, exact := release.Parse(version)
	return r, ok && is && exact
}

// provide brings a release into the directory, once for all who ask for it at a time. It goes on
// when they have left: the next one will ask.
func (s *Server) provide(ctx context.Context, r release.Release) error {
	done := s.flights.DoChan(r.String(), func() (any, error) {
		err := s.Provide(context.WithoutCancel(ctx), r)
		s.metrics.provided(err)
		return nil, err
	})
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case result := <-done:
		return result.Err
	}
}

// list sends the versions that there are, or can be had, as the protocol has them.
func (s *Server) list(w *writer, r *http.Request) {
	releases, err := s.List(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	var lines []string
	for _, r := range releases {
		lines = append(lines, r.Module()+"\n")
	}
	slices.Sort(lines)
	s.text(w, r, strings.Join(slices.Compact(lines), ""))
}

// tile sends a tile that the directory lacks: a client needs it that has seen a newer state of the
// database than the directory has. The client proves it.
func (s *Server) tile(w *writer, r *http.Request, name string) {
	if _, err := tlog.ParseTilePath(name); err != nil {
		s.fail(w, r, fs.ErrNotExist)
		return
	}
	data, err := s.Tile(r.Context(), name)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}
