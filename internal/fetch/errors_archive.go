package fetch

import (
	"cmp"
	"fmt"
)

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
