package sumdb

import (
	"errors"
	"fmt"
)

// ErrOff says that GOSUMDB=off takes away the only proof. The go
// command refuses to download a toolchain then, too.
var ErrOff = errors.New("checksum database disabled by GOSUMDB=off")

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

// Mismatch is the Reason of a SecurityError about content, as opposed to the
// database.
const Mismatch = "checksum mismatch"

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

// An OlderError says that a copy of the database, in files, is of an older state than this
// user has seen, and that it does not have the tiles that join the two. Of a server, that
// is a [*SecurityError].
type OlderError struct {
	Op            string // such as "verifying go1.22.3 linux/amd64"
	Name          string // of the database
	Offered, Seen int64  // records in the two trees
	Err           error
}

func (e *OlderError) Error() string {
	return fmt.Sprintf("%s: checksum database %s: this copy has %s", e.Op, e.Name, e.records())
}

func (e *OlderError) records() string {
	return fmt.Sprintf("%d records, and nothing that joins them to the %d that this user has seen", e.Offered, e.Seen)
}

func (e *OlderError) Unwrap() error { return e.Err }
