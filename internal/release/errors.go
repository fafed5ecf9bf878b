package release

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/web"
)

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
		text += " (" + strings.TrimSuffix("403 Forbidden: "+e.Detail, ": ") + ")"
	}
	if e.Also != nil {
		cause := e.Also
		if inner := errors.Unwrap(cause); inner != nil { // without "download go1.22.3 for …" again
			cause = inner
		}
		text += "; the other source failed too: " + cause.Error()
	}
	return text
}

// Unwrap returns why the other source could not be asked.
func (e *NotFoundError) Unwrap() error { return e.Also }

// Is makes a NotFoundError equivalent to fs.ErrNotExist.
func (e *NotFoundError) Is(target error) bool { return target == fs.ErrNotExist }

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
		return (&web.ContentError{URL: e.URL, Got: hashless, Want: dlKind}).Error()
	}
	if e.Got == "" {
		return "get " + e.URL + ": no SHA-256 of " + e.File
	}
	return fmt.Sprintf("get %s: %.100q is not a SHA-256 of %s", e.URL, web.CleanLine(e.Got), e.File)
}
