package archive

import (
	"cmp"
	"slices"
	"sync"

	"github.com/gosw/gosw/internal/fsx"
)

// A Queue hands out the entries of a zip as soon as their bytes are there:
// first the largest of the few large ones, so that no worker is left alone with
// one at the end; the others in their order, directory by directory, which is how they
// are written fastest. It is safe for concurrent use.
type Queue struct {
	mu     sync.Mutex
	wake   *sync.Cond
	parts  []part
	large  []*Entry // have arrived, the largest last
	small  []*Entry // the same
	left   int      // entries that are expected and not handed out yet
	closed bool     // no more will be expected
	err    error    // why no more will arrive
}

// A part is a span of the zip that arrives in order, with its entries.
type part struct {
	fsx.Span
	at      int64    // what is before it is there
	entries []*Entry // by offset; those that have not arrived
}

// NewQueue returns a queue that expects nothing yet.
func NewQueue() *Queue {
	q := new(Queue)
	q.wake = sync.NewCond(&q.mu)
	return q
}

// Expect adds parts, and entries, each of which lies within one of these or of
// those before, of which some may have arrived. It returns the number of the first
// part.
func (q *Queue) Expect(spans []fsx.Span, entries []*Entry) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	first := len(q.parts)
	for _, s := range spans {
		q.parts = append(q.parts, part{Span: s, at: s.First})
	}
	for _, e := range entries {
		n := slices.IndexFunc(q.parts, func(p part) bool { return p.Holds(e.Span()) })
		q.parts[n].entries = append(q.parts[n].entries, e)
	}
	q.left += len(entries)
	for n := range q.parts {
		p := &q.parts[n]
		slices.SortFunc(p.entries, func(x, y *Entry) int { return cmp.Compare(x.Span().First, y.Span().First) })
		q.release(p)
	}
	return first
}

// Arrived says that part n is there from its beginning up to offset end.
func (q *Queue) Arrived(n int, end int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.parts[n].at = end
	q.release(&q.parts[n])
}

// release makes what is there of p ready to be handed out.
func (q *Queue) release(p *part) {
	for len(p.entries) > 0 && p.entries[0].Span().End <= p.at {
		if e := p.entries[0]; e.IsLarge() {
			at, _ := slices.BinarySearchFunc(q.large, e, func(x, y *Entry) int { return cmp.Compare(x.Size(), y.Size()) })
			q.large = slices.Insert(q.large, at, e)
		} else {
			q.small = append(q.small, e)
		}
		p.entries = p.entries[1:]
		q.wake.Signal()
	}
}

// Close says that all entries are expected by now.
func (q *Queue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.wake.Broadcast()
}

// Fail says that nothing more will arrive.
func (q *Queue) Fail(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err == nil {
		q.err = err
	}
	q.wake.Broadcast()
}

// next waits for a run of entries; none without an error means that there are no more.
func (q *Queue) next() (run []*Entry, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		switch {
		case q.err != nil:
			return nil, q.err
		case len(q.large)+len(q.small) > 0:
			run = q.pop()
			if q.left -= len(run); q.left == 0 {
				q.wake.Broadcast() // for those that wait for nothing now
			}
			return run, nil
		case q.left == 0 && q.closed:
			return nil, nil
		}
		q.wake.Wait()
	}
}

// maxRun is how many bytes of the zip a run of entries has at most, unless it is one.
const maxRun = 128 << 10

// pop takes what has arrived: a large entry, or a run of small ones that follow each
// other in the zip, so that one read gets all of them.
func (q *Queue) pop() (run []*Entry) {
	if last := len(q.large) - 1; last >= 0 {
		run, q.large = []*Entry{q.large[last]}, q.large[:last]
		return run
	}
	n, all := 1, q.small[0].Span()
	for ; n < len(q.small); n++ {
		next := q.small[n].Span()
		if next.First != all.End || next.End-all.First > maxRun {
			break
		}
		all.End = next.End
	}
	run, q.small = q.small[:n:n], q.small[n:]
	return run
}
