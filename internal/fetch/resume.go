package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// A transfer brings a file, or one part of it, from a server into a file here,
// over as many connections as it takes: when one breaks, the next goes on
// after the last byte that came.
//
// Whether the rest belongs to what is there is for the server to say, as far as
// it can: by a strong ETag or a date of change in If-Range, by an ETag that is
// still the same, at least by a size that is. All of that only saves time. If
// a server has another file under the same name after all, the two halves give
// a zip that is damaged or has another hash, and nothing of it is kept.
type transfer struct {
	web  *web
	url  *url.URL
	kind string
	file *os.File // has each byte at its offset
	part *span    // what is wanted of the file; nil for all
	size int64    // of the whole file, -1 if unknown

	// Check looks at the first bytes once they are in the file; progress and
	// received are told about all. Each may be nil.
	check    func() error
	progress func(done, total int64)
	received func(n int64)

	first     *body  // the answer to begin with, nil if there is none yet
	at        int64  // offset of the next byte
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

// run returns when all is here.
func (t *transfer) run(ctx context.Context) error {
	if t.part != nil {
		t.at = t.part.first
	}
	t.pace = pace{limits: t.web.limits, start: time.Now()}
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
		var truncated *TruncatedError
		if b.status == 0 || !errors.As(err, &truncated) {
			return err
		}
		if err := t.again(ctx, truncated); err != nil {
			return err
		}
	}
}

// again waits for the time of the next attempt, or returns why there is none.
func (t *transfer) again(ctx context.Context, err *TruncatedError) error {
	t.idle++
	err.Attempts = t.connections
	t.lost = err
	if t.idle >= t.web.limits.attempts || t.connections >= t.web.limits.connections {
		return err
	}
	if reason := t.web.limits.pause(ctx, t.idle); reason != nil {
		return fmt.Errorf("get %s: %w", err.URL, reason)
	}
	return t.pace.add(err.URL, 0)
}

