// Package gover is the grammar and the order of Go versions, and of what a
// user may write for one.
//
// It has two types. A [Version] names one release ("go1.22.3"); only [Parse]
// makes one, so a Version is always safe as part of a path, a URL or a command
// name. A [Spec] is what people write in a pin file or on a command line: one
// release, a line of releases, "latest", a constraint, "system".
//
// The grammar is strict: lower case ASCII, major version 1, numbers without
// leading zeros and of at most three digits. Anything else is a [SyntaxError].
//
// The package touches no file, environment variable or network, and links only
// the standard library, because the shim is built on it. Constraints are
// recognized here and evaluated in gover/constraint.
package gover

import (
	"go/version"
	"strconv"
	"strings"
)

// A Version names one Go release or pre-release in the canonical form that Go
// itself uses: "go1.22.3", "go1.22rc1", "go1.20" (never "go1.20.0": before
// Go 1.21 the first release of a line had no patch number). The zero Version
// is no release. Versions are comparable with ==.
type Version struct {
	name string
}

// Parse reads the name of one release, with or without the prefix "go" or "v".
// "1.20.0" and "go1.20" are the same release; "1.22" is no release, because
// from Go 1.21 on the first release of a line is called 1.22.0.
// The error is a [*SyntaxError].
func Parse(text string) (Version, error) {
	n, ok := scan(trimPrefix(text))
	switch {
	case !ok:
		return Version{}, &SyntaxError{Text: text, Reason: "not a Go version"}
	case n.isLine() && n.minor >= 21:
		return Version{}, &SyntaxError{Text: text, Reason: "a release line, not one release"}
	}
	return n.release(), nil
}

// String returns the canonical name, such as "go1.22.3".
func (v Version) String() string { return v.name }

// Number returns the name without "go", such as "1.22.3".
func (v Version) Number() string { return strings.TrimPrefix(v.name, "go") }

// IsZero reports whether v is the zero Version.
func (v Version) IsZero() bool { return v.name == "" }

// Line returns the line that v belongs to, such as "1.22" for go1.22.3 and
// go1.22rc1, "1.0" for go1.
func (v Version) Line() string {
	if n, ok := scan(v.Number()); ok {
		return n.line()
	}
	return ""
}

// Minor returns the second number of v, such as 22 for go1.22.3.
func (v Version) Minor() int {
	n, _ := scan(v.Number())
	return n.minor
}

// Patch returns the third number of v, such as 3 for go1.22.3 and 0 for go1.20.
func (v Version) Patch() int {
	n, _ := scan(v.Number())
	return n.patch
}

// Prerelease returns the kind and number of a beta or release candidate:
// ("rc", 1) for go1.22rc1. For a release it returns "", 0.
func (v Version) Prerelease() (kind string, number int) {
	n, _ := scan(v.Number())
	return n.pre, n.preNumber
}

// Semver returns v as a semantic version: the number of a beta or candidate is a
// field of its own, "1.22.0-rc.10", else rc.10 would sort before rc.2.
func (v Version) Semver() string {
	n, _ := scan(v.Number())
	text := n.line() + "." + strconv.Itoa(n.patch)
	if n.pre != "" {
		text += "-" + n.pre + "." + strconv.Itoa(n.preNumber)
	}
	return text
}

// IsPrerelease reports whether v is a beta or a release candidate.
func (v Version) IsPrerelease() bool {
	kind, _ := v.Prerelease()
	return kind != ""
}

// Next returns the patch release that follows v: go1.22.4 for go1.22.3,
// go1.22.0 for go1.22rc1.
func (v Version) Next() Version {
	n, _ := scan(v.Number())
	if n.pre == "" {
		n.patch++
	}
	n.pre, n.hasPatch = "", true
	return n.release()
}

// MarshalText returns the canonical name.
func (v Version) MarshalText() ([]byte, error) { return []byte(v.name), nil }

// UnmarshalText is [Parse].
func (v *Version) UnmarshalText(text []byte) (err error) {
	*v, err = Parse(string(text))
	return err
}

// Compare orders versions as go/version does: betas before release candidates
// before releases. It returns -1, 0 or +1 and fits slices.SortFunc.
func Compare(a, b Version) int { return version.Compare(a.name, b.name) }

// A SyntaxError says that a text is outside the grammar.
type SyntaxError struct {
	Text   string // as written
	Reason string // such as "not a Go version"
}

func (e *SyntaxError) Error() string {
	text := e.Text
	if len(text) > 60 { // a pin file may hold anything
		text = text[:60] + "…"
	}
	return strconv.Quote(text) + ": " + e.Reason
}

// trimPrefix removes one "go" or "v" that stands before a digit.
func trimPrefix(text string) string {
	for _, prefix := range []string{"go", "v"} {
		if rest, ok := strings.CutPrefix(text, prefix); ok && rest != "" && isDigit(rest[0]) {
			return rest
		}
	}
	return text
}

// LineOf returns the line 1.minor as [Version.Line] writes it.
func LineOf(minor int) string { return "1." + strconv.Itoa(minor) }
