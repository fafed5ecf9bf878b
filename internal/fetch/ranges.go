package fetch

import (
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
	tailSize = 64 << 10 // the end of a zip, where it says where its directory is
	maxGap   = 32 << 10 // what costs less to receive than another request
	// maxRequests are sent at the same time: a request for a few kilobytes is
	// all waiting.
	maxRequests = 4
)

// A span is the bytes of a file from first to before end.
type span struct{ first, end int64 }

// joinSpans sorts spans and joins those that are near each other. One request
// for several ranges would be less, but servers answer it with the whole file.
func joinSpans(spans []span) []span {
	slices.SortFunc(spans, func(x, y span) int {
		return int(min(max(x.first-y.first, -1), 1))
	})
	var joined []span
	for _, s := range spans {
		if last := len(joined) - 1; last >= 0 && s.first-joined[last].end <= maxGap {
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
	size     int64        // of the file on the server
	received atomic.Int64 // bytes
}

// tail gets the last bytes of the file, learns its size and returns the offset
// from which on it is here.
func (s *sparse) tail(ctx context.Context) (int64, error) {
	b, err := s.request(ctx, fmt.Sprintf("bytes=-%d", tailSize))
	if err != nil {
		return 0, err
	}
	defer func() { _ = b.Close() }()
	first, end, size, err := parseContentRange(b.header.Get("Content-Range"))
	if err != nil || end != size || first != max(size-tailSize, 0) {
		return 0, errNoRanges
	}
	if limit := s.web.limits.size; size > limit {
		return 0, fmt.Errorf("get %s: %d bytes are too many for a toolchain", b.url, size)
	}
	s.size = size
	t := s.transfer(span{first, end})
	t.first = b
	return first, t.run(ctx)
}

// get gets parts of the file, several at a time.
func (s *sparse) get(ctx context.Context, spans []span) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(maxRequests)
	for _, part := range spans {
		g.Go(func() error { return s.transfer(part).run(ctx) })
	}
	return g.Wait()
}

// transfer returns what gets one part. It is errNoRanges that ends it if the
// answer is another part, or none: then the whole file may still be had.
func (s *sparse) transfer(part span) *transfer {
	return &transfer{
		web: s.web, url: s.url, kind: partKind, file: s.file, part: &part, size: s.size,
		received: func(n int64) { s.received.Add(n) },
	}
}

// request asks for the end of the file, whose size is not known yet.
func (s *sparse) request(ctx context.Context, byteRange string) (*body, error) {
	b, err := s.web.open(ctx, s.url, partKind, http.Header{"Range": {byteRange}})
	var status *StatusError
	if errors.As(err, &status) && (status.Status == http.StatusOK || status.Status == http.StatusRequestedRangeNotSatisfiable) {
		return nil, errNoRanges
	}
	return b, err
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
