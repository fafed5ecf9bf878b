package cli

import (
	"bytes"
	"testing"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"plain ünïcödé 'quotes\" \\ and\ttab", "plain ünïcödé 'quotes\" \\ and\ttab"},
		{"\x1b[31mred\x07\r", `\x1b[31mred\a\r`},
		{"\u009b31m\u202e", `\u009b31m\u202e`},
		{"\x9b31m \ufffd", "\\x9b31m \ufffd"},
		{"one\ngosw: hint: two", "one\n\tgosw: hint: two"},
	} {
		if got := clean(test.text); got != test.want {
			t.Errorf("clean(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestFitted(t *testing.T) {
	t.Parallel()
	const line = "\r█████ 50%\x1b[0K\r\x1b[2K\r"
	for _, test := range []struct {
		width int
		want  string
	}{
		{0, line},
		{80, line},
		{6, "\r█████\x1b[0K\r\x1b[2K\r"},
	} {
		var out bytes.Buffer
		w := &fitted{&out, func() int { return test.width }}
		n, err := w.Write([]byte(line))
		if err != nil || n != len(line) || out.String() != test.want {
			t.Errorf("width %d: wrote %q, %d, %v, want %q", test.width, out.String(), n, err, test.want)
		}
	}
}
