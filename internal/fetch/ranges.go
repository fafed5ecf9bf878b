package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// errNoRanges says that a server does not send parts of a file, or not those
// that were asked for.
var errNoRanges = errors.New("server sends no ranges")

const (
	partKind = "a part of a zip file"
	minGap   = 32 << 10 // what costs less to receive than another request
	maxSpans = 64       // requests for one file: with latency each costs more than its bytes
	// maxRequests are sent at the same time: a request for a few kilobytes is
	// all waiting.
	maxRequests = 4
)

// A span is the bytes of a file from first to before end.
type span struct{ first, end int64 }

// joinSpans sorts spans and joins those that are near each other, so that there
// are at most maxSpans. One request for several ranges would be less, but servers
// answer it with the whole file.
func joinSpans(spans []span) []span {
	slices.SortFunc(spans, func(x, y span) int { return cmp.Compare(x.first, y.first) })
	for gap := int64(minGap); ; gap *= 2 {
		if spans = joinNear(spans, gap); len(spans) <= maxSpans {
			return spans
		}
	}
}

// joinNear joins what is at most gap apart.
func joinNear(spans []span, gap int64) []span {
	var joined []span
	for _, s := range spans {
		if last := len(joined) - 1; last >= 0 && s.first-joined[last].end <= gap {
			joined[last].end = max(joined[last].end, s.end)
		} else {
			joined = append(joined, s)
		}
	}
	return joined
}

// A sparse is a file on a server, of which parts are here: a local file that
// has them at the same offsets, and holes elsewhere.
type sparse struct {
	web      *web
	url      *url.URL
	file     *os.File
	size     int64         // of the file on the server
	tailSize int64         // bytes of its end to ask for first
	whole    *body         // all of it, where that came instead of the tail
	received atomic.Int64  // bytes
	requests chan struct{} // has one for each request under way
}

func newSparse(w *web, u *url.URL, file *os.File, tailSize int64) *sparse {
	return &sparse{web: w, url: u, file: file, tailSize: tailSize, requests: make(chan struct{}, maxRequests)}
}

// tail gets the last bytes of the file, learns its size and returns the offset
// from which on it is here. With errNoRanges the server may have begun to send
// all of it, as s.whole, which is not to be asked for again.
func (s *sparse) tail(ctx context.Context) (int64, error) {
	b, err := s.web.openAny(ctx, s.url, "a zip file", http.Header{"Range": {fmt.Sprintf("bytes=-%d", s.tailSize)}},
		http.StatusPartialContent, http.StatusOK, http.StatusRequestedRangeNotSatisfiable)
	if err != nil {
		return 0, err
	}
	if b.status == http.StatusOK {
		s.whole = b
		return 0, errNoRanges
	}
	defer func() { _ = b.Close() }()
	first, end, size, err := parseContentRange(b.header.Get("Content-Range"))
	if err != nil || end != size || first != max(size-s.tailSize, 0) {
		return 0, errNoRanges
	}
	if limit := s.web.limits.size; size > limit {
		return 0, fmt.Errorf("get %s: %d bytes are too many for a toolchain", b.url, size)
	}
	s.size = size
	t := s.transfer(span{first, end}, nil)
	t.first = b
	return first, t.run(ctx)
}

// get gets parts of the file in their order, several at a time, and tells arrived,
// which may be nil, how far part n has come. It is safe for concurrent use.
func (s *sparse) get(ctx context.Context, spans []span, arrived func(n int, end int64)) error {
	g, ctx := errgroup.WithContext(ctx)
	for n, part := range spans {
		select {
		case s.requests <- struct{}{}:
		case <-ctx.Done():
			if err := g.Wait(); err != nil {
				return err
			}
			return context.Cause(ctx)
		}
		g.Go(func() error {
			defer func() { <-s.requests }()
			return s.transfer(part, func(at, _ int64) {
				if arrived != nil {
					arrived(n, at)
				}
			}).run(ctx)
		})
	}
	return g.Wait()
}

// transfer returns what gets one part and tells progress, which may be nil, how
// far that has come. It is errNoRanges that ends it if the
// answer is another part, or none: then the whole file may still be had.
func (s *sparse) transfer(part span, progress func(at, size int64)) *transfer {
	return &transfer{
		web: s.web, url: s.url, kind: partKind, file: s.file, part: &part, size: s.size,
		received: func(n int64) { s.received.Add(n) }, progress: progress,
	}
}

// takeWhole returns s.whole to who goes on with it.
func (s *sparse) takeWhole() *body {
	b := s.whole
	s.whole = nil
	return b
}

// close ends what nobody has taken.
func (s *sparse) close() {
	if s.whole != nil {
		_ = s.whole.Close()
	}
}

// parseContentRange reads "bytes 0-99/1000"; end is the offset after the last.
func parseContentRange(header string) (first, end, size int64, err error) {
	var last int64
	if _, err := fmt.Sscanf(header, "bytes %d-%d/%d", &first, &last, &size); err != nil {
		return 0, 0, 0, err
	}
	if first < 0 || last < first || last >= size || header != fmt.Sprintf("bytes %d-%d/%d", first, last, size) {
		return 0, 0, 0, errNoRanges
	}
	return first, last + 1, size, nil
}
