package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
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
	tailSize = 64 << 10 // the end of a zip, where it says where its directory is
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
	size     int64        // of the file on the server
	tailSize int64        // bytes of its end to ask for first
	received atomic.Int64 // bytes

	// arrived is told how far part n of get has come; it may be nil.
	arrived func(n int, end int64)
}

// tail gets the last bytes of the file, learns its size and returns the offset
// from which on it is here.
func (s *sparse) tail(ctx context.Context) (int64, error) {
	b, err := s.request(ctx, fmt.Sprintf("bytes=-%d", s.tailSize))
	if err != nil {
		return 0, err
	}
	defer func() { _ = b.Close() }()
	first, end, size, err := parseContentRange(b.header.Get("Content-Range"))
	if err != nil || end != size || first != max(size-s.tailSize, 0) {
		return 0, errNoRanges
	}
	if size > maxZip {
		return 0, fmt.Errorf("get %s: %d bytes are too many for a toolchain", b.url, size)
	}
	s.size = size
	return first, s.store(b, span{first, end}, nil)
}

// openDirectory reads the zip's directory, after asking for what is not here
// of it: the bytes before offset here.
func (s *sparse) openDirectory(ctx context.Context, here int64, r release) (*archive, error) {
	end := make([]byte, endLen)
	if err := readAt(s.file, end, max(s.size-endLen, here)); err != nil {
		return nil, err
	}
	// Only where it begins is of interest; openArchive is strict.
	if at := le32(end[16:]); at < here {
		if here-at > maxDirectory {
			return nil, &ArchiveError{Format: zipFormat, Reason: "directory too large"}
		}
		if err := s.get(ctx, []span{{at, here}}); err != nil {
			return nil, err
		}
	}
	return openArchive(s.file, s.size, r)
}

// get gets parts of the file, several at a time.
func (s *sparse) get(ctx context.Context, spans []span) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(maxRequests)
	for n, part := range spans {
		g.Go(func() error { return s.getOne(ctx, n, part) })
	}
	return g.Wait()
}

func (s *sparse) getOne(ctx context.Context, n int, part span) error {
	b, err := s.request(ctx, fmt.Sprintf("bytes=%d-%d", part.first, part.end-1))
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	first, end, size, err := parseContentRange(b.header.Get("Content-Range"))
	if err != nil || (span{first, end}) != part || size != s.size {
		return errNoRanges
	}
	return s.store(b, part, func(end int64) {
		if s.arrived != nil {
			s.arrived(n, end)
		}
	})
}

// request asks for a part. Whatever is neither a part nor trouble on the way
// is errNoRanges: then the whole file may still be had.
func (s *sparse) request(ctx context.Context, byteRange string) (*body, error) {
	b, err := s.web.open(ctx, s.url, "a part of a zip file", http.Header{"Range": {byteRange}})
	var status *StatusError
	if errors.As(err, &status) && (status.Status == http.StatusOK || status.Status == http.StatusRequestedRangeNotSatisfiable) {
		return nil, errNoRanges
	}
	return b, err
}

// store writes a part to its place and tells arrived how far it has come.
func (s *sparse) store(b *body, part span, arrived func(end int64)) error {
	buf := make([]byte, 128<<10)
	at := part.first
	for at < part.end {
		n, err := b.Read(buf[:min(int64(len(buf)), part.end-at)])
		if _, err := s.file.WriteAt(buf[:n], at); err != nil {
			return err
		}
		at += int64(n)
		s.received.Add(int64(n))
		if n > 0 && arrived != nil {
			arrived(at)
		}
		if err != nil && at < part.end {
			if errors.Is(err, io.EOF) {
				err = &TruncatedError{URL: b.url, Got: at - part.first, Want: part.end - part.first, Err: io.ErrUnexpectedEOF}
			}
			return err
		}
	}
	return nil
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