// connect opens the rest of what is wanted. There is no body if nothing is
// missing any more.
func (t *transfer) connect(ctx context.Context) (*body, error) {
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
		if t.part != nil || !errors.Is(err, errNoRanges) {
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

func (t *transfer) request(ctx context.Context) (*body, error) {
	if b := t.first; b != nil {
		t.first = nil
		return b, nil
	}
	if t.url.Scheme == "file" {
		return openFile(t.url)
	}
	w, header := t.web, make(http.Header)
	if t.lost != nil {
		patient := *w
		patient.limits.attempts, patient.limits.refused = w.limits.begun, w.limits.begun
		w = &patient
	}
	switch {
	case t.part != nil:
		header.Set("Range", fmt.Sprintf("bytes=%d-%d", t.at, t.part.end-1))
	case t.at > 0 && !t.whole:
		header.Set("Range", fmt.Sprintf("bytes=%d-", t.at))
	default:
		return w.open(ctx, t.url, t.kind, nil)
	}
	if t.validator != "" {
		header.Set("If-Range", t.validator)
	}
	return w.openAny(ctx, t.url, t.kind, header,
		http.StatusOK, http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable)
}

// judge decides what an answer is: the rest, all from the beginning, the news
// that there is no rest, or errNoRanges for what is none of these.
func (t *transfer) judge(b *body) (done bool, err error) {
	switch b.status {
	case http.StatusPartialContent:
		first, end, size, err := parseContentRange(b.header.Get("Content-Range"))
		if err != nil || first != t.at || end != t.end(size) || t.size >= 0 && size != t.size ||
			b.size >= 0 && b.size != end-first || t.changed(b) {
			return false, errNoRanges
		}
		t.learn(b, size)
		return false, nil
	case http.StatusRequestedRangeNotSatisfiable:
		if t.part != nil || b.header.Get("Content-Range") != fmt.Sprintf("bytes */%d", t.at) {
			return false, errNoRanges
		}
		t.size = t.at // which was announced as more, or not at all
		return true, nil
	}
	if t.part != nil {
		return false, errNoRanges
	}
	if t.at > 0 {
		if err := t.restart(); err != nil {
			return false, err
		}
	}
	t.etag, t.validator = "", ""
	t.learn(b, b.size)
	if t.lost != nil && t.progress != nil {
		t.progress(0, t.size)
	}
	if limit := t.web.limits.size; t.size > limit {
		return false, fmt.Errorf("get %s: %d bytes are too many for a toolchain", b.url, t.size)
	}
	return false, nil
}

// learn notes what the first answer says about the file.
func (t *transfer) learn(b *body, size int64) {
	t.size = size
	if t.etag != "" || t.validator != "" {
		return
	}
	t.etag = b.header.Get("ETag")
	modified := b.header.Get("Last-Modified")
	if strings.HasPrefix(t.etag, `"`) { // a weak one is not allowed in If-Range
		t.validator = t.etag
	} else if _, err := http.ParseTime(modified); err == nil {
		t.validator = modified
	}
}

// changed reports whether the server says that its file is another one now.
func (t *transfer) changed(b *body) bool {
	etag := b.header.Get("ETag")
	return t.etag != "" && etag != "" && etag != t.etag
}

// end returns the offset after the last byte that is wanted.
func (t *transfer) end(size int64) int64 {
	if t.part != nil {
		return t.part.end
	}
	return size
}

// restart forgets what is here.
func (t *transfer) restart() error {
	if t.restarts++; t.restarts > t.web.limits.restarts {
		t.lost.Attempts = t.connections
		return t.lost
	}
	t.at, t.size, t.checked = 0, -1, false
	return t.file.Truncate(0)
}

// receive stores what b has.
func (t *transfer) receive(ctx context.Context, b *body) error {
	buf := make([]byte, 128<<10)
	for {
		n, err := b.Read(buf)
		if storeErr := t.store(b, buf[:n]); storeErr != nil {
			return storeErr
		}
		switch {
		case err == io.EOF: //nolint:errorlint // a TruncatedError may wrap it, and is no end
			return t.ended(b)
		case err != nil:
			return t.broken(err)
		case ctx.Err() != nil: // a file URL has no request that would end
			return context.Cause(ctx)
		}
	}
}

func (t *transfer) store(b *body, data []byte) error {
	n, limit := int64(len(data)), t.web.limits.size
	if t.at+n > limit {
		return fmt.Errorf("get %s: more than %d bytes are too many for a toolchain", b.url, limit)
	}
	if end := t.end(t.size); end >= 0 && t.at+n > end {
		return &ContentError{URL: b.url, Got: "longer than announced", Want: t.kind}
	}
	if _, err := t.file.WriteAt(data, t.at); err != nil {
		return err
	}
	if t.at += n; n > 0 {
		t.idle = 0
	}
	if !t.checked && t.check != nil && t.at >= magicSize {
		if err := t.check(); err != nil {
			return err
		}
		t.checked = true
	}
	if t.received != nil {
		t.received(n)
	}
	if t.progress != nil {
		t.progress(t.at, t.size)
	}
	if b.status == 0 {
		return nil
	}
	return t.pace.add(b.url, n)
}

// ended is for the end of a body, which is not always that of the file: a part
// without a length may be shorter than its Content-Range.
func (t *transfer) ended(b *body) error {
	if end := t.end(t.size); end >= 0 && t.at < end {
		return &TruncatedError{URL: b.url, Got: t.got(), Want: t.want(), Err: io.ErrUnexpectedEOF}
	}
	return t.finish()
}

func (t *transfer) finish() error {
	t.size = max(t.size, t.at)
	if t.checked || t.check == nil {
		return nil
	}
	return t.check()
}

// broken makes an error about one connection one about the file. It is none if
// nothing is missing.
func (t *transfer) broken(err error) error {
	if t.at > 0 && t.at == t.end(t.size) {
		return t.finish()
	}
	var truncated *TruncatedError
	if errors.As(err, &truncated) {
		truncated.Got, truncated.Want = t.got(), t.want()
	}
	return err
}

func (t *transfer) got() int64 {
	if t.part != nil {
		return t.at - t.part.first
	}
	return t.at
}

func (t *transfer) want() int64 {
	if t.part != nil {
		return t.part.end - t.part.first
	}
	return t.size
}
