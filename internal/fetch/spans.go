package fetch

import (
	"cmp"
	"slices"

	"github.com/gosw/gosw/internal/fsx"
)

const (
	minGap   = 32 << 10 // what costs less to receive than another request
	maxSpans = 64       // requests for one file: with latency each costs more than its bytes
)

// joinSpans sorts spans and joins those that are near each other, so that there
// are at most maxSpans. One request for several ranges would be less, but servers
// answer it with the whole file.
func joinSpans(spans []fsx.Span) []fsx.Span {
	slices.SortFunc(spans, func(x, y fsx.Span) int { return cmp.Compare(x.First, y.First) })
	for gap := int64(minGap); ; gap *= 2 {
		if spans = joinNear(spans, gap); len(spans) <= maxSpans {
			return spans
		}
	}
}

// joinNear joins what is at most gap apart.
func joinNear(spans []fsx.Span, gap int64) []fsx.Span {
	var joined []fsx.Span
	for _, s := range spans {
		if last := len(joined) - 1; last >= 0 && s.First-joined[last].End <= gap {
			joined[last].End = max(joined[last].End, s.End)
		} else {
			joined = append(joined, s)
		}
	}
	return joined
}
