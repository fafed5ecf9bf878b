package main

import (
	"os"
	"strings"
	"testing"
)

// TestTable holds docs/fleets.md against what this program computes.
func TestTable(t *testing.T) {
	t.Parallel()
	var want strings.Builder
	if err := table(&want, []float64{100, 1_000, 10_000}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../docs/fleets.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), want.String()) {
		t.Errorf("docs/fleets.md does not have what \"go run ./test/fleet\" prints:\n%s", want.String())
	}
}
