package fetch

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// zipEntries makes entries with content of the given sizes, one after the other.
func zipEntries(t *testing.T, sizes ...int) []*archive.Entry {
	t.Helper()
	r := release.Release{Version: version(t, "1.22.4"), Platform: host}
	var data bytes.Buffer
	zw := zip.NewWriter(&data)
	for i, size := range sizes {
		w, err := zw.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("%sf%d", r.Prefix(), i)})
		if err == nil {
			_, err = w.Write(make([]byte, size))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := archive.OpenModuleZip(bytes.NewReader(data.Bytes()), int64(data.Len()), r.Prefix())
	if err != nil {
		t.Fatal(err)
	}
	return a.Entries
}

// What has arrived is handed out, the largest first; nothing else is.
func TestArrivalOrder(t *testing.T) {
	t.Parallel()
	list := zipEntries(t, 10, 2<<20, 20, 5<<20)
	end := func(i int) int64 { return list[i].End() }
	a := newArrival()
	a.expect([]web.Span{{First: 0, End: end(3)}}, list)
	a.close()
	next := func() string {
		e, err := a.next()
		if err != nil || e == nil {
			t.Fatalf("%v, %v", e, err)
		}
		return e.Path
	}
	a.arrived(0, end(0))
	if got := next(); got != "f0" {
		t.Errorf("got %s", got)
	}
	a.arrived(0, end(2)-1)
	if got := next(); got != "f1" {
		t.Errorf("got %s, and f2 lacks a byte", got)
	}
	a.arrived(0, end(2))
	a.arrived(0, end(3))
	if got := []string{next(), next()}; !slices.Equal(got, []string{"f3", "f2"}) {
		t.Errorf("got %s", got)
	}
	if e, err := a.next(); e != nil || err != nil {
		t.Errorf("at the end: %v, %v", e, err)
	}
}

// takeAll takes entries as they arrive, to the end.
func takeAll(t *testing.T, a *arrival, take func(name string)) {
	for {
		e, err := a.next()
		if err != nil {
			t.Error(err)
		}
		if e == nil {
			return
		}
		take(e.Path)
	}
}

// Many workers and parts: each entry is handed out once, and all come to an end.
func TestArrivalParallel(t *testing.T) {
	t.Parallel()
	var sizes []int
	for range 500 {
		sizes = append(sizes, rand.IntN(9000))
	}
	list := zipEntries(t, sizes...)
	spans := []web.Span{
		{First: 0, End: list[100].Offset()},
		{First: list[100].Offset(), End: list[400].Offset()},
		{First: list[400].Offset(), End: list[499].End()},
	}
	a := newArrival()
	a.expect(spans, list)
	a.close()
	var mu sync.Mutex
	seen := make(map[string]int)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			takeAll(t, a, func(name string) {
				mu.Lock()
				seen[name]++
				mu.Unlock()
			})
		})
	}
	for n, s := range spans {
		wg.Go(func() {
			for at := s.First; at < s.End; {
				at = min(at+1+rand.Int64N(40_000), s.End)
				a.arrived(n, at)
			}
		})
	}
	wg.Wait()
	if len(seen) != len(list) {
		t.Errorf("%d entries, want %d", len(seen), len(list))
	}
	for name, n := range seen {
		if n != 1 {
			t.Errorf("%s was handed out %d times", name, n)
		}
	}
}

// What is expected later may lie in a part before, which has arrived up to there
// or not; and nobody is sent home while more may be expected.
func TestArrivalLater(t *testing.T) {
	t.Parallel()
	list := zipEntries(t, 10, 20, 30, 40)
	end := func(i int) int64 { return list[i].End() }
	a := newArrival()
	if n := a.expect([]web.Span{{First: 0, End: end(2)}}, list[2:3]); n != 0 {
		t.Errorf("first part is %d", n)
	}
	a.arrived(0, end(0))
	if n := a.expect([]web.Span{{First: end(2), End: end(3)}}, []*archive.Entry{list[3], list[1], list[0]}); n != 1 {
		t.Errorf("second part is %d", n)
	}
	got := make(chan string)
	go func() {
		defer close(got)
		takeAll(t, a, func(name string) { got <- name })
	}()
	for _, step := range []struct {
		part int
		end  int64
		want []string
	}{
		{0, end(0), []string{"f0"}},
		{1, end(3), []string{"f3"}},
		{0, end(2), []string{"f1", "f2"}},
	} {
		a.arrived(step.part, step.end)
		for _, want := range step.want {
			if name := <-got; name != want {
				t.Errorf("got %q, want %q", name, want)
			}
		}
	}
	a.close()
	if name, more := <-got; more {
		t.Errorf("%q came once more", name)
	}
}

// A failure ends all that wait.
func TestArrivalFails(t *testing.T) {
	t.Parallel()
	list := zipEntries(t, 10, 20)
	a := newArrival()
	a.expect([]web.Span{{First: 0, End: 1000}}, list)
	lost := errors.New("lost")
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if _, err := a.next(); !errors.Is(err, lost) {
				t.Errorf("err = %v", err)
			}
		})
	}
	a.fail(lost)
	wg.Wait()
}

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
