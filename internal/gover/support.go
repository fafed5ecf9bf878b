package gover

import "slices"

// Support says whether a version still gets fixes.
type Support uint8

// The states of support.
const (
	EndOfLife  Support = iota + 1 // no more fixes; also a candidate whose release is out
	OlderLine                     // of the line before the newest, which is supported
	NewestLine                    // of the newest line
	Prerelease                    // a beta or candidate of a line that is still to come
)

// String returns the word for machines: "supported", for either line, "eol" or
// "prerelease".
func (s Support) String() string {
	return [...]string{EndOfLife: "eol", OlderLine: "supported", NewestLine: "supported", Prerelease: "prerelease"}[s]
}

// MarshalText makes JSON of s.
func (s Support) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A Lifecycle tells the state of support by Go's rule: a line is supported
// from its first release until two newer lines have had theirs.
type Lifecycle struct {
	lines []int // minor numbers of the lines that have a release, newest first, each once
}

// NewLifecycle derives a Lifecycle from the versions that exist, in any order;
// betas and candidates among them don't count.
func NewLifecycle(versions []Version) Lifecycle {
	var lines []int
	for _, v := range versions {
		n, ok := scan(v.Number())
		if ok && n.pre == "" && !slices.Contains(lines, n.minor) {
			lines = append(lines, n.minor)
		}
	}
	slices.SortFunc(lines, func(a, b int) int { return b - a })
	return Lifecycle{lines}
}

// Of returns the state of v, which need not be among the versions that l was
// made from. The zero Version has none, 0.
func (l Lifecycle) Of(v Version) Support {
	n, ok := scan(v.Number())
	if !ok {
		return 0
	}
	if n.pre != "" {
		if slices.Contains(l.lines, n.minor) || l.newer(n.minor) > 0 {
			return EndOfLife
		}
		return Prerelease
	}
	switch l.newer(n.minor) {
	case 0:
		return NewestLine
	case 1:
		return OlderLine
	}
	return EndOfLife
}

// newer counts the released lines after 1.minor.
func (l Lifecycle) newer(minor int) int {
	for i, line := range l.lines {
		if line <= minor {
			return i
		}
	}
	return len(l.lines)
}
