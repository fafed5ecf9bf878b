package archive

import (
	"context"
	"io"
	"iter"
	"os"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/tree"
)

// A Remote is the zip of a module that is elsewhere, or on its way here.
type Remote struct {
	File io.ReaderAt // has parts of it at their offsets
	Size int64       // of all of it
	Here int64       // what follows this offset is in File
	// Get brings parts, in their order, and tells arrived how far part n has come. It
	// is safe for concurrent use.
	Get func(ctx context.Context, parts []fsx.Span, arrived func(n int, end int64)) error
}

// OpenRemote reads the directory of a zip, of which it gets what is not here, and
// checks every entry before any of them is touched. Prefix is what their names begin
// with.
func OpenRemote(ctx context.Context, r Remote, prefix string) (*Zip, error) {
	at, err := directoryStart(r.File, r.Size, r.Here)
	if err == nil && at < r.Here {
		err = r.Get(ctx, []fsx.Span{{First: at, End: r.Here}}, func(int, int64) {})
	}
	if err != nil {
		return nil, err
	}
	a, err := openZip(r.File, r.Size, layout{ModuleZip, prefix})
	if err == nil {
		a.remote = r
	}
	return a, err
}

// An Unpacking says how [UnpackRemote] is to go about it.
type Unpacking struct {
	Only   map[string]bool   // paths of the files that are wanted; nil for all
	Reuse  func() tree.Reuse // what has files on this machine already; may be nil, or return it
	Opened func()            // is called when the directory is here
	// Arriving is told when there is more of the zip: how much is asked for in all,
	// -1 until that is known.
	Arriving func(wanted int64)
}

// UnpackRemote writes a release below root, an empty folder, while the zip of its
// module arrives. Its directory comes first, so that each entry can be inflated as
// soon as its bytes are there, and what is on this machine already need not come at
// all. It returns the sums, and how many files were reused.
func UnpackRemote(ctx context.Context, r Remote, prefix string, root *os.Root, how Unpacking) (sums []byte, reused int, err error) {
	a, err := OpenRemote(ctx, r, prefix)
	if err != nil {
		return nil, 0, err
	}
	how.Opened()
	g, ctx := errgroup.WithContext(ctx)
	u := &unpacking{Unpacking: how, zip: a, queue: newQueue(), made: make(chan struct{})}
	u.queue.expect([]fsx.Span{{First: r.Here, End: r.Size}}, nil)
	u.queue.arrived(0, r.Size)
	defer context.AfterFunc(ctx, func() { u.queue.fail(context.Cause(ctx)) })()
	g.Go(func() error {
		defer close(u.made)
		return a.makeDirs(root)
	})
	g.Go(func() error { return u.getWanted(ctx) })
	g.Go(func() error {
		<-u.made
		return unpackEach(ctx, root, u.queue)
	})
	if err := g.Wait(); err != nil { // the first failure ends all
		return nil, 0, err
	}
	return a.Sums(), u.reused, nil
}

// An unpacking is that of one zip.
type unpacking struct {
	Unpacking
	zip    *Zip
	queue  *queue
	made   chan struct{} // closed when the folders are there
	reused int
}

// getWanted finds out which entries are not on this machine and gets them. It
// takes the few large ones first, so that the bytes of these arrive while it looks
// for the thousands of others, once the folders for them are made.
func (u *unpacking) getWanted(ctx context.Context) error {
	r := u.zip.remote
	var sum int64
	var wanted atomic.Int64
	wanted.Store(-1)
	covered := []fsx.Span{{First: r.Here, End: r.Size}}
	g, getting := errgroup.WithContext(ctx)
	var reuse tree.Reuse
	if u.Reuse != nil {
		reuse = u.Reuse()
	}
	all := filter(u.zip.Entries, func(e *Entry) bool { return u.Only == nil || u.Only[e.Path] })
	batches := [][]*Entry{all}
	if reuse != nil {
		batches = [][]*Entry{filter(all, (*Entry).isLarge), filter(all, func(e *Entry) bool { return !e.isLarge() })}
	}
	for i, batch := range batches {
		if i > 0 {
			<-u.made
		}
		left := u.reuse(getting, batch, reuse)
		if getting.Err() != nil { // it has not come to its end
			break
		}
		missing := u.zip.missing(filter(left, func(e *Entry) bool {
			return !slices.ContainsFunc(covered, func(s fsx.Span) bool { return holds(s, e) })
		}))
		parts := slices.Clone(missing)
		for n, part := range parts {
			sum += part.End - part.First
			if part.End == r.Here {
				parts[n].End = r.Size // an entry may lie across
			}
		}
		covered = append(covered, parts...)
		first := u.queue.expect(parts, left)
		if i == len(batches)-1 {
			wanted.Store(sum)
		}
		u.Arriving(wanted.Load())
		g.Go(func() error {
			return r.Get(getting, missing, func(n int, end int64) {
				if end == r.Here {
					end = r.Size
				}
				u.queue.arrived(first+n, end)
				u.Arriving(wanted.Load())
			})
		})
	}
	u.queue.close()
	if err := g.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// filter returns those of entries that are kept.
func filter(entries []*Entry, keep func(*Entry) bool) []*Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e *Entry) bool { return !keep(e) })
}

// reuse takes from this machine what have has, which may be nil, and returns those of
// entries that are left, those without a file included.
func (u *unpacking) reuse(ctx context.Context, entries []*Entry, have tree.Reuse) []*Entry {
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
	var left []*Entry
	for i, ok := range found {
		if !ok {
			left = append(left, entries[i])
		}
	}
	u.reused += len(entries) - len(left)
	return left
}

// missing returns where entries are, as far as that is not here.
func (a *Zip) missing(entries []*Entry) []fsx.Span {
	var missing []fsx.Span
	for _, e := range entries {
		if first := e.offset(); first < a.remote.Here {
			missing = append(missing, fsx.Span{First: first, End: min(e.end(), a.remote.Here)})
		}
	}
	return fsx.JoinSpans(missing)
}

// Hash fills in the sums of entries, and gets what is missing of them. It does nothing
// and returns false if that is more than so many bytes: the sizes in the directory may
// not be true, what is received counts.
func (a *Zip) Hash(ctx context.Context, entries []*Entry, most int64) (bool, error) {
	missing := a.missing(entries)
	for _, s := range missing {
		most -= s.End - s.First
	}
	if most < 0 {
		return false, nil
	}
	if len(missing) > 0 {
		if err := a.remote.Get(ctx, missing, func(int, int64) {}); err != nil {
			return false, err
		}
	}
	return true, hashEntries(ctx, entries)
}
