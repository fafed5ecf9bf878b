package capture

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, want string }{
		{"plain\n\n  text  \n\n", "plain\n\n  text"},
		{"\x1b[1m\x1b[32m* a\x1b[0m\x1b[39m\x1b[49m b", "\x1b[1;32m* a\x1b[0m b"},
		{"\x1b[2mhead\nbelow\x1b[0m too", "\x1b[2mhead\x1b[0m\n\x1b[2mbelow\x1b[0m too"}, // it goes on
		{"\x1b[36ma\x1b[0m\x1b[36mb\x1b[m", "\x1b[36mab\x1b[0m"},
		{"a\x1b[32m  \x1b[0mb", "a  b"}, // blanks have no colour
		{"\x1b[1;38;5;208mx\x1b[22;48;2;1;2;3my", "\x1b[1;38;5;208mx\x1b[0m\x1b[38;5;208;48;2;1;2;3my\x1b[0m"},
		{"\x1b[7;91;4mx", "\x1b[4;7;91mx\x1b[0m"},
	} {
		lines, err := Parse(row.text)
		var got []string
		for _, line := range lines {
			got = append(got, line.ANSI())
		}
		if text := strings.Join(got, "\n"); err != nil || text != row.want {
			t.Errorf("%q: %q, %v, want %q", row.text, text, err, row.want)
		}
	}
	for _, text := range []string{"\x1b[2K", "\x1b]0;title\x07", "\x1b[58m"} {
		if lines, err := Parse(text); err == nil {
			t.Errorf("%q: %q", text, lines)
		}
	}
}
