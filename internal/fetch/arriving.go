package fetch

import (
	"context"
	"iter"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// A remoteZip is the zip of a module on a server, of which parts are here.
type remoteZip struct {
	*archive.Zip
	*web.Sparse
	here int64 // what follows this offset is in File
}

// openZip reads the directory of a zip, of which it gets what is not here, and
// checks every entry before any of them is touched. Prefix is what their names begin
// with.
func openZip(ctx context.Context, s *web.Sparse, here int64, prefix string) (*remoteZip, error) {
	at, err := archive.DirectoryStart(s.File, s.Size, here)
	if err == nil && at < here {
		err = s.Get(ctx, []fsx.Span{{First: at, End: here}}, func(int, int64) {})
	}
	if err != nil {
		return nil, err
	}
	zip, err := archive.ModuleZip.Open(s.File, s.Size, prefix)
	return &remoteZip{zip, s, here}, err
}

// missing returns where entries are, as far as that is not here.
func (z *remoteZip) missing(entries []*archive.Entry) []fsx.Span {
	var missing []fsx.Span
	for _, e := range entries {
		if s := e.Span(); s.First < z.here {
			missing = append(missing, fsx.Span{First: s.First, End: min(s.End, z.here)})
		}
	}
	return joinSpans(missing)
}

// hash fills in the sums of entries, and gets what is missing of them. It does nothing
// and returns false if that is more than so many bytes: the sizes in the directory may
// not be true, what is received counts.
func (z *remoteZip) hash(ctx context.Context, entries []*archive.Entry, most int64) (bool, error) {
	missing := z.missing(entries)
	for _, s := range missing {
		most -= s.End - s.First
	}
	if most < 0 {
		return false, nil
	}
	if err := z.Get(ctx, missing, func(int, int64) {}); err != nil {
		return false, err
	}
	return true, archive.Hash(ctx, entries)
}

// An arriving is a download that is unpacked while it arrives.
type arriving struct {
	*download
	zip    *remoteZip
	queue  *archive.Queue
	made   chan struct{} // closed when the directories are there
	before int64         // bytes that came until the directory was here
	wanted atomic.Int64  // bytes that are to come after these; until that is known, all
	taken  int           // files that were on this machine
}

// unpackArriving writes the zip below root while it arrives. Its directory comes
// first, so that each entry can be inflated as soon as its bytes are there, and what is
// on this machine already need not come at all.
func (d *download) unpackArriving(ctx context.Context, s *web.Sparse, here int64) error {
	d.source, d.size, d.dirty = web.Display(s.URL), s.Size, true
	defer func() { d.received = s.Received.Load() }()
	zip, err := openZip(ctx, s, here, d.Prefix())
	if err != nil {
		return err
	}
	a := &arriving{download: d, zip: zip, queue: archive.NewQueue(), made: make(chan struct{}), before: s.Received.Load()}
	a.wanted.Store(s.Size - a.before)
	d.report(a.before, s.Size)
	d.once.Do(func() { close(d.answered) })
	a.queue.Expect([]fsx.Span{{First: here, End: s.Size}}, nil)
	a.queue.Arrived(0, s.Size)
	var sums []byte
	g, ctx := errgroup.WithContext(ctx)
	defer context.AfterFunc(ctx, func() { a.queue.Fail(context.Cause(ctx)) })()
	g.Go(func() error {
		defer close(a.made)
		return zip.MakeDirs(d.root)
	})
	g.Go(func() error { return a.getWanted(ctx) })
	g.Go(func() (err error) {
		<-a.made
		sums, err = zip.Unpack(ctx, d.root, a.queue, d.pool)
		return err
	})
	if err := g.Wait(); err != nil { // the first failure ends all
		return err
	}
	d.sums, d.reused = sums, a.taken
	return nil
}

// tell reports how much has arrived.
func (a *arriving) tell() { a.report(a.zip.Received.Load(), a.before+a.wanted.Load()) }

// getWanted finds out which entries are not on this machine and gets them. It
// takes the few large ones first, so that the bytes of these arrive while it looks
// for the thousands of others, once the directories for them are made.
func (a *arriving) getWanted(ctx context.Context) error {
	here, size := a.zip.here, a.zip.Size
	covered, sum := []fsx.Span{{First: here, End: size}}, int64(0)
	g, getting := errgroup.WithContext(ctx)
	var reuse tree.Reuse
	if a.reuse != nil {
		reuse = a.reuse()
	}
	all := filter(a.zip.Entries, func(e *archive.Entry) bool { return a.only == nil || a.only[e.Path] })
	batches := [][]*archive.Entry{all}
	if reuse != nil {
		small := filter(all, func(e *archive.Entry) bool { return !e.IsLarge() })
		batches = [][]*archive.Entry{filter(all, (*archive.Entry).IsLarge), small}
	}
	for i, batch := range batches {
		if i > 0 {
			<-a.made
		}
		left := a.take(getting, batch, reuse)
		if getting.Err() != nil { // it has not come to its end
			break
		}
		missing := a.zip.missing(filter(left, func(e *archive.Entry) bool {
			return !slices.ContainsFunc(covered, func(s fsx.Span) bool { return s.Holds(e.Span()) })
		}))
		parts := slices.Clone(missing)
		for n, part := range parts {
			sum += part.End - part.First
			if part.End == here {
				parts[n].End = size // an entry may lie across
			}
		}
		covered = append(covered, parts...)
		first := a.queue.Expect(parts, left)
		if i == len(batches)-1 {
			a.wanted.Store(sum)
		}
		a.tell()
		g.Go(func() error {
			return a.zip.Get(getting, missing, func(n int, end int64) {
				if end == here {
					end = size
				}
				a.queue.Arrived(first+n, end)
				a.tell()
			})
		})
	}
	a.queue.Close()
	if err := g.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// filter returns those of entries that are kept.
func filter(entries []*archive.Entry, keep func(*archive.Entry) bool) []*archive.Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e *archive.Entry) bool { return !keep(e) })
}

// take takes from this machine what have has, which may be nil, and returns those of
// entries that are left, those without a file included.
func (a *arriving) take(ctx context.Context, entries []*archive.Entry, have tree.Reuse) []*archive.Entry {
	if have == nil {
		return entries
	}
	found := make([]bool, len(entries))
	_ = fsx.Divide(ctx, len(entries), func(part iter.Seq[int]) error {
		for i := range part {
			if e := entries[i]; !e.Skip {
				e.Sum, found[i] = have(e.Path, e.Size(), e.Crc())
			}
		}
		return nil
	})
	var left []*archive.Entry
	for i, ok := range found {
		if !ok {
			left = append(left, entries[i])
		}
	}
	a.taken += len(entries) - len(left)
	return left
}
