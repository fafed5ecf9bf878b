package fetch

import (
	"cmp"
	"container/heap"
	"slices"
	"sync"
)

// An arrival hands out the entries of a zip as soon as their bytes are there:
// first the largest of the few large ones, so that no worker is left alone with
// one at the end; the others in their order, folder by folder, which is how they
// are written fastest. It is safe for concurrent use.
type arrival struct {
	mu     sync.Mutex
	wake   *sync.Cond
	parts  []part
	large  bySize   // have arrived
	small  []*entry // the same
	left   int      // entries that are expected and not handed out yet
	closed bool     // no more will be expected
	err    error    // why no more will arrive
}

// A part is a span of the zip that arrives in order, with its entries.
type part struct {
	span
	at      int64    // what is before it is there
	entries []*entry // by offset; those that have not arrived
}

// bySize is a heap with the largest entry on top.
type bySize []*entry

func (h bySize) Len() int           { return len(h) }
func (h bySize) Less(i, j int) bool { return h[i].zip.size() > h[j].zip.size() }
func (h bySize) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *bySize) Push(e any)        { *h = append(*h, e.(*entry)) }
func (h *bySize) Pop() any {
	old := *h
	e := old[len(old)-1]
	*h = old[:len(old)-1]
	return e
}

func newArrival() *arrival {
	a := new(arrival)
	a.wake = sync.NewCond(&a.mu)
	return a
}

// expect adds parts, and entries, each of which lies within one of these or of
// those before, of which some may have arrived. It returns the number of the first
// part.
func (a *arrival) expect(spans []span, entries []*entry) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	first := len(a.parts)
	for _, s := range spans {
		a.parts = append(a.parts, part{span: s, at: s.first})
	}
	for _, e := range entries {
		n := slices.IndexFunc(a.parts, func(p part) bool { return holds(p.span, e) })
		a.parts[n].entries = append(a.parts[n].entries, e)
	}
	a.left += len(entries)
	for n := range a.parts {
		p := &a.parts[n]
		slices.SortFunc(p.entries, func(x, y *entry) int { return cmp.Compare(x.zip.offset(), y.zip.offset()) })
		a.release(p)
	}
	return first
}

// holds reports whether e lies within s.
func holds(s span, e *entry) bool {
	return s.first <= e.zip.offset() && e.zip.offset()+e.zip.length() <= s.end
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
	for len(p.entries) > 0 && p.entries[0].zip.offset()+p.entries[0].zip.length() <= p.at {
		if e := p.entries[0]; e.isLarge() {
			heap.Push(&a.large, e)
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
func (a *arrival) next() (*entry, error) {
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
func (a *arrival) pop() *entry {
	if len(a.large) > 0 {
		return heap.Pop(&a.large).(*entry)
	}
	e := a.small[0]
	a.small = a.small[1:]
	return e
}
