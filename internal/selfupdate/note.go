package selfupdate

import (
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"strings"

	"golang.org/x/mod/semver"
	"golang.org/x/mod/sumdb/note"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/web"
)

// A Note is what a release says about itself, once its signature has been checked.
type Note struct {
	Version string // such as "v0.2.0"
	Go      string // that built it, such as "go1.26.8"
	H1      string // of the source
	files   map[string][32]byte
}

// ErrNoKey says that nothing can be checked, because no release has been signed
// with a key that this program knows.
var ErrNoKey = errors.New("this build of gosw has no release key")

// openNote checks the signatures of a note, of which one by one of keys will do,
// and reads it. What is the release that is asked for, in messages.
func openNote(data []byte, keys []string, what string) (*Note, error) {
	var known []note.Verifier
	for _, key := range keys {
		v, err := note.NewVerifier(key)
		if err != nil {
			return nil, fmt.Errorf("release key %.40q: %w", key, err)
		}
		known = append(known, v)
	}
	if len(known) == 0 {
		return nil, ErrNoKey
	}
	signed, err := note.Open(data, note.VerifierList(known...))
	if err != nil {
		return nil, refuse(what, "its note is not signed with a key that this gosw knows", web.CleanLine(err.Error()))
	}
	n, err := parseNote(signed.Text)
	if err != nil { // signed by a key of ours, in a form of tomorrow
		return nil, fmt.Errorf("read the note of %s: %w", what, err)
	}
	return n, nil
}

// parseNote reads the text of a note: version, Go and h1 in a line each, then the
// lines of SHA256SUMS.
func parseNote(text string) (*Note, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 4 {
		return nil, errors.New("too few lines")
	}
	n := &Note{Go: lines[1], H1: lines[2], files: make(map[string][32]byte)}
	n.Version, _ = strings.CutPrefix(lines[0], "gosw ")
	if lines[0] != "gosw "+n.Version || semver.Canonical(n.Version) != n.Version || n.Version == "" {
		return nil, fmt.Errorf("line 1: %.60q is not a version of gosw", lines[0])
	}
	if v, err := gover.Parse(n.Go); err != nil || v.String() != n.Go {
		return nil, fmt.Errorf("line 2: %.60q is not a version of Go", n.Go)
	}
	if !strings.HasPrefix(n.H1, "h1:") {
		return nil, fmt.Errorf("line 3: %.60q is not the hash of a module", n.H1)
	}
	for i, line := range lines[3:] {
		sum, name, _ := strings.Cut(line, "  ")
		data, err := hex.DecodeString(sum)
		if _, twice := n.files[name]; err != nil || len(data) != 32 || name == "" || name != path.Base(name) || twice {
			return nil, fmt.Errorf("line %d: %.100q is not a hash and a file", i+4, line)
		}
		n.files[name] = [32]byte(data)
	}
	return n, nil
}

// refuse is the error of a release that can't be proven. What is "gosw v0.2.0".
func refuse(what, reason string, details ...string) error {
	return &sumdb.SecurityError{
		Op: "verifying " + what, Reason: reason, Module: Module + strings.Replace(strings.TrimPrefix(what, "gosw"), " ", "@", 1), Details: details,
	}
}
