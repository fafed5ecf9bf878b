package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/fsx"
)

// ErrNoRanges says that a server does not send parts of a file, or not those
// that were asked for.
var ErrNoRanges = errors.New("the server does not send ranges")

const (
	partKind = "a part of a zip file"
	// maxRequests are sent at the same time: a request for a few kilobytes is
	// all waiting.
	maxRequests = 4
)

// A Sparse is a file on a server, of which parts are here: a local file that
// has them at the same offsets, and holes elsewhere.
type Sparse struct {
	web      *Client
	URL      *url.URL
	File     *os.File
	Size     int64         // of the file on the server
	Received atomic.Int64  // bytes
	requests chan struct{} // has one for each request under way
}

// NewSparse returns the parts of the file at u, which are put into file.
func NewSparse(w *Client, u *url.URL, file *os.File) *Sparse {
	return &Sparse{web: w, URL: u, File: file, requests: make(chan struct{}, maxRequests)}
}

// Tail gets the last n bytes of the file, learns its size and returns the offset
// from which on it is here. With ErrNoRanges the server may have begun to send
// all of it, as whole, which is not to be asked for again.
func (s *Sparse) Tail(ctx context.Context, n int64) (here int64, whole *Body, err error) {
	b, err := s.web.Open(ctx, s.URL, "a zip file", http.Header{"Range": {fmt.Sprintf("bytes=-%d", n)}},
		http.StatusPartialContent, http.StatusOK, http.StatusRequestedRangeNotSatisfiable)
	if err != nil {
		return 0, nil, err
	}
	if b.status == http.StatusOK {
		return 0, b, ErrNoRanges
	}
	defer func() { _ = b.Close() }()
	first, end, size, err := parseContentRange(b.Header.Get("Content-Range"))
	if err != nil || end != size || first != max(size-n, 0) {
		return 0, nil, ErrNoRanges
	}
	s.Size = size
	t := s.transfer(fsx.Span{First: first, End: end}, nil)
	t.First = b
	return first, nil, t.Run(ctx)
}

// Size asks how large the file at u is, and gets nothing of it.
func (w *Client) Size(ctx context.Context, u *url.URL) (int64, error) {
	b, err := w.Open(ctx, u, partKind, http.Header{"Range": {"bytes=0-0"}}, http.StatusPartialContent, http.StatusOK)
	if err != nil {
		return -1, err
	}
	defer func() { _ = b.Close() }()
	if b.status != http.StatusPartialContent {
		return b.size, nil
	}
	_, _, size, err := parseContentRange(b.Header.Get("Content-Range"))
	return size, err
}

// Get gets parts of the file in their order, several at a time, and tells arrived,
// how far part n has come. It is safe for concurrent use.
func (s *Sparse) Get(ctx context.Context, spans []fsx.Span, arrived func(n int, end int64)) error {
	g, ctx := errgroup.WithContext(ctx)
	for n, part := range spans {
		select {
		case s.requests <- struct{}{}:
		case <-ctx.Done():
			return cmp.Or(g.Wait(), context.Cause(ctx))
		}
		g.Go(func() error {
			defer func() { <-s.requests }()
			return s.transfer(part, func(at, _ int64) { arrived(n, at) }).Run(ctx)
		})
	}
	return g.Wait()
}

// transfer returns what gets one part and tells progress, which may be nil, how
// far that has come. It is errNoRanges that ends it if the
// answer is another part, or none: then the whole file may still be had.
func (s *Sparse) transfer(part fsx.Span, progress func(at, size int64)) *Transfer {
	return &Transfer{
		Web: s.web, URL: s.URL, Kind: partKind, File: s.File, part: &part, Size: s.Size,
		received: &s.Received, Progress: progress,
	}
}

// parseContentRange reads "bytes 0-99/1000"; end is the offset after the last.
func parseContentRange(header string) (first, end, size int64, err error) {
	var last int64
	_, _ = fmt.Sscanf(header, "bytes %d-%d/%d", &first, &last, &size) // what it has not read is another header
	if first < 0 || last < first || last >= size || header != fmt.Sprintf("bytes %d-%d/%d", first, last, size) {
		return 0, 0, 0, ErrNoRanges
	}
	return first, last + 1, size, nil
}
