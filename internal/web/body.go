package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gosw/gosw/internal/fsx"
)

// A Body is the content of an answer or of a file, read under guard.
type Body struct {
	rc   io.ReadCloser
	url  string // for messages
	got  int64
	size int64 // -1 if unknown

	status int         // 0 for a file
	Header http.Header // of the answer

	ctx    context.Context // of the request; ends the read, and knows why
	cancel context.CancelCauseFunc
	stall  time.Duration
	guard  *time.Timer
}

func newBody(ctx context.Context, cancel context.CancelCauseFunc, stall time.Duration, resp *http.Response, shown string) *Body {
	b := &Body{rc: resp.Body, url: shown, size: resp.ContentLength,
		status: resp.StatusCode, Header: resp.Header, ctx: ctx, cancel: cancel, stall: stall}
	b.guard = time.AfterFunc(stall, func() { cancel(fmt.Errorf("%w for %v", ErrStalled, stall)) })
	b.guard.Stop()
	return b
}

// Read reads on. Its errors, io.EOF excepted, are complete messages.
func (b *Body) Read(p []byte) (int, error) {
	b.guard.Reset(b.stall)
	n, err := b.rc.Read(p)
	b.guard.Stop()
	b.got += int64(n)
	if err == nil || err == io.EOF && (b.size < 0 || b.got == b.size) {
		return n, err
	}
	return n, b.explain(err)
}

func (b *Body) explain(err error) error {
	err = cause(b.ctx, err)
	if context.Cause(b.ctx) != nil && !errors.Is(err, ErrStalled) {
		return fmt.Errorf("get %s: %w", b.url, err)
	}
	return &TruncatedError{URL: b.url, Got: b.got, Want: b.size, Err: err}
}

// Close ends the request.
func (b *Body) Close() error {
	b.guard.Stop()
	b.cancel(nil)
	return b.rc.Close()
}

// openFile opens a file URL. A missing file is the same as a missing page. No request
// ends with ctx, and a disk may be silent as long as it likes.
func openFile(u *url.URL) (*Body, error) {
	f, info, err := fsx.Open(FilePath(u), fsx.Follow)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", Display(u), fsx.Cause(err))
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	answer := &http.Response{Body: f, ContentLength: info.Size()}
	return newBody(ctx, cancel, math.MaxInt64, answer, Display(u)), nil
}

// FilePath returns the path that a file URL means: on Windows
// file:///C:/proxy is C:\proxy.
func FilePath(u *url.URL) string {
	name := u.Path
	if runtime.GOOS == "windows" && len(name) >= 3 && name[0] == '/' && name[2] == ':' {
		name = name[1:]
	}
	return filepath.FromSlash(name)
}

// FileURL returns the file URL of an absolute path.
func FileURL(name string) *url.URL {
	name = filepath.ToSlash(name)
	if name != "" && name[0] != '/' {
		name = "/" + name // C:/…
	}
	return &url.URL{Scheme: "file", Path: name}
}
