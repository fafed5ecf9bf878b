package fetch

import (
	"crypto/sha256"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/tree"
)

// padded starts a server with a release that is larger than the tail that is
// asked for first.
func padded(t *testing.T) (*fetchtest.Server, int64) {
	t.Helper()
	s := fetchtest.NewServer(t)
	if err := s.AddPadded("1.22.4", 120); err != nil {
		t.Fatal(err)
	}
	_, proof, err := fetchInto(t, newClient(t, s, nil), "1.22.4")
	if err != nil {
		t.Fatal(err)
	}
	if proof.Size < streamTail+(1<<20) {
		t.Fatalf("%d bytes are too few for this test", proof.Size)
	}
	return s, proof.Size
}

// One pass: each byte comes once, in two requests.
func TestStreamBytes(t *testing.T) {
	t.Parallel()
	s, size := padded(t)
	s.Reset()
	_, proof, err := fetchInto(t, newClient(t, s, nil), "1.22.4")
	if err != nil {
		t.Fatal(err)
	}
	if sent := s.Sent(".zip"); sent != size || proof.Received != size || s.Requests(".zip") != 2 {
		t.Errorf("%d bytes sent, %d received in %d requests, want %d in 2", sent, proof.Received, s.Requests(".zip"), size)
	}
}

// from returns a Reuse that takes files from dir, which is another tree of the
// same release, and asks spoil what to do with each.
func from(t *testing.T, dir, into string, spoil func(path string) (keep, lie bool)) func() tree.Reuse {
	t.Helper()
	reuse := func(path string, size int64, crc uint32) (sum [32]byte, ok bool) {
		keep, lie := spoil(path)
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
		if err != nil || !keep || int64(len(data)) != size || crc32.ChecksumIEEE(data) != crc {
			return sum, false
		}
		sum = sha256.Sum256(data)
		if lie {
			data = append(data, '!')
			sum = sha256.Sum256(data)
		}
		name := filepath.Join(into, filepath.FromSlash(path))
		info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(path)))
		if err == nil {
			err = os.WriteFile(name, data, info.Mode())
		}
		if err != nil {
			t.Error(err)
		}
		return sum, err == nil
	}
	return func() tree.Reuse { return reuse }
}

// What is here already is not downloaded. What was a lie is, all of it.
func TestReuse(t *testing.T) {
	t.Parallel()
	s, size := padded(t)
	whole, _, err := fetchInto(t, newClient(t, s, nil), "1.22.4")
	if err != nil {
		t.Fatal(err)
	}
	want := readTree(t, whole)
	for _, test := range []struct {
		name  string
		spoil func(path string) (keep, lie bool)
		least int64 // bytes received
		most  int64
	}{
		{"all", func(string) (bool, bool) { return true, false }, 1000, streamTail},
		{"none", func(string) (bool, bool) { return false, false }, size, size},
		{"all but one", func(path string) (bool, bool) { return path != "src/padding/00.txt", false }, streamTail, streamTail + 100_000},
		{"one of two", func(path string) (bool, bool) { return len(path)%2 == 0, false }, streamTail, size},
		{"a lie", func(path string) (bool, bool) { return true, path == "src/padding/07.txt" }, size, size + streamTail},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			c := newClient(t, s, nil)
			proof, err := c.Fetch(t.Context(), version(t, "1.22.4"), openRoot(t, dir), Options{Reuse: from(t, whole, dir, test.spoil)})
			if err != nil {
				t.Fatal(err)
			}
			noDownloads(t, c)
			got := readTree(t, dir)
			if len(got) != len(want) {
				t.Errorf("%d files, want %d", len(got), len(want))
			}
			for name := range want {
				if got[name] != want[name] {
					t.Errorf("%s differs", name)
				}
			}
			if proof.Size != size || proof.H1 != s.H1("1.22.4") {
				t.Errorf("size %d, h1 %s", proof.Size, proof.H1)
			}
			if proof.Received < test.least || proof.Received > test.most {
				t.Errorf("%d bytes received, want %d to %d", proof.Received, test.least, test.most)
			}
		})
	}
}

// A release that is altered on the server fails, with files reused or not, and
// is asked for once more at most.
func TestReuseAltered(t *testing.T) {
	t.Parallel()
	s, _ := padded(t)
	whole, _, err := fetchInto(t, newClient(t, s, nil), "1.22.4")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c := newClient(t, s, proxyIs(s.Bad(fetchtest.AlteredZip)))
	all := func(string) (bool, bool) { return true, false }
	_, err = c.Fetch(t.Context(), version(t, "1.22.4"), openRoot(t, dir), Options{Reuse: from(t, whole, dir, all)})
	if !errors.As(err, new(*sumdb.SecurityError)) {
		t.Errorf("err = %v", err)
	}
}
