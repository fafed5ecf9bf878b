package fetch

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// streamTail is how much of a zip's end is asked for first: the directory of a
// release has 1.4 to 1.8 MB.
const streamTail = 2 << 20

// tailSize is the same where only a few files are wanted.
const tailSize = 64 << 10

// stream gets the zip at u and unpacks it while it arrives. Its directory comes
// first, so that each entry can be inflated as soon as its bytes are there, and
// what is on this machine already need not come at all. Where the server sends
// whole files only, the whole file is what d has then.
func (c *Client) stream(ctx context.Context, d *download, u *url.URL) error {
	if err := d.file.Truncate(0); err != nil {
		return err
	}
	tail := int64(streamTail)
	if d.only != nil {
		tail = tailSize
	}
	s := web.NewSparse(c.web, u, d.file)
	here, whole, err := s.Tail(ctx, tail)
	if err == nil {
		err = streamParts(ctx, d, s, here)
	}
	if errors.Is(err, web.ErrNoRanges) {
		return c.downloadFrom(ctx, d, u, whole)
	}
	return err
}

func streamParts(ctx context.Context, d *download, s *web.Sparse, here int64) error {
	a, err := openDirectory(ctx, s, here, d.Release)
	if err != nil {
		return err
	}
	d.report(s.Received.Load(), s.Size)
	d.once.Do(func() { close(d.answered) })
	d.source, d.size = web.Display(s.URL), s.Size
	d.dirty = true
	if err := unpackArriving(ctx, d, s, a, here); err != nil {
		return err
	}
	d.sums, d.received = a.Sums(), s.Received.Load()
	return nil
}

// openDirectory reads the zip's directory, after asking for what is not here
// of it: the bytes before offset here.
func openDirectory(ctx context.Context, s *web.Sparse, here int64, r release.Release) (*archive.Zip, error) {
	at, err := archive.DirectoryStart(s.File, s.Size, here)
	if err == nil && at < here {
		err = s.Get(ctx, []web.Span{{First: at, End: here}}, func(int, int64) {})
	}
	if err != nil {
		return nil, err
	}
	return archive.OpenModuleZip(s.File, s.Size, r.Prefix())
}

// unpackArriving gets the entries of a and unpacks each when it is there; what
// follows offset here is there already. The first failure ends both.
func unpackArriving(ctx context.Context, d *download, s *web.Sparse, a *archive.Zip, here int64) error {
	queue := newArrival()
	queue.expect([]web.Span{{First: here, End: s.Size}}, nil)
	queue.arrived(0, s.Size)
	g, ctx := errgroup.WithContext(ctx)
	defer context.AfterFunc(ctx, func() { queue.fail(context.Cause(ctx)) })()
	made := make(chan struct{})
	g.Go(func() error {
		defer close(made)
		return a.MakeDirs(d.root)
	})
	g.Go(func() error { return getWanted(ctx, d, s, a, here, queue, made) })
	g.Go(func() error {
		<-made
		return archive.UnpackEach(ctx, d.root, queue.next, queue.fail)
	})
	return g.Wait()
}

// getWanted finds out which entries are not on this machine and gets them. It
// takes the few large ones first, so that the bytes of these arrive while it looks
// for the thousands of others, once the folders for them are made.
func getWanted(ctx context.Context, d *download, s *web.Sparse, a *archive.Zip, here int64, queue *arrival, made <-chan struct{}) error {
	var total atomic.Int64
	var known atomic.Bool // until when it may be all
	total.Store(s.Received.Load())
	report := func() {
		if known.Load() {
			d.report(s.Received.Load(), total.Load())
		} else {
			d.report(s.Received.Load(), s.Size)
		}
	}
	covered := []web.Span{{First: here, End: s.Size}}
	g, getting := errgroup.WithContext(ctx)
	var reuse tree.Reuse
	if d.reuse != nil {
		reuse = d.reuse()
	}
	all := batches(d.wanted(a), reuse != nil)
	for i, batch := range all {
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
			total.Add(part.End - part.First)
			if part.End == here {
				parts[n].End = s.Size // an entry may lie across
			}
		}
		covered = append(covered, parts...)
		first := queue.expect(parts, wanted)
		if i == len(all)-1 {
			known.Store(true)
		}
		report()
		g.Go(func() error {
			return s.Get(getting, missing, func(n int, end int64) {
				if end == here {
					end = s.Size
				}
				queue.arrived(first+n, end)
				report()
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
func outside(spans []web.Span, entries []*archive.Entry) []*archive.Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e *archive.Entry) bool {
		return slices.ContainsFunc(spans, func(s web.Span) bool { return holds(s, e) })
	})
}

// batches returns the entries in the order in which it is best to look for them
// on this machine: the large ones first.
func batches(entries []*archive.Entry, large bool) [][]*archive.Entry {
	if !large {
		return [][]*archive.Entry{entries}
	}
	batches := make([][]*archive.Entry, 2)
	for _, e := range entries {
		n := 1
		if e.IsLarge() {
			n = 0
		}
		batches[n] = append(batches[n], e)
	}
	return batches
}

// wanted returns the entries of a that are.
func (d *download) wanted(a *archive.Zip) []*archive.Entry {
	if d.only == nil {
		return a.Entries
	}
	return slices.DeleteFunc(slices.Clone(a.Entries), func(e *archive.Entry) bool { return !d.only[e.Path] })
}

// reuseFiles takes from this machine what reuse has, which may be nil, and returns those
// of entries that are left, those without a file included.
func (d *download) reuseFiles(ctx context.Context, entries []*archive.Entry, reuse tree.Reuse) []*archive.Entry {
	if reuse == nil {
		return entries
	}
	found := make([]bool, len(entries))
	_ = fsx.Divide(ctx, len(entries), func(part iter.Seq[int]) error {
		for i := range part {
			if e := entries[i]; !e.Skip {
				e.Sum, found[i] = reuse(e.Path, e.Size(), e.Crc())
			}
		}
		return nil
	})
	var left []*archive.Entry
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
func missingSpans(entries []*archive.Entry, here int64) []web.Span {
	var missing []web.Span
	for _, e := range entries {
		if first := e.Offset(); first < here {
			missing = append(missing, web.Span{First: first, End: min(e.End(), here)})
		}
	}
	return web.JoinSpans(missing)
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
