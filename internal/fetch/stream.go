package fetch

import (
	"context"
	"errors"
	"net/url"

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
