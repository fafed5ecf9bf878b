package term

import (
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text, want string
		keep       []string
	}{
		{`gosw: hint: run "gosw install 1.25"; then go on`, "gosw: hint: run\n  \"gosw install 1.25\";\n  then go on", nil},
		{`gosw: hint: put this there: eval "$(gosw init bash)"`, "gosw: hint: put this\n  there:\n  eval \"$(gosw init bash)\"", []string{`eval "$(gosw init bash)"`}},
		{"gosw: 日本語日本語 日本語日本語", "gosw: 日本語日本語\n  日本語日本語", nil},
		{"gosw: one\n\ttwo", "gosw: one\n\ttwo", nil},
		{"gosw: " + strings.Repeat("x", 30) + " y", "gosw:\n  " + strings.Repeat("x", 30) + "\n  y", nil},
	} {
		if got := (Screen{Width: 20}).fold(test.text, test.keep); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
		if got := (Screen{}).fold(test.text, test.keep); got != test.text {
			t.Errorf("no terminal: %q", got)
		}
	}
}
