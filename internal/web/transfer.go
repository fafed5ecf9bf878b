package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gosw/gosw/internal/fsx"
)

// A Transfer brings a file, or one part of it, from a server into a file here,
// over as many connections as it takes: when one breaks, the next goes on
// after the last byte that came.
//
// Whether the rest belongs to what is there is for the server to say, as far as
// it can: by a strong ETag or a date of change in If-Range, by an ETag that is
// still the same, at least by a size that is. All of that only saves time. If
// a server has another file under the same name after all, the two halves give
// a zip that is damaged or has another hash, and nothing of it is kept.
type Transfer struct {
	Web  *Client
	URL  *url.URL
	Kind string
	File *os.File  // has each byte at its offset
	part *fsx.Span // what is wanted of the file; nil for all
	Size int64     // of the whole file, -1 if unknown

	// Check looks at the first bytes once they are in the file; progress and
	// received are told about all. Each may be nil.
	Check    func() error
	Progress func(done, total int64)
	received *atomic.Int64

	First     *Body  // the answer to begin with, nil if there is none yet
	first, at int64  // offsets of the first byte and of the next
	etag      string // of the first answer, also a weak one
	validator string // for If-Range, "" for none
	checked   bool
	whole     bool // the server does ranges wrongly

	connections, restarts int
	idle                  int             // attempts since the last byte came
	lost                  *TruncatedError // how the last connection ended
	pace                  pace
}

// magicSize is how many bytes check wants to see.
const magicSize = 4

// Run returns when all is here.
func (t *Transfer) Run(ctx context.Context) error {
	if t.part != nil {
		t.first, t.at = t.part.First, t.part.First
	}
	t.pace = pace{Limits: t.Web.limits, start: time.Now()}
	for {
		b, err := t.connect(ctx)
		if err != nil {
			return err
		}
		if b == nil {
			return t.finish()
		}
		err = t.receive(ctx, b)
		_ = b.Close()
		truncated, ok := errors.AsType[*TruncatedError](err)
		if b.status == 0 || !ok {
			return err
		}
		if err := t.again(ctx, truncated); err != nil {
			return err
		}
	}
}

// again waits for the time of the next attempt, or returns why there is none.
func (t *Transfer) again(ctx context.Context, err *TruncatedError) error {
	t.idle++
	err.Attempts = t.connections
	t.lost = err
	if t.idle >= t.Web.limits.Attempts || t.connections >= maxConnections {
		return err
	}
	tellRetry(ctx, t.idle+1, t.Web.limits.Attempts, err.Err)
	if reason := sleep(ctx, t.Web.limits.backoff(t.idle)); reason != nil {
		return fmt.Errorf("get %s: %w", err.URL, reason)
	}
	return t.pace.add(err.URL, 0)
}

// connect opens the rest of what is wanted. There is no body if nothing is
// missing any more.
func (t *Transfer) connect(ctx context.Context) (*Body, error) {
	for {
		t.connections++
		b, err := t.request(ctx)
		if err != nil {
			return nil, err
		}
		done, err := t.judge(b)
		if err == nil && !done {
			return b, nil
		}
		_ = b.Close()
		if t.part != nil || !errors.Is(err, ErrNoRanges) {
			return nil, err
		}
		// A part that is not the one asked for: all of it, then, if the
		// server can do that better.
		t.whole = true
		if err := t.restart(); err != nil {
			return nil, err
		}
	}
}

func (t *Transfer) request(ctx context.Context) (*Body, error) {
	if b := t.First; b != nil {
		t.First = nil
		return b, nil
	}
	w, header := t.Web, make(http.Header)
	if t.lost != nil {
		patient := *w
		patient.limits.Attempts, patient.limits.refused = begunAttempts, begunAttempts
		w = &patient
	}
	switch {
	case t.part != nil:
		header.Set("Range", fmt.Sprintf("bytes=%d-%d", t.at, t.part.End-1))
	case t.at > 0 && !t.whole:
		header.Set("Range", fmt.Sprintf("bytes=%d-", t.at))
	default:
		return w.Open(ctx, t.URL, t.Kind, nil, http.StatusOK)
	}
	if t.validator != "" {
		header.Set("If-Range", t.validator)
	}
	return w.Open(ctx, t.URL, t.Kind, header,
		http.StatusOK, http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable)
}

