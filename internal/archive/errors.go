package archive

import (
	"cmp"
	"fmt"
)

// An Error says that an archive is not one that Go publishes.
type Error struct {
	Format string // "zip file" or "tar.gz file", "" where it makes no difference
	Name   string // entry, "" for the archive as a whole
	Reason string
	Err    error // may be nil
}

func (e *Error) Error() string {
	text := cmp.Or(e.Format, "archive")
	if e.Name != "" {
		text += fmt.Sprintf(" entry %.200q", e.Name)
	}
	if e.Err != nil {
		return text + ": " + e.Reason + ": " + e.Err.Error()
	}
	return text + ": " + e.Reason
}

func (e *Error) Unwrap() error { return e.Err }
