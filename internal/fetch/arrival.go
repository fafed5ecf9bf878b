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
	mu    sync.Mutex
	wake  *sync.Cond
	parts []part
	large bySize   // have arrived
	small []*entry // the same
	left  int      // entries that are not handed out yet
	err   error    // why no more will arrive
}

// A part is a span of the zip that arrives in order, with its entries.
type part struct {
	span
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

// newArrival waits for entries, each of which lies within one of spans, which
// are sorted and do not overlap.
func newArrival(spans []span, entries []*entry) *arrival {
	a := &arrival{parts: make([]part, len(spans)), left: len(entries)}
	a.wake = sync.NewCond(&a.mu)
	entries = slices.Clone(entries)
	slices.SortFunc(entries, func(x, y *entry) int { return cmp.Compare(x.zip.offset(), y.zip.offset()) })
	i := 0
	for n, s := range spans {
		first := i
		for i < len(entries) && entries[i].zip.offset() < s.end {
			i++
		}
		a.parts[n] = part{s, entries[first:i:i]}
	}
	return a
}

// arrived says that part n is there from its beginning up to offset end.
func (a *arrival) arrived(n int, end int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := &a.parts[n]
	for len(p.entries) > 0 && p.entries[0].zip.offset()+p.entries[0].zip.length() <= end {
		if e := p.entries[0]; e.isLarge() {
			heap.Push(&a.large, e)
		} else {
			a.small = append(a.small, e)
		}
		p.entries = p.entries[1:]
		a.wake.Signal()
	}
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
		case a.left == 0:
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
