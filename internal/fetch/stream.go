package fetch

import (
	"context"
	"errors"
	"net/url"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/web"
)

// streamTail is how much of a zip's end is asked for first: the directory of a
// release has 1.4 to 1.8 MB.
const streamTail = 2 << 20

// tailSize is the same where only a few files are wanted.
const tailSize = 64 << 10

// stream gets the zip at u and unpacks it while it arrives. Where the server sends
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
		err = d.unpackArriving(ctx, s, here)
	}
	if errors.Is(err, web.ErrNoRanges) {
		return c.downloadFrom(ctx, d, u, whole)
	}
	return err
}

func (d *download) unpackArriving(ctx context.Context, s *web.Sparse, here int64) (err error) {
	var before int64
	how := archive.Unpacking{Only: d.only, Reuse: d.reuse, Opened: func() {
		before = s.Received.Load()
		d.report(before, s.Size)
		d.once.Do(func() { close(d.answered) })
	}, Arriving: func(wanted int64) {
		if wanted < 0 { // it may be all
			wanted = s.Size - before
		}
		d.report(s.Received.Load(), before+wanted)
	}}
	d.source, d.size, d.dirty = web.Display(s.URL), s.Size, true
	d.sums, d.reused, err = archive.UnpackRemote(ctx, remote(s, here), d.Prefix(), d.root, how)
	d.received = s.Received.Load()
	return err
}

// remote is s for who reads the zip that it is.
func remote(s *web.Sparse, here int64) archive.Remote {
	return archive.Remote{File: s.File, Size: s.Size, Here: here, Get: s.Get}
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
