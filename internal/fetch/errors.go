package fetch

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/gosw/gosw/internal/gover"
)

var (
	// ErrProxyOff says that GOPROXY=off forbids every download.
	ErrProxyOff = errors.New("downloads disabled by GOPROXY=off")

	// ErrDirect says that GOPROXY leaves only "direct", which names no server
	// that has toolchains.
	ErrDirect = errors.New("GOPROXY=direct has no toolchains")

	// ErrSumDBOff says that GOSUMDB=off takes away the only proof. The go
	// command refuses to download a toolchain then, too.
	ErrSumDBOff = errors.New("checksum database disabled by GOSUMDB=off")

	// ErrStalled says that a server stopped sending.
	ErrStalled = errors.New("no data received")

	// ErrSlow says that a server sends, but does not come to an end.
	ErrSlow = errors.New("no whole answer")
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

// A NotFoundError says that no source has a release for a platform. Some
// proxies answer 403 for what they don't have, so that counts as well.
type NotFoundError struct {
	Version  gover.Version
	Platform Platform
	URL      string // where it was looked for last, without credentials
	Status   int    // 404, 410 or 403; 0 if an index does not have it
	Detail   string // first line of the answer, if it was plain text
	Also     error  // why the other source could not be asked, or nil
}

func (e *NotFoundError) Error() string {
	text := "download " + e.Version.String() + " for " + e.Platform.String() + ": not found"
	if e.Status == http.StatusForbidden { // may be a matter of rights after all
		text += " (" + withDetail("403 Forbidden", e.Detail) + ")"
	}
	if e.Also != nil {
		cause := e.Also
		if inner := errors.Unwrap(cause); inner != nil { // without "download go1.22.3 for …" again
			cause = inner
		}
		text += "; the other source can't be asked: " + cause.Error()
	}
	return text
}

// Unwrap returns why the other source could not be asked.
func (e *NotFoundError) Unwrap() error { return e.Also }

// Is makes a NotFoundError equivalent to fs.ErrNotExist.
func (e *NotFoundError) Is(target error) bool { return target == fs.ErrNotExist }

// A NotArchiveError says that a file is no archive of a Go release.
type NotArchiveError struct {
	Name string // that says nothing; "" if the content is of no known kind
}

func (e *NotArchiveError) Error() string {
	if e.Name == "" {
		return "neither a zip nor a tar.gz file"
	}
	return fmt.Sprintf("%.200q does not say which release for which platform it is", cleanLine(e.Name))
}

// An UnprovenError says that nothing could be asked that knows a file.
type UnprovenError struct {
	Path   string
	SHA256 string // of the file, in hex
	Err    error  // why, for each that was asked
}

func (e *UnprovenError) Error() string {
	text := "verifying " + cleanLine(e.Path) + ": nothing proves it"
	if e.Err != nil {
		text += ": " + strings.ReplaceAll(e.Err.Error(), "\n", "; ")
	}
	return text
}

func (e *UnprovenError) Unwrap() error { return e.Err }

// A SecurityError says that a download could not be proven although everything
// needed for the proof was there: it is not what was published, or the
// checksum database contradicts itself. Nothing may be kept or tried again.
type SecurityError struct {
	Op      string   // such as "verifying go1.22.3 linux/amd64"
	Reason  string   // such as "checksum mismatch"
	Module  string   // such as "golang.org/toolchain@v0.0.1-go1.22.3.linux-amd64"
	Details []string // lines for the user, such as "downloaded: h1:…"; free of control characters

	// NoRecord says that the database has no record of Module. For a release
	// that is known to be published that is a refusal to prove.
	NoRecord bool
}

// mismatch is the Reason of a SecurityError about content, as opposed to the
// database.
const mismatch = "checksum mismatch"

func (e *SecurityError) Error() string { return e.Op + ": " + e.Reason }

// A DatabaseError says that the checksum database could not be asked, so
// that nothing is known about the download.
type DatabaseError struct {
	Op   string // such as "verifying go1.22.3 linux/amd64"
	Name string // of the database
	Err  error
}

func (e *DatabaseError) Error() string {
	return e.Op + ": checksum database " + e.Name + ": " + e.Err.Error()
}

func (e *DatabaseError) Unwrap() error { return e.Err }

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
	return "get " + e.URL + ": " + afterAttempts(e.Attempts) + withDetail(status, e.Detail)
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

// hashless is what an index is that can prove none of its archives.
const hashless = "a list of Go releases without a SHA-256"

// A NoHashError says that an index has an archive, and no SHA-256 to prove it by.
type NoHashError struct {
	URL  string // of the index
	File string // "" for all archives
	Got  string // what is there instead; "" for nothing, as for releases before Go 1.5.3
}

func (e *NoHashError) Error() string {
	if e.File == "" {
		return (&ContentError{URL: e.URL, Got: hashless, Want: dlKind}).Error()
	}
	if e.Got == "" {
		return "get " + e.URL + ": no SHA-256 of " + e.File
	}
	return fmt.Sprintf("get %s: %.100q is not a SHA-256 of %s", e.URL, cleanLine(e.Got), e.File)
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

// An ArchiveError says that an archive is not one that Go publishes.
type ArchiveError struct {
	Format string // "zip file" or "tar.gz file", "" where it makes no difference
	Name   string // entry, "" for the archive as a whole
	Reason string
	Err    error // may be nil
}

func (e *ArchiveError) Error() string {
	text := cmp.Or(e.Format, "archive")
	if e.Name != "" {
		text += fmt.Sprintf(" entry %.200q", e.Name)
	}
	if e.Err != nil {
		return text + ": " + e.Reason + ": " + e.Err.Error()
	}
	return text + ": " + e.Reason
}

func (e *ArchiveError) Unwrap() error { return e.Err }

// afterAttempts says how often something was tried, if more than once.
func afterAttempts(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf("after %d attempts: ", n)
}

func withDetail(text, detail string) string {
	if detail == "" {
		return text
	}
	return text + ": " + detail
}

// maxDetail bounds what a server can put into a message, per line.
const maxDetail = 200

// cleanLine makes foreign text fit for a terminal: one line, bounded, without
// anything that could steer it.
func cleanLine(text string) string {
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
