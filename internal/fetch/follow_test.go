package fetch

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/archive/hostile"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
)

func TestFollower(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "x"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	want := bytes.Repeat([]byte("0123456789"), 10_000)
	f := newFollower(file)
	go func() {
		for at := 0; at < len(want); at += 777 {
			end := min(at+777, len(want))
			if _, err := file.WriteAt(want[at:end], int64(at)); err != nil {
				t.Error(err)
			}
			f.advance(int64(end))
			if at == 777*50 { // the writer begins again: who reads waits until it is back
				f.advance(0)
			}
		}
		f.end()
	}()
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v; want %d", len(got), err, len(want))
	}
}

// An archive is unpacked while it arrives, also over a line that breaks; where
// the download begins again, or the archive is another one, what was unpacked
// does not count.
func TestArchiveArrives(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		cut     bool // the first answer ends half-way
		ranges  bool
		other   bool // the first half is of another file
		archive string
		err     string
	}{
		{name: "at once", ranges: true},
		{name: "broken off", cut: true, ranges: true},
		{name: "broken off, no ranges", cut: true},
		{name: "broken off, no ranges, changed", cut: true, other: true},
		{name: "altered", ranges: true, archive: fetchtest.AlteredArchive, err: "checksum mismatch"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := fetchtest.NewServer(t, "1.22.4")
			var asked atomic.Int32
			between := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.Contains(r.URL.Path, "/archive/") {
					s.ServeHTTP(w, r)
					return
				}
				if !test.ranges {
					r.Header.Del("Range")
				}
				answer := httptest.NewRecorder()
				s.ServeHTTP(answer, r)
				data := answer.Body.Bytes()
				w.Header().Set("Content-Length", strconv.Itoa(len(data)))
				if rng := answer.Header().Get("Content-Range"); rng != "" {
					w.Header().Set("Content-Range", rng)
				}
				w.WriteHeader(answer.Code)
				if asked.Add(1) == 1 && test.cut {
					data = data[:len(data)/2]
					if test.other {
						data[len(data)-100]++
					}
				}
				_, _ = w.Write(data)
			}))
			t.Cleanup(between.Close)
			c := newClient(t, s, with(sourceIs(release.SourceDL), func(cfg *Config) {
				cfg.DL, cfg.DLArchive = s.DL(), between.URL+"/dl/archive/"
				if test.archive != "" {
					cfg.DLArchive = between.URL + "/bad/" + test.archive + "/dl/archive/"
				}
			}))
			dir, proof, err := fetchInto(t, c, "1.22.4")
			if test.err != "" {
				if !errors.As(err, new(*sumdb.SecurityError)) || !strings.Contains(err.Error(), test.err) {
					t.Errorf("err = %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			checkTree(t, dir, "go1.22.4")
			if proof.H1 != s.H1("1.22.4") || proof.SHA256 == "" {
				t.Errorf("%+v", proof)
			}
		})
	}
}

// Files that were unpacked from the first half of another archive do not stay in
// the way of those that count.
func TestArchiveArrivesAgain(t *testing.T) {
	t.Parallel()
	r := release.Release{Version: version(t, "1.22.4"), Platform: host}
	pack := func(first byte) []byte {
		var tar bytes.Buffer
		noise := rand.NewChaCha8([32]byte{1})
		for i := range 20 {
			content := make([]byte, 300<<10)
			_, _ = noise.Read(content)
			if i == 0 {
				content[0] = first
			}
			if err := hostile.WriteEntry(&tar, fmt.Sprintf("go/src/%d", i), content); err != nil {
				t.Fatal(err)
			}
		}
		return hostile.Gzip(append(tar.Bytes(), make([]byte, 1024)...))
	}
	published, other := pack('a'), pack('b')
	if len(published) != len(other) {
		t.Fatal("archives of two sizes")
	}
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(published)))
		if asked.Add(1) == 1 {
			_, _ = w.Write(other[:len(other)/2])
			return
		}
		_, _ = w.Write(published)
	}))
	t.Cleanup(server.Close)
	c := newClient(t, fetchtest.NewServer(t), nil)
	d, remove, err := c.newDownload(r)
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	dir := t.TempDir()
	d.root, d.format = openRoot(t, dir), archive.DistTarGz
	u, err := url.Parse(server.URL + "/x.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	want := sha256.Sum256(published)
	if got, err := c.downloadSum(t.Context(), d, u, want); err != nil || got != want || d.sums != nil {
		t.Fatalf("%x, %v, %d bytes of sums", got, err, len(d.sums))
	}
	if sums, err := d.unpack(t.Context(), d.root); err != nil || bytes.Count(sums, []byte("\n")) != 20 {
		t.Errorf("%s%v", sums, err)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "src", "0")); err != nil || data[0] != 'a' {
		t.Errorf("the first file is another one, or %v", err)
	}
}
