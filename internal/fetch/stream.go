package fetch

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/fsx"
)

// streamTail is how much of a zip's end is asked for first: the directory of a
// release has 1.4 to 1.8 MB.
const streamTail = 2 << 20

// tailSize is the same where only a few files are wanted.
const tailSize = 64 << 10

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
	s := newSparse(c.web, u, d.file, streamTail)
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
	a, err := openDirectory(ctx, s, here, d.release)
	if err != nil {
		return err
	}
	d.once.Do(func() { close(d.answered) })
	d.source, d.size = display(s.url), s.size
	d.dirty = true
	if err := unpackArriving(ctx, d, s, a, here); err != nil {
		return err
	}
	d.sums, d.received = a.sums(), s.received.Load()
	return nil
}

// openDirectory reads the zip's directory, after asking for what is not here
// of it: the bytes before offset here.
func openDirectory(ctx context.Context, s *sparse, here int64, r release) (*archive, error) {
	at, err := directoryStart(s.file, s.size, here)
	if err == nil && at < here {
		err = s.get(ctx, []span{{at, here}}, nil)
	}
	if err != nil {
		return nil, err
	}
	return openArchive(s.file, s.size, r)
}

// unpackArriving gets the entries of a and unpacks each when it is there; what
// follows offset here is there already. The first failure ends both.
func unpackArriving(ctx context.Context, d *download, s *sparse, a *archive, here int64) error {
	queue := newArrival()
	queue.expect([]span{{here, s.size}}, nil)
	queue.arrived(0, s.size)
	g, ctx := errgroup.WithContext(ctx)
	defer context.AfterFunc(ctx, func() { queue.fail(context.Cause(ctx)) })()
	made := make(chan struct{})
	g.Go(func() error {
		defer close(made)
		return a.makeDirs(d.root)
	})
	g.Go(func() error { return getWanted(ctx, d, s, a, here, queue, made) })
	g.Go(func() error {
		<-made
		return unpackEach(ctx, d.root, queue.next, queue.fail)
	})
	return g.Wait()
}

// getWanted finds out which entries are not on this machine and gets them. It
// takes the few large ones first, so that the bytes of these arrive while it looks
// for the thousands of others, once the folders for them are made.
func getWanted(ctx context.Context, d *download, s *sparse, a *archive, here int64, queue *arrival, made <-chan struct{}) error {
	var total atomic.Int64
	total.Store(s.received.Load())
	covered := []span{{here, s.size}}
	g, getting := errgroup.WithContext(ctx)
	var reuse Reuse
	if d.reuse != nil {
		reuse = d.reuse()
	}
	for i, batch := range batches(a, reuse != nil) {
		if i > 0 {
			<-made
		}
		wanted := d.reuseFiles(getting, batch, reuse)
		if getting.Err() != nil { // it has not come to its end
			break
		}
		missing := missingSpans(outside(covered, wanted), here)
		parts := slices.Clone(missing)
		for n, part := range parts {
			total.Add(part.end - part.first)
			if part.end == here {
				parts[n].end = s.size // an entry may lie across
			}
		}
		covered = append(covered, parts...)
		first := queue.expect(parts, wanted)
		d.report(s.received.Load(), total.Load())
		g.Go(func() error {
			return s.get(getting, missing, func(n int, end int64) {
				if end == here {
					end = s.size
				}
				queue.arrived(first+n, end)
				d.report(s.received.Load(), total.Load())
			})
		})
	}
	queue.close()
	if err := g.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// outside returns those of entries that lie in none of spans.
func outside(spans []span, entries []*entry) []*entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e *entry) bool {
		return slices.ContainsFunc(spans, func(s span) bool { return holds(s, e) })
	})
}

// batches returns the entries in the order in which it is best to look for them
// on this machine: the large ones first.
func batches(a *archive, large bool) [][]*entry {
	if !large {
		return [][]*entry{pointers(a.entries)}
	}
	batches := make([][]*entry, 2)
	for i := range a.entries {
		n := 1
		if a.entries[i].isLarge() {
			n = 0
		}
		batches[n] = append(batches[n], &a.entries[i])
	}
	return batches
}

// reuseFiles takes from this machine what reuse has, which may be nil, and returns those
// of entries that are left, those without a file included.
func (d *download) reuseFiles(ctx context.Context, entries []*entry, reuse Reuse) []*entry {
	if reuse == nil {
		return entries
	}
	found := make([]bool, len(entries))
	_ = fsx.Divide(ctx, len(entries), func(part iter.Seq[int]) error {
		for i := range part {
			if e := entries[i]; !e.skip {
				e.sum, found[i] = reuse(e.path, e.zip.size(), e.zip.crc())
			}
		}
		return nil
	})
	var left []*entry
	for i, ok := range found {
		if ok {
			d.reused++
		} else {
			left = append(left, entries[i])
		}
	}
	return left
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
