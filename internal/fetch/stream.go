package fetch

import (
	"context"
	"errors"
	"net/url"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// streamTail is how much of a zip's end is asked for first: the directory of a
// release has 1.4 to 1.8 MB.
const streamTail = 2 << 20

// A Reuse puts the file at path (slash-separated, below GOROOT) into the tree
// that is being unpacked, if there is one on this machine that has just this
// size and CRC-32, and returns the SHA-256 of its content, computed now. It
// reports false where there is none, or any doubt; nothing is at path then. It
// is called by several goroutines at once.
type Reuse func(path string, size int64, crc uint32) (sum [32]byte, ok bool)

// stream gets the zip at u and unpacks it while it arrives. Its directory comes
// first, so that each entry can be inflated as soon as its bytes are there, and
// what is on this machine already need not come at all. Where the server sends
// whole files only, the whole file is what d has then.
func (c *Client) stream(ctx context.Context, d *download, u *url.URL) error {
	s := &sparse{web: c.web, url: u, file: d.file, tailSize: streamTail}
	defer s.close()
	err := c.streamParts(ctx, d, s)
	if !errors.Is(err, errNoRanges) {
		return err
	}
	return c.downloadFrom(ctx, d, u, s.takeWhole())
}

func (c *Client) streamParts(ctx context.Context, d *download, s *sparse) error {
	if err := d.file.Truncate(0); err != nil {
		return err
	}
	here, err := s.tail(ctx)
	if err != nil {
		return err
	}
	a, err := s.openDirectory(ctx, here, d.release)
	if err != nil {
		return err
	}
	d.once.Do(func() { close(d.answered) })
	d.source, d.size = display(s.url), s.size
	d.dirty = true
	if err := a.makeDirs(d.root); err != nil {
		return err
	}
	wanted := a.reuse(ctx, d)
	if ctx.Err() != nil { // it has not come to its end
		return context.Cause(ctx)
	}
	if err := s.unpackArriving(ctx, d, wanted, here); err != nil {
		return err
	}
	d.sums, d.received = a.sums(), s.received.Load()
	return nil
}

// reuse takes from this machine what it can and returns the entries that are
// left, those without a file included.
func (a *archive) reuse(ctx context.Context, d *download) []*entry {
	if d.reuse == nil {
		return pointers(a.entries)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	found := make([]bool, len(a.entries))
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(a.entries) {
					return
				}
				if e := &a.entries[i]; !e.skip {
					e.sum, found[i] = d.reuse(e.path, e.zip.size(), e.zip.crc())
				}
			}
		})
	}
	wg.Wait()
	var left []*entry
	for i, ok := range found {
		if ok {
			d.reused++
		} else {
			left = append(left, &a.entries[i])
		}
	}
	return left
}

// unpackArriving gets the entries and unpacks each when it is there; what
// follows offset here is there already. The first failure ends both.
func (s *sparse) unpackArriving(ctx context.Context, d *download, entries []*entry, here int64) error {
	missing := missingSpans(entries, here)
	parts := slices.Clone(missing)
	last := len(parts) - 1
	if last >= 0 && parts[last].end == here {
		parts[last].end = s.size // an entry may lie across
	} else {
		last = len(parts)
		parts = append(parts, span{here, s.size})
	}
	a := newArrival(parts, entries)
	if last == len(missing) {
		a.arrived(last, s.size)
	}
	total := s.received.Load()
	for _, part := range missing {
		total += part.end - part.first
	}
	d.report(s.received.Load(), total)
	s.arrived = func(n int, end int64) {
		if n == last && end == here {
			end = s.size
		}
		a.arrived(n, end)
		d.report(s.received.Load(), total)
	}
	g, ctx := errgroup.WithContext(ctx)
	defer context.AfterFunc(ctx, func() { a.fail(context.Cause(ctx)) })()
	g.Go(func() error { return s.get(ctx, missing) })
	g.Go(func() error { return unpackEach(ctx, d.root, a.next, a.fail) })
	return g.Wait()
}

// missingSpans returns where entries are, as far as that is before here.
func missingSpans(entries []*entry, here int64) []span {
	var missing []span
	for _, e := range entries {
		if first := e.zip.offset(); first < here {
			missing = append(missing, span{first, min(first+e.zip.length(), here)})
		}
	}
	return joinSpans(missing)
}

// clear empties the tree after an attempt that came to nothing.
func (d *download) clear() error {
	if !d.dirty {
		return nil
	}
	dir, err := d.root.Open(".")
	if err != nil {
		return err
	}
	names, err := dir.Readdirnames(-1)
	err = errors.Join(err, dir.Close())
	for _, name := range names {
		err = errors.Join(err, d.root.RemoveAll(name))
	}
	d.sums, d.reused, d.received, d.dirty = nil, 0, 0, false
	return err
}
