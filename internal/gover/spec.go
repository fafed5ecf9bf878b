package gover

import "strings"

// Kind says what form a [Spec] has.
type Kind uint8

// The forms of a Spec.
const (
	Exact      Kind = iota + 1 // one release: "1.22.3", "go1.22rc1"
	Line                       // the newest patch of a line: "1.22", "1.22.x"
	Latest                     // the newest release: "latest", "stable", "1", "1.x"
	Oldstable                  // the newest patch of the line before the newest: "oldstable"
	Constraint                 // the newest release that fits: "~> 1.22.3", ">=1.21,<1.23"
	System                     // the go next on PATH that is not ours: "system"
)

// A Spec is what a user wrote for a version. The zero Spec is none; only
// [ParseSpec] and [Only] make others.
type Spec struct {
	kind Kind
	text string // canonical, without the prefix "go"
}

// maxSpec bounds what is looked at; the longest sensible constraint is far
// shorter.
const maxSpec = 100

// ParseSpec reads what a user may write for a version. "1.20" is the line, in
// every period of Go's history; the release go1.20 is written 1.20.0. A
// constraint is recognized by its first character and its alphabet only; whether
// it makes sense is for gover/constraint to say. The error is a [*SyntaxError].
func ParseSpec(text string) (Spec, error) {
	switch text {
	case "":
		return Spec{}, &SyntaxError{Text: text, Reason: "no version given"}
	case "latest", "stable":
		return Spec{Latest, "latest"}, nil
	case "oldstable":
		return Spec{Oldstable, text}, nil
	case "system":
		return Spec{System, text}, nil
	}
	if isConstraint(text) {
		return Spec{Constraint, text}, nil
	}
	number, wildcard := strings.CutSuffix(trimPrefix(text), ".x")
	n, ok := scan(number)
	switch {
	case !ok || wildcard && number != "1" && !n.isLine():
		return Spec{}, &SyntaxError{Text: text, Reason: "not a Go version"}
	case number == "1":
		return Spec{Latest, "latest"}, nil
	case n.isLine():
		return Spec{Line, n.line()}, nil
	}
	return Only(n.release()), nil
}

// Only returns the Spec that v alone matches.
func Only(v Version) Spec { return Spec{Exact, v.Number()} }

func isConstraint(text string) bool {
	if text == "" || len(text) > maxSpec || !strings.ContainsRune("<>=!~", rune(text[0])) {
		return false
	}
	for i := range len(text) {
		if !strings.ContainsRune("<>=!~., 0123456789abcegortv", rune(text[i])) {
			return false
		}
	}
	return true
}

// Kind returns the form of s, 0 for the zero Spec.
func (s Spec) Kind() Kind { return s.kind }

// String returns the canonical text, which [ParseSpec] reads back: "1.22.3",
// "1.22", "latest", "oldstable", "system", or the constraint as written. For
// the exact release go1.20 it is "1.20.0".
func (s Spec) String() string {
	if n, ok := scan(s.text); s.kind == Exact && ok && n.pre == "" && !n.hasPatch {
		return s.text + ".0"
	} else if s.kind == Exact && s.text == "1" {
		return "1.0.0"
	}
	return s.text
}

// Version returns the release that an Exact spec names.
func (s Spec) Version() (Version, bool) {
	if s.kind != Exact {
		return Version{}, false
	}
	return Version{"go" + s.text}, true
}

// Match reports whether v is one of the releases that s can stand for. Only an
// Exact spec matches a pre-release. Oldstable, Constraint and System match
// nothing here: the first depends on what else there is (see [Spec.Newest]),
// the second is for gover/constraint, the third is not ours.
func (s Spec) Match(v Version) bool {
	switch s.kind {
	case Exact:
		return v.Number() == s.text
	case Line:
		return v.Line() == s.text && !v.IsPrerelease()
	case Latest:
		return !v.IsZero() && !v.IsPrerelease()
	}
	return false
}

// Newest returns the newest of the versions that s stands for, in any order
// of versions, and whether there is one.
func (s Spec) Newest(versions []Version) (Version, bool) {
	if s.kind == Oldstable {
		newest, ok := Spec{Latest, "latest"}.Newest(versions)
		if !ok {
			return Version{}, false
		}
		return Spec{Line, LineOf(newest.Minor() - 1)}.Newest(versions)
	}
	return NewestOf(versions, s.Match)
}

// NewestOf returns the newest of the versions that match, in any order of versions,
// and whether there is one.
func NewestOf(versions []Version, match func(Version) bool) (best Version, ok bool) {
	for _, v := range versions {
		if match(v) && (!ok || Compare(v, best) > 0) {
			best, ok = v, true
		}
	}
	return best, ok
}
