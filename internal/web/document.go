package web

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/fsx"
)

// A Document is a file of a server as it is kept in CacheDir: with what it
// takes to ask whether there is a newer one.
type Document struct {
	ETag         string    `json:"etag,omitempty"`
	LastModified string    `json:"last_modified,omitempty"`
	Fetched      time.Time `json:"fetched"` // when the server said last that this is it
	SHA256       string    `json:"sha256"`  // of the body, which is in a file of its own

	Body []byte
}

// documentFile returns the place of a document without its extension. The name
// gives no password away.
func (w *Client) documentFile(u *url.URL) string {
	return filepath.Join(w.cfg.CacheDir, "index", hexSum([]byte(u.String()))[:16], "document")
}

// Cached returns the document of u that was kept, if it is complete: two
// processes may be writing the two files.
func (w *Client) Cached(u *url.URL, limit int64) (Document, bool) {
	var d Document
	name := w.documentFile(u)
	data, err := fsx.Read(name+".json", 1<<20, fsx.Follow)
	if err != nil || json.Unmarshal(data, &d) != nil {
		return Document{}, false
	}
	if d.Body, err = fsx.Read(name+".body", limit, fsx.Follow); err != nil || d.SHA256 != hexSum(d.Body) {
		return Document{}, false
	}
	d.ETag, d.LastModified = validator(d.ETag), validator(d.LastModified)
	return d, true
}

// Keep keeps d, the document of u. A cache that can't be written costs time, nothing else.
func (w *Client) Keep(u *url.URL, d Document, withBody bool) {
	name := w.documentFile(u)
	if withBody && fsx.Replace(name+".body", d.Body, 0o600, fsx.Replacing{}) != nil {
		return
	}
	if data, err := json.Marshal(d); err == nil {
		_ = fsx.Replace(name+".json", append(data, '\n'), 0o600, fsx.Replacing{})
	}
}

// Current hands the newest form of the document at u to use, and keeps it if use can
// take it: that of CacheDir if the server says that it is still the one, else what it
// sends. Kind says what is expected, limit is the largest size in bytes.
func (w *Client) Current(ctx context.Context, u *url.URL, kind string, limit int64, use func(Document) error) error {
	old, _ := w.Cached(u, limit)
	d, err := w.get(ctx, u, kind, limit, old)
	if err == nil {
		err = use(d)
	}
	if err == nil {
		w.Keep(u, d, d.SHA256 != old.SHA256)
	}
	return err
}

// Read returns a whole small answer.
func (w *Client) Read(ctx context.Context, u *url.URL, kind string, limit int64) ([]byte, error) {
	d, err := w.get(ctx, u, kind, limit, Document{})
	return d.Body, err
}

// get returns the newest form of a document of which old, perhaps the zero
// document, is known, and asks again for one that breaks off. It has five times as
// long for that as a body may be silent: one that comes byte by byte is never silent.
func (w *Client) get(ctx context.Context, u *url.URL, kind string, limit int64, old Document) (Document, error) {
	bound := 5 * w.cfg.Stall
	ctx, cancel := context.WithTimeoutCause(ctx, bound, fmt.Errorf("%w within %v", ErrSlow, bound))
	defer cancel()
	for n := 1; ; n++ {
		d, err := w.getOnce(ctx, u, kind, limit, old)
		var truncated *TruncatedError
		if !errors.As(err, &truncated) || u.Scheme == "file" {
			return d, err
		}
		truncated.Attempts = n
		if n >= w.limits.Attempts {
			return Document{}, err
		}
		tellRetry(ctx, n+1, w.limits.Attempts, truncated.Err)
		if reason := sleep(ctx, w.limits.backoff(n)); reason != nil {
			return Document{}, fmt.Errorf("get %s: %w", Display(u), reason)
		}
	}
}

func (w *Client) getOnce(ctx context.Context, u *url.URL, kind string, limit int64, old Document) (Document, error) {
	header, accept := http.Header{"Accept-Encoding": {"gzip"}}, []int{http.StatusOK}
	if old.ETag != "" {
		header.Set("If-None-Match", old.ETag)
	} else if old.LastModified != "" {
		header.Set("If-Modified-Since", old.LastModified)
	}
	if len(header) > 1 {
		accept = append(accept, http.StatusNotModified)
	}
	b, err := w.Open(ctx, u, kind, header, accept...)
	if err != nil {
		return Document{}, err
	}
	defer func() { _ = b.Close() }()
	if b.status == http.StatusNotModified {
		old.Fetched = time.Now().Round(0)
		return old, nil
	}
	d := Document{ETag: validator(b.Header.Get("ETag")), LastModified: validator(b.Header.Get("Last-Modified")), Fetched: time.Now().Round(0)}
	d.Body, err = readDecoded(b, kind, limit)
	d.SHA256 = hexSum(d.Body)
	return d, err
}

// readDecoded returns a whole body of at most limit bytes, unzipped.
func readDecoded(b *Body, kind string, limit int64) ([]byte, error) {
	var r io.Reader = b
	switch encoding := strings.ToLower(b.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip":
		zr, err := gzip.NewReader(b)
		if err != nil {
			return nil, gzipError(b, kind, err)
		}
		r = zr
	default:
		return nil, &ContentError{URL: b.url, Got: "encoded as " + CleanLine(encoding), Want: kind}
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil {
		err = CheckSize(data, b.url, kind, limit)
	}
	return data, gzipError(b, kind, err)
}

// CheckSize refuses data that is larger than limit bytes.
func CheckSize(data []byte, url, kind string, limit int64) error {
	if int64(len(data)) > limit {
		return fmt.Errorf("get %s: more than %d bytes for %s", url, limit, kind)
	}
	return nil
}

// gzipError words what is wrong with the coding; what the body itself has to
// say is a message already.
func gzipError(b *Body, kind string, err error) error {
	switch {
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, new(flate.CorruptInputError)), err == io.EOF: //nolint:errorlint // of gzip itself
		return &ContentError{URL: b.url, Got: "not gzip, although the server says so", Want: kind}
	case err == io.ErrUnexpectedEOF: //nolint:errorlint // of gzip itself
		return &TruncatedError{URL: b.url, Got: b.got, Want: b.size, Err: err}
	}
	return err
}

// validator returns what a server said to tell its versions apart, if it can
// be sent back.
func validator(text string) string {
	odd := func(r rune) bool { return r < ' ' || r > '~' }
	if len(text) > 200 || strings.ContainsFunc(text, odd) {
		return ""
	}
	return text
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
