package fetch

import (
	"cmp"
	"slices"
	"sync"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/web"
)

// An arrival hands out the entries of a zip as soon as their bytes are there:
// first the largest of the few large ones, so that no worker is left alone with
// one at the end; the others in their order, folder by folder, which is how they
// are written fastest. It is safe for concurrent use.
type arrival struct {
	mu     sync.Mutex
	wake   *sync.Cond
	parts  []part
	large  []*archive.Entry // have arrived, the largest last
	small  []*archive.Entry // the same
	left   int              // entries that are expected and not handed out yet
	closed bool             // no more will be expected
	err    error            // why no more will arrive
}

// A part is a span of the zip that arrives in order, with its entries.
type part struct {
	web.Span
	at      int64            // what is before it is there
	entries []*archive.Entry // by offset; those that have not arrived
}

func newArrival() *arrival {
	a := new(arrival)
	a.wake = sync.NewCond(&a.mu)
	return a
}

// expect adds parts, and entries, each of which lies within one of these or of
// those before, of which some may have arrived. It returns the number of the first
// part.
func (a *arrival) expect(spans []web.Span, entries []*archive.Entry) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	first := len(a.parts)
	for _, s := range spans {
		a.parts = append(a.parts, part{Span: s, at: s.First})
	}
	for _, e := range entries {
		n := slices.IndexFunc(a.parts, func(p part) bool { return holds(p.Span, e) })
		a.parts[n].entries = append(a.parts[n].entries, e)
	}
	a.left += len(entries)
	for n := range a.parts {
		p := &a.parts[n]
		slices.SortFunc(p.entries, func(x, y *archive.Entry) int { return cmp.Compare(x.Offset(), y.Offset()) })
		a.release(p)
	}
	return first
}

// holds reports whether e lies within s.
func holds(s web.Span, e *archive.Entry) bool {
	return s.First <= e.Offset() && e.End() <= s.End
}

// arrived says that part n is there from its beginning up to offset end.
func (a *arrival) arrived(n int, end int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.parts[n].at = end
	a.release(&a.parts[n])
}

// release makes what is there of p ready to be handed out.
func (a *arrival) release(p *part) {
	for len(p.entries) > 0 && p.entries[0].End() <= p.at {
		if e := p.entries[0]; e.IsLarge() {
			at, _ := slices.BinarySearchFunc(a.large, e, func(x, y *archive.Entry) int { return cmp.Compare(x.Size(), y.Size()) })
			a.large = slices.Insert(a.large, at, e)
		} else {
			a.small = append(a.small, e)
		}
		p.entries = p.entries[1:]
		a.wake.Signal()
	}
}

// close says that all entries are expected by now.
func (a *arrival) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	a.wake.Broadcast()
}

// fail says that nothing more will arrive.
func (a *arrival) fail(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil {
		a.err = err
	}
	a.wake.Broadcast()
}

// next waits for an entry; nil without an error means that there are no more.
func (a *arrival) next() (*archive.Entry, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for {
		switch {
		case a.err != nil:
			return nil, a.err
		case len(a.large)+len(a.small) > 0:
			if a.left--; a.left == 0 {
				a.wake.Broadcast() // for those that wait for nothing now
			}
			return a.pop(), nil
		case a.left == 0 && a.closed:
			return nil, nil
		}
		a.wake.Wait()
	}
}

// pop takes an entry that has arrived.
func (a *arrival) pop() (e *archive.Entry) {
	if last := len(a.large) - 1; last >= 0 {
		e, a.large = a.large[last], a.large[:last]
	} else {
		e, a.small = a.small[0], a.small[1:]
	}
	return e
}
