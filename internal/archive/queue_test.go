package archive

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/gosw/gosw/internal/fsx"
)

// zipEntries makes entries with content of the given sizes, one after the other.
func zipEntries(t *testing.T, sizes ...int) []*Entry {
	t.Helper()
	var data bytes.Buffer
	zw := zip.NewWriter(&data)
	for i, size := range sizes {
		w, err := zw.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("%sf%d", toyPrefix, i)})
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
	a, err := ModuleZip.Open(bytes.NewReader(data.Bytes()), int64(data.Len()), toyPrefix)
	if err != nil {
		t.Fatal(err)
	}
	return a.Entries
}

// What has arrived is handed out, the largest first; nothing else is.
func TestQueueOrder(t *testing.T) {
	t.Parallel()
	list := zipEntries(t, 10, 2<<20, 20, 5<<20)
	end := func(i int) int64 { return list[i].Span().End }
	a := NewQueue()
	a.Expect([]fsx.Span{{First: 0, End: end(3)}}, list)
	a.Close()
	next := func() string {
		run, err := a.next()
		if err != nil || len(run) != 1 {
			t.Fatalf("%v, %v", run, err)
		}
		return run[0].Path
	}
	a.Arrived(0, end(0))
	if got := next(); got != "f0" {
		t.Errorf("got %s", got)
	}
	a.Arrived(0, end(2)-1)
	if got := next(); got != "f1" {
		t.Errorf("got %s, and f2 lacks a byte", got)
	}
	a.Arrived(0, end(2))
	a.Arrived(0, end(3))
	if got := []string{next(), next()}; !slices.Equal(got, []string{"f3", "f2"}) {
		t.Errorf("got %s", got)
	}
	if run, err := a.next(); run != nil || err != nil {
		t.Errorf("at the end: %v, %v", run, err)
	}
}

// Small entries come together as far as one read of the zip gets all of them, and no
// further.
func TestQueueRuns(t *testing.T) {
	t.Parallel()
	sizes := make([]int, 3000)
	sizes[7] = 2 << 20
	list := zipEntries(t, sizes...)
	for _, test := range []struct {
		arrived int // entries that are there
		want    []int
	}{
		{1, []int{1}},
		{7, []int{7}},
		{12, []int{1, 7, 4}}, // the large one first; the others do not follow each other
		{3000, []int{1, 7, runAt(list, 8)}},
	} {
		a := NewQueue()
		a.Expect([]fsx.Span{{First: 0, End: list[2999].Span().End}}, list)
		a.Arrived(0, list[test.arrived-1].Span().End)
		for _, want := range test.want {
			run, err := a.next()
			if err != nil || len(run) != want {
				t.Errorf("%d are there: a run of %d, want %d; %v", test.arrived, len(run), want, err)
			}
		}
	}
}

// runAt returns how many entries from number first on are in maxRun bytes.
func runAt(list []*Entry, first int) (n int) {
	for n < len(list)-first && list[first+n].Span().End-list[first].Span().First <= maxRun {
		n++
	}
	return n
}

// takeAll takes entries as they arrive, to the end.
func takeAll(t *testing.T, a *Queue, take func(name string)) {
	for {
		run, err := a.next()
		if err != nil {
			t.Error(err)
		}
		if run == nil {
			return
		}
		for _, e := range run {
			take(e.Path)
		}
	}
}

// Many workers and parts: each entry is handed out once, and all come to an end.
func TestQueueParallel(t *testing.T) {
	t.Parallel()
	var sizes []int
	for range 500 {
		sizes = append(sizes, rand.IntN(9000))
	}
	list := zipEntries(t, sizes...)
	spans := []fsx.Span{
		{First: 0, End: list[100].Span().First},
		{First: list[100].Span().First, End: list[400].Span().First},
		{First: list[400].Span().First, End: list[499].Span().End},
	}
	a := NewQueue()
	a.Expect(spans, list)
	a.Close()
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
				a.Arrived(n, at)
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
func TestQueueLater(t *testing.T) {
	t.Parallel()
	list := zipEntries(t, 10, 20, 30, 40)
	end := func(i int) int64 { return list[i].Span().End }
	a := NewQueue()
	if n := a.Expect([]fsx.Span{{First: 0, End: end(2)}}, list[2:3]); n != 0 {
		t.Errorf("first part is %d", n)
	}
	a.Arrived(0, end(0))
	if n := a.Expect([]fsx.Span{{First: end(2), End: end(3)}}, []*Entry{list[3], list[1], list[0]}); n != 1 {
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
		a.Arrived(step.part, step.end)
		for _, want := range step.want {
			if name := <-got; name != want {
				t.Errorf("got %q, want %q", name, want)
			}
		}
	}
	a.Close()
	if name, more := <-got; more {
		t.Errorf("%q came once more", name)
	}
}

// A failure ends all that wait.
func TestQueueFails(t *testing.T) {
	t.Parallel()
	list := zipEntries(t, 10, 20)
	a := NewQueue()
	a.Expect([]fsx.Span{{First: 0, End: 1000}}, list)
	lost := errors.New("lost")
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if _, err := a.next(); !errors.Is(err, lost) {
				t.Errorf("err = %v", err)
			}
		})
	}
	a.Fail(lost)
	wg.Wait()
}
