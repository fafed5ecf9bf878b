package gover

import "testing"

func TestWindow(t *testing.T) {
	t.Parallel()
	var out []Version // what is out when 1.27 is the newest line, and candidates of the next
	for _, text := range []string{"1.20", "1.21.0", "1.22.5", "1.22.4", "1.23.0", "1.24.0", "1.25.0", "1.26.0", "1.27.0", "1.28rc1"} {
		out = append(out, mustParse(t, text))
	}
	later := append(out[:len(out):len(out)], mustParse(t, "1.28.0"), mustParse(t, "1.29.1"))
	for _, row := range []struct {
		version, first, end string
		versions            []Version
	}{
		{"1.22.4", "2024-02", "2025-02", out},
		{"1.20", "2023-02", "2024-02", out},
		{"1.25.3", "2025-08", "2026-08", out},
		{"1.26.0", "2026-02", "", out}, // until a line that is still to come
		{"1.27.0", "2026-08", "", out},
		{"1.28rc1", "", "", out},         // not out
		{"1.26.0", "2026-02", "", later}, // ended with 1.28, of which no date is known
		{"1.28.0", "", "", later},
		{"1.19.1", "", "2023-08", out}, // of a platform that it was never out for
	} {
		w := NewLifecycle(row.versions).Window(mustParse(t, row.version))
		if w.First.String() != row.first || w.End.String() != row.end {
			t.Errorf("%s: %q to %q, want %q to %q", row.version, w.First, w.End, row.first, row.end)
		}
	}
	if w := NewLifecycle(out).Window(Version{}); w != (Window{}) {
		t.Errorf("of no version: %v", w)
	}
}

// A line comes out each half year, more or less: what is far from that is a typo.
func TestFirstReleases(t *testing.T) {
	t.Parallel()
	for i := 5; i < len(firstReleases); i++ {
		if gap := firstReleases[i] - firstReleases[i-1]; gap < 5 || gap > 8 {
			t.Errorf("1.%d: %v, %d months after the line before", i, firstReleases[i], gap)
		}
	}
}
