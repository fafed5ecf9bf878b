package fetch

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/web"
)

// security returns a check for a failed proof with a reason that has text.
func security(reason string) func(*testing.T, error) {
	return func(t *testing.T, err error) {
		t.Helper()
		var e *sumdb.SecurityError
		if !errors.As(err, &e) {
			t.Errorf("err = %v, want SecurityError", err)
			return
		}
		if e.Op != "verifying go1.22.4 "+host.String() || !strings.Contains(e.Reason, reason) {
			t.Errorf("err = %v, want reason %q", err, reason)
		}
		if e.Module == "" || len(e.Details) == 0 {
			t.Errorf("incomplete: %+v", e)
		}
		for _, line := range e.Details {
			if line != web.CleanLine(line) {
				t.Errorf("detail is not clean: %q", line)
			}
		}
	}
}

// plain returns a check for an error that is no failed proof.
func plain[E error](text string) func(*testing.T, error) {
	return func(t *testing.T, err error) {
		t.Helper()
		var e E
		var s *sumdb.SecurityError
		if errors.As(err, &s) || !errors.As(err, &e) || !strings.Contains(err.Error(), text) {
			t.Errorf("err = %v (%T), want %T with %q", err, err, e, text)
		}
	}
}

func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	for mode, check := range map[string]func(*testing.T, error){
		fetchtest.AlteredZip:    security("checksum mismatch"),
		fetchtest.ForgedRecord:  security("not authentic"),
		fetchtest.NoLine:        security("no checksum for it"),
		fetchtest.OtherVersion:  security("no checksum for it"),
		fetchtest.OldHead:       security("not authentic"),
		fetchtest.EmptyAnswer:   security("not authentic"),
		fetchtest.ForgedHead:    security("not authentic"),
		fetchtest.NotInDB:       security("no record"),
		fetchtest.WrongPlatform: plain[*archive.Error]("does not belong to v0.0.1-go1.22.4." + host.OS),
		fetchtest.WrongVersion:  plain[*archive.Error]("does not belong to"),
		fetchtest.Truncated:     plain[*web.TruncatedError]("connection lost after"),
		fetchtest.ResetMidBody:  plain[*web.TruncatedError]("connection lost after"),
		fetchtest.HTML:          plain[*web.ContentError]("the answer is text/html, not a zip file"),
		fetchtest.Status500:     plain[*web.StatusError]("500 Internal Server Error: out of order"),
		fetchtest.Database500:   plain[*sumdb.DatabaseError]("checksum database " + fetchtest.SumDBName),
		fetchtest.DatabaseGone:  plain[*sumdb.DatabaseError]("EOF"),
		fetchtest.DatabaseHTML:  plain[*sumdb.DatabaseError]("the answer is text/html"),
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := fetchtest.NewServer(t, "1.22.4", "1.22.3")
			c := newClient(t, s, proxyIs(s.Bad(mode)))
			_, _, err := fetchInto(t, c, "1.22.4")
			check(t, err)
			// The first asks for the end of the zip only.
			if n := s.Requests(".zip"); n > 2 && !isTransport(err) {
				t.Errorf("%d downloads, want no second try", n)
			}
			// Nothing of it may stay in the way of a good server.
			cfg := c.cfg
			cfg.Proxy = s.Proxy()
			good, err := New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := fetchInto(t, good, "1.22.4"); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// isTransport reports whether err is of the kind that another attempt may fix.
func isTransport(err error) bool {
	var truncated *web.TruncatedError
	var status *web.StatusError
	return errors.As(err, &truncated) || errors.As(err, &status)
}

func TestMismatchDetails(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	_, _, err := fetchInto(t, newClient(t, s, proxyIs(s.Bad(fetchtest.AlteredZip))), "1.22.4")
	var e *sumdb.SecurityError
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	if want := "verifying go1.22.4 " + host.String() + ": checksum mismatch"; err.Error() != want {
		t.Errorf("err = %q, want %q", err, want)
	}
	if len(e.Details) != 3 || !strings.HasPrefix(e.Details[0], "from: "+s.Bad(fetchtest.AlteredZip)) ||
		!strings.HasPrefix(e.Details[1], "downloaded: h1:") || strings.Contains(e.Details[1], s.H1("1.22.4")) ||
		e.Details[2] != fetchtest.SumDBName+": "+s.H1("1.22.4") {
		t.Errorf("details = %q", e.Details)
	}
}

func TestNotFound(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	for _, test := range []struct {
		mode   string
		status int
		text   string
	}{
		{"none", 404, "download go1.99.0 for " + host.String() + ": not found"},
		{fetchtest.Forbidden, 403, "download go1.99.0 for " + host.String() + ": not found (403 Forbidden: not found: v0.0.1-go1.99.0"},
	} {
		_, _, err := fetchInto(t, newClient(t, s, proxyIs(s.Bad(test.mode))), "1.99.0")
		var e *release.NotFoundError
		if !errors.As(err, &e) || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: err = %v, want NotFoundError", test.mode, err)
			continue
		}
		if e.Status != test.status || e.Version != version(t, "1.99.0") || e.Platform != host || e.Detail == "" || e.URL == "" {
			t.Errorf("%s: err = %+v", test.mode, e)
		}
		if !strings.HasPrefix(err.Error(), test.text) {
			t.Errorf("%s: err = %q, want %q", test.mode, err, test.text)
		}
	}
	if n := s.Requests("/lookup/"); n != 0 {
		t.Errorf("%d look-ups of what does not exist", n)
	}
}

func TestClosedPort(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	_, _, err := fetchInto(t, newClient(t, s, proxyIs(closedPort(t))), "1.22.4")
	var op *net.OpError
	if !errors.As(err, &op) || !strings.HasPrefix(err.Error(), "download go1.22.4 "+host.String()+": get http://127.0.0.1:") {
		t.Errorf("err = %v", err)
	}
	_, err = newClient(t, s, proxyIs(closedPort(t))).Releases(t.Context(), 0)
	if !errors.As(err, &op) || !strings.HasPrefix(err.Error(), "list Go releases: get http://127.0.0.1:") {
		t.Errorf("err = %v", err)
	}
}

// closedPort returns the address of a server that is gone.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return "http://" + l.Addr().String()
}

func TestUnwritable(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a file in place of a directory says something else there")
	}
	s := fetchtest.NewServer(t, "1.22.4")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"cache": func(cfg *Config) { cfg.CacheDir = file },
		"state": func(cfg *Config) { cfg.StateDir = file },
	} {
		_, _, err := fetchInto(t, newClient(t, s, change), "1.22.4")
		var security *sumdb.SecurityError
		if err == nil || errors.As(err, &security) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: err = %v", name, err)
		}
	}
}
