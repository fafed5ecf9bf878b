package web

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"time"
	"unicode"
)

var (
	// ErrProxyOff says that GOPROXY=off forbids every download.
	ErrProxyOff = errors.New("downloads disabled by GOPROXY=off")

	// ErrDirect says that GOPROXY leaves only "direct", which names no server
	// that has toolchains.
	ErrDirect = errors.New("GOPROXY=direct can't download toolchains")

	// ErrOffline says that something is not in the cache and may not be asked for.
	ErrOffline = errors.New("not cached, and --offline is set")

	// ErrStalled says that a server stopped sending.
	ErrStalled = errors.New("no data received")

	// ErrSlow says that a server sends, but does not come to an end.
	ErrSlow = errors.New("no complete answer")
)

// A NoProxyError says that GONOPROXY (or GOPRIVATE) keeps a module away from
// proxies, which are the only source of toolchains.
type NoProxyError struct {
	Module   string
	Patterns string // the value that matches
}

func (e *NoProxyError) Error() string {
	return fmt.Sprintf("%s is excluded from proxies by GONOPROXY or GOPRIVATE %q", e.Module, e.Patterns)
}

// A RequestError says that a request got no usable answer: no way to the server,
// no trust in it, too many redirects.
type RequestError struct {
	URL      string // without credentials and query
	Err      error
	Attempts int
}

func (e *RequestError) Error() string {
	return "get " + e.URL + ": " + afterAttempts(e.Attempts) + e.Err.Error()
}

func (e *RequestError) Unwrap() error { return e.Err }

// A StatusError is an HTTP answer other than 200.
type StatusError struct {
	URL    string // without credentials and query
	Status int
	Detail string // first line of the answer, if it was plain text

	Attempts   int
	RetryAfter time.Duration // for which the server wants to be left alone, 0 if it does not say
}

func (e *StatusError) Error() string {
	status := strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status)))
	switch {
	case e.RetryAfter > 48*time.Hour: // which nobody means
		status += " (try again later)"
	case e.RetryAfter > 0:
		status += fmt.Sprintf(" (try again in %v)", e.RetryAfter.Round(time.Second))
	}
	if e.Detail != "" {
		status += ": " + e.Detail
	}
	return "get " + e.URL + ": " + afterAttempts(e.Attempts) + status
}

// Is makes the answers that mean "not here" equivalent to fs.ErrNotExist.
func (e *StatusError) Is(target error) bool {
	return target == fs.ErrNotExist && (e.Status == http.StatusNotFound || e.Status == http.StatusGone)
}

// A ContentError says that an answer is of another kind than what was asked
// for, as when a hotel's login page comes instead.
type ContentError struct {
	URL  string
	Got  string // such as "text/html"
	Want string // such as "a zip file"
}

func (e *ContentError) Error() string {
	return "get " + e.URL + ": the answer is " + e.Got + ", not " + e.Want
}

// A TruncatedError says that a body ended before its end.
type TruncatedError struct {
	URL  string
	Got  int64
	Want int64 // -1 if the server did not say
	Err  error

	Attempts int // to get it, or the rest of it
}

func (e *TruncatedError) Error() string {
	text := fmt.Sprintf("get %s: %sconnection lost after %d", e.URL, afterAttempts(e.Attempts), e.Got)
	if e.Want >= 0 {
		text += fmt.Sprintf(" of %d", e.Want)
	}
	text += " bytes"
	if errors.Is(e.Err, io.ErrUnexpectedEOF) || errors.Is(e.Err, io.EOF) {
		return text
	}
	return text + ": " + e.Err.Error()
}

func (e *TruncatedError) Unwrap() error { return e.Err }

// IsAway reports whether the way to a server, or what answers there instead of it, is
// to blame.
func IsAway(err error) bool {
	return errors.As(err, new(*RequestError)) || errors.As(err, new(*StatusError)) ||
		errors.As(err, new(*ContentError)) || errors.As(err, new(*TruncatedError))
}

// afterAttempts says how often something was tried, if more than once.
func afterAttempts(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf("after %d attempts: ", n)
}

// maxDetail bounds what a server can put into a message, per line.
const maxDetail = 200

// CleanLine makes foreign text fit for a terminal: one line, bounded, without
// anything that could steer it.
func CleanLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	line = strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == unicode.ReplacementChar || !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, line)
	if runes := []rune(line); len(runes) > maxDetail {
		line = string(runes[:maxDetail]) + "…"
	}
	return strings.TrimSpace(line)
}
