package archive

import (
	"cmp"
	"slices"
	"sync"

	"github.com/gosw/gosw/internal/fsx"
)

// A queue hands out the entries of a zip as soon as their bytes are there:
// first the largest of the few large ones, so that no worker is left alone with
// one at the end; the others in their order, folder by folder, which is how they
// are written fastest. It is safe for concurrent use.
type queue struct {
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

func newQueue() *queue {
	q := new(queue)
	q.wake = sync.NewCond(&q.mu)
	return q
}

// expect adds parts, and entries, each of which lies within one of these or of
// those before, of which some may have arrived. It returns the number of the first
// part.
func (q *queue) expect(spans []fsx.Span, entries []*Entry) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	first := len(q.parts)
	for _, s := range spans {
		q.parts = append(q.parts, part{Span: s, at: s.First})
	}
	for _, e := range entries {
		n := slices.IndexFunc(q.parts, func(p part) bool { return holds(p.Span, e) })
		q.parts[n].entries = append(q.parts[n].entries, e)
	}
	q.left += len(entries)
	for n := range q.parts {
		p := &q.parts[n]
		slices.SortFunc(p.entries, func(x, y *Entry) int { return cmp.Compare(x.offset(), y.offset()) })
		q.release(p)
	}
	return first
}

// holds reports whether e lies within s.
func holds(s fsx.Span, e *Entry) bool {
	return s.First <= e.offset() && e.end() <= s.End
}

// arrived says that part n is there from its beginning up to offset end.
func (q *queue) arrived(n int, end int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.parts[n].at = end
	q.release(&q.parts[n])
}

// release makes what is there of p ready to be handed out.
func (q *queue) release(p *part) {
	for len(p.entries) > 0 && p.entries[0].end() <= p.at {
		if e := p.entries[0]; e.isLarge() {
			at, _ := slices.BinarySearchFunc(q.large, e, func(x, y *Entry) int { return cmp.Compare(x.Size(), y.Size()) })
			q.large = slices.Insert(q.large, at, e)
		} else {
			q.small = append(q.small, e)
		}
		p.entries = p.entries[1:]
		q.wake.Signal()
	}
}

// close says that all entries are expected by now.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.wake.Broadcast()
}

// fail says that nothing more will arrive.
func (q *queue) fail(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err == nil {
		q.err = err
	}
	q.wake.Broadcast()
}

// next waits for an entry; nil without an error means that there are no more.
func (q *queue) next() (*Entry, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		switch {
		case q.err != nil:
			return nil, q.err
		case len(q.large)+len(q.small) > 0:
			if q.left--; q.left == 0 {
				q.wake.Broadcast() // for those that wait for nothing now
			}
			return q.pop(), nil
		case q.left == 0 && q.closed:
			return nil, nil
		}
		q.wake.Wait()
	}
}

// pop takes an entry that has arrived.
func (q *queue) pop() (e *Entry) {
	if last := len(q.large) - 1; last >= 0 {
		e, q.large = q.large[last], q.large[:last]
	} else {
		e, q.small = q.small[0], q.small[1:]
	}
	return e
}
