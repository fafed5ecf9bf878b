package fetch

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"sync"
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
	*web.Sparse
	here   int64 // what follows this offset is in the file
	zip    *remoteZip
	all    func() bool // whether all of it is to come, as part 1 of the queue
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
	a := &arriving{download: d, Sparse: s, here: here, queue: archive.NewQueue(), made: make(chan struct{}), before: s.Received.Load()}
	a.wanted.Store(s.Size - a.before)
	d.report(a.before, s.Size)
	a.queue.Expect([]fsx.Span{{First: here, End: s.Size}}, nil)
	a.queue.Arrived(0, s.Size)
	a.all = sync.OnceValue(func() bool {
		if d.only != nil || d.reuse != nil && d.reuse() != nil {
			return false
		}
		a.queue.Expect([]fsx.Span{{First: 0, End: s.Size}}, nil)
		return true
	})
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.getAll(ctx) })
	g.Go(func() error { return a.unpack(ctx) })
	return g.Wait() // the first failure ends all
}

// getAll gets all that is not here, if it is wanted: then there is no need to read the
// directory first.
func (a *arriving) getAll(ctx context.Context) error {
	if a.here == 0 || !a.all() {
		return nil
	}
	return a.get(ctx, []fsx.Span{{First: 0, End: a.here}}, 1)
}

// get gets spans, which are parts of the queue from number first on.
func (a *arriving) get(ctx context.Context, spans []fsx.Span, first int) error {
	return a.Get(ctx, spans, func(n int, end int64) {
		if end == a.here {
			end = a.Size // an entry may lie across
		}
		a.queue.Arrived(first+n, end)
		a.tell()
	})
}

// unpack unpacks what is wanted, and gets it unless all is.
func (a *arriving) unpack(ctx context.Context) (err error) {
	if a.zip, err = openZip(ctx, a.Sparse, a.here, a.Prefix()); err != nil {
		return err
	}
	a.once.Do(func() { close(a.answered) })
	g, ctx := errgroup.WithContext(ctx)
	defer context.AfterFunc(ctx, func() { a.queue.Fail(context.Cause(ctx)) })()
	g.Go(func() error {
		defer close(a.made)
		return a.zip.MakeDirs(a.root)
	})
	g.Go(func() error {
		if !a.all() {
			return a.getWanted(ctx)
		}
		a.queue.Expect(nil, a.zip.Entries)
		a.queue.Close()
		return nil
	})
	g.Go(func() (err error) {
		<-a.made
		a.sums, err = a.zip.Unpack(ctx, a.root, a.queue, a.pool)
		return err
	})
	err = g.Wait()
	a.reused = a.taken
	return err
}

// tell reports how much has arrived.
func (a *arriving) tell() { a.report(a.Received.Load(), a.before+a.wanted.Load()) }

// getWanted finds out which entries are not on this machine and gets them. It
// takes the few large ones first, so that the bytes of these arrive while it looks
// for the thousands of others, once the directories for them are made.
func (a *arriving) getWanted(ctx context.Context) error {
	covered, sum := []fsx.Span{{First: a.here, End: a.Size}}, int64(0)
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
			if part.End == a.here {
				parts[n].End = a.Size // an entry may lie across
			}
		}
		covered = append(covered, parts...)
		first := a.queue.Expect(parts, left)
		if i == len(batches)-1 {
			a.wanted.Store(sum)
		}
		a.tell()
		g.Go(func() error { return a.get(getting, missing, first) })
	}
	a.queue.Close()
	return cmp.Or(g.Wait(), context.Cause(ctx))
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
