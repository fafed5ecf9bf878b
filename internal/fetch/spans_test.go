package fetch

import (
	"slices"
	"testing"

	"github.com/gosw/gosw/internal/fsx"
)

func TestJoinSpans(t *testing.T) {
	t.Parallel()
	got := joinSpans([]fsx.Span{{First: 500_000, End: 500_100}, {First: 0, End: 10}, {First: 10, End: 20}, {First: 20 + minGap, End: 40_000}, {First: 73_000, End: 73_001}})
	want := []fsx.Span{{First: 0, End: 40_000}, {First: 73_000, End: 73_001}, {First: 500_000, End: 500_100}}
	if !slices.Equal(got, want) {
		t.Errorf("joined = %v, want %v", got, want)
	}
}
