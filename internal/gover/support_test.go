package gover

import (
	"strings"
	"testing"
)

func TestLifecycle(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		why, versions, of string
		want              Support
		word              string
	}{
		{"the newest patch of the newest line", "1.27.4 1.27.0 1.26.8 1.25.9", "1.27.4", NewestLine, "supported"},
		{"support is a matter of the line, not of the patch", "1.27.4 1.27.0 1.26.8 1.25.9", "1.27.0", NewestLine, "supported"},
		{"the line before", "1.27.4 1.26.8 1.25.9", "1.26.1", OlderLine, "supported"},
		{"two newer lines are out", "1.27.4 1.26.8 1.25.9", "1.25.9", EndOfLife, "eol"},
		{"in any order, with repetitions", "1.25.9 1.27.0 1.26.8 1.27.0 1.26.8", "1.26.8", OlderLine, "supported"},
		{"a candidate is no release of its line", "1.28rc2 1.27.4 1.26.8 1.25.9", "1.26.8", OlderLine, "supported"},
		{"what comes next", "1.28rc2 1.27.4 1.26.8", "1.28rc2", Prerelease, "prerelease"},
		{"a beta of what comes next", "1.28beta1 1.27.4", "1.28beta1", Prerelease, "prerelease"},
		{"its release is out", "1.27.0 1.27rc3 1.26.8", "1.27rc3", EndOfLife, "eol"},
		{"the release of its line is not listed, a newer one is", "1.27.0", "1.26rc1", EndOfLife, "eol"},
		{"newer than the list", "1.27.4 1.26.8", "1.29.0", NewestLine, "supported"},
		{"a gap in the list is no line", "1.27.0 1.25.9 1.24.1", "1.25.9", OlderLine, "supported"},
		{"a list of one line", "1.22.5", "1.22.0", NewestLine, "supported"},
		{"no list", "", "1.22.0", NewestLine, "supported"},
		{"no list, a candidate", "", "1.22rc1", Prerelease, "prerelease"},
		{"the first release ever", "1.27.0 1.26.0", "1", EndOfLife, "eol"},
		{"go1.20 is a release", "1.20.0 1.19.1 1.18.3", "1.18.3", EndOfLife, "eol"},
	} {
		var list []Version
		for _, text := range strings.Fields(row.versions) {
			list = append(list, mustParse(t, text))
		}
		got := NewLifecycle(list).Of(mustParse(t, row.of))
		if got != row.want || got.String() != row.word {
			t.Errorf("%s: %s among %s: got %d %q, want %d %q", row.why, row.of, row.versions, got, got, row.want, row.word)
		}
	}
	if got := NewLifecycle(nil).Of(Version{}); got != 0 || got.String() != "" {
		t.Errorf("the zero Version: %d %q", got, got)
	}
}

func mustParse(t *testing.T, text string) Version {
	t.Helper()
	if text == "1" {
		return Version{"go1"}
	}
	v, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
