package term

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode"
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
		if got := Clean(test.text); got != test.want {
			t.Errorf("clean(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

// TestPrintJSON has what could steer a terminal, or turn the direction of its text,
// in a value: it is not in the text, and is in what a reader makes of it.
func TestPrintJSON(t *testing.T) {
	t.Parallel()
	const value = "a\x1b\x7f\u0085\u009b\u061c\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\U000e0001 é <&> \u65e5"
	var out bytes.Buffer
	if err := (&UI{Out: &out}).PrintJSON(map[string]string{value: value}); err != nil {
		t.Fatal(err)
	}
	for _, r := range out.String() {
		if r != '\n' && r != '\t' && !unicode.IsGraphic(r) {
			t.Errorf("raw: %q", r)
		}
	}
	var got map[string]string
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got[value] != value {
		t.Errorf("%s: %q, %v", &out, got, err)
	}
}
