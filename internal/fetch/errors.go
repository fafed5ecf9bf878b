package fetch

import (
	"fmt"
	"strings"

	"github.com/gosw/gosw/internal/web"
)

// A NotArchiveError says that a file is no archive of a Go release.
type NotArchiveError struct {
	Name string // that says nothing; "" if the content is of no known kind
}

func (e *NotArchiveError) Error() string {
	if e.Name == "" {
		return "neither a zip nor a tar.gz file"
	}
	return fmt.Sprintf("%.200q does not say which release and platform it is", web.CleanLine(e.Name))
}

// An UnprovenError says that nothing could be asked that knows a file.
type UnprovenError struct {
	Path   string
	SHA256 string // of the file, in hex
	Err    error  // why, for each that was asked
}

func (e *UnprovenError) Error() string {
	text := "verifying " + web.CleanLine(e.Path) + ": it can't be verified"
	if e.Err != nil {
		text += ": " + strings.ReplaceAll(e.Err.Error(), "\n", "; ")
	}
	return text
}

func (e *UnprovenError) Unwrap() error { return e.Err }