// judge decides what an answer is: the rest, all from the beginning, the news
// that there is no rest, or errNoRanges for what is none of these.
func (t *Transfer) judge(b *Body) (done bool, err error) {
	switch b.status {
	case http.StatusPartialContent:
		first, end, size, err := parseContentRange(b.Header.Get("Content-Range"))
		etag := b.Header.Get("ETag")
		changed := t.etag != "" && etag != "" && etag != t.etag
		if err != nil || first != t.at || end != t.end(size) || t.Size >= 0 && size != t.Size ||
			b.size >= 0 && b.size != end-first || changed {
			return false, ErrNoRanges
		}
		return false, t.learn(b, size)
	case http.StatusRequestedRangeNotSatisfiable:
		if t.part != nil || b.Header.Get("Content-Range") != fmt.Sprintf("bytes */%d", t.at) {
			return false, ErrNoRanges
		}
		t.Size = t.at // which was announced as more, or not at all
		return true, nil
	}
	if t.part != nil {
		return false, ErrNoRanges
	}
	if t.at > 0 {
		if err := t.restart(); err != nil {
			return false, err
		}
	}
	t.etag, t.validator = "", ""
	if t.lost != nil && t.Progress != nil {
		t.Progress(0, b.size)
	}
	return false, t.learn(b, b.size)
}

// learn notes what the first answer says about the file.
func (t *Transfer) learn(b *Body, size int64) error {
	t.Size = size
	if limit := t.Web.limits.Size; size > limit {
		return fmt.Errorf("get %s: %d bytes: too large for a toolchain", b.url, size)
	}
	if t.etag != "" || t.validator != "" {
		return nil
	}
	t.etag = b.Header.Get("ETag")
	modified := b.Header.Get("Last-Modified")
	if strings.HasPrefix(t.etag, `"`) { // a weak one is not allowed in If-Range
		t.validator = t.etag
	} else if _, err := http.ParseTime(modified); err == nil {
		t.validator = modified
	}
	return nil
}

// end returns the offset after the last byte that is wanted.
func (t *Transfer) end(size int64) int64 {
	if t.part != nil {
		return t.part.End
	}
	return size
}

// restart forgets what is here.
func (t *Transfer) restart() error {
	if t.restarts++; t.restarts > maxRestarts {
		t.lost.Attempts = t.connections
		return t.lost
	}
	t.at, t.Size, t.checked = 0, -1, false
	return t.File.Truncate(0)
}

// receive stores what b has.
func (t *Transfer) receive(ctx context.Context, b *Body) error {
	buf := make([]byte, 128<<10)
	for {
		n, err := b.Read(buf)
		if storeErr := t.store(b, buf[:n]); storeErr != nil {
			return storeErr
		}
		switch {
		case err != nil:
			return t.ended(b, err)
		case ctx.Err() != nil: // a file URL has no request that would end
			return context.Cause(ctx)
		}
	}
}

func (t *Transfer) store(b *Body, data []byte) error {
	n, limit := int64(len(data)), t.Web.limits.Size
	if t.at+n > limit {
		return fmt.Errorf("get %s: more than %d bytes: too large for a toolchain", b.url, limit)
	}
	if end := t.end(t.Size); end >= 0 && t.at+n > end {
		return &ContentError{URL: b.url, Got: "longer than announced", Want: t.Kind}
	}
	if _, err := t.File.WriteAt(data, t.at); err != nil {
		return err
	}
	if t.at += n; n > 0 {
		t.idle = 0
	}
	if !t.checked && t.Check != nil && t.at >= magicSize {
		if err := t.Check(); err != nil {
			return err
		}
		t.checked = true
	}
	if t.received != nil {
		t.received.Add(n)
	}
	if t.Progress != nil {
		t.Progress(t.at, t.Size)
	}
	if b.status == 0 {
		return nil
	}
	return t.pace.add(b.url, n)
}

// ended is for the end of a body, which is not always that of the file: a part
// without a length may be shorter than its Content-Range. An error about one connection
// becomes one about the file, and none if nothing is missing.
func (t *Transfer) ended(b *Body, err error) error {
	end, whole := t.end(t.Size), err == io.EOF //nolint:errorlint // a TruncatedError may wrap it, and is no end
	if whole && t.at >= end || t.at > 0 && t.at == end {
		return t.finish()
	}
	if whole {
		err = &TruncatedError{URL: b.url, Err: io.ErrUnexpectedEOF}
	}
	if truncated, ok := errors.AsType[*TruncatedError](err); ok {
		truncated.Got, truncated.Want = t.at-t.first, end-t.first
	}
	return err
}

func (t *Transfer) finish() error {
	t.Size = max(t.Size, t.at)
	if t.checked || t.Check == nil {
		return nil
	}
	return t.Check()
}
