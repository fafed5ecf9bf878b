package fsx

import (
	"slices"
	"testing"
)

func TestJoinSpans(t *testing.T) {
	t.Parallel()
	got := JoinSpans([]Span{{500_000, 500_100}, {0, 10}, {10, 20}, {20 + minGap, 40_000}, {73_000, 73_001}})
	want := []Span{{0, 40_000}, {73_000, 73_001}, {500_000, 500_100}}
	if !slices.Equal(got, want) {
		t.Errorf("joined = %v, want %v", got, want)
	}
}
