package term

import (
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	t.Parallel()
	list := &Table{
		Columns: []Column{{Head: "name"}, {Head: "n", Rank: 1, Right: true}, {Head: "empty"}, {Head: "what", Rank: 2, Least: 6}},
		Rows: [][]Cell{
			{{Text: "one"}, {Text: "7", Style: Bad}, {}, {Text: "first of all"}},
			{{Text: "twelve", Style: Current}, {Text: "120"}, {}, {}},
		},
	}
	for _, row := range []struct {
		why    string
		screen Screen
		want   string
	}{
		{"any width", Screen{}, "name      n  what\none       7  first of all\ntwelve  120\n"},
		{"just fits", Screen{Width: 25}, "name      n  what\none       7  first of all\ntwelve  120\n"},
		{"cut", Screen{Width: 24, Unicode: true}, "name      n  what\none       7  first of…\ntwelve  120\n"},
		{"cut in ASCII", Screen{Width: 24}, "name      n  what\none       7  first of...\ntwelve  120\n"},
		{"cut as far as that says something", Screen{Width: 19, Unicode: true}, "name      n  what\none       7  first…\ntwelve  120\n"},
		{"without what matters least", Screen{Width: 18}, "name      n\none       7\ntwelve  120\n"},
		{"without all that may go", Screen{Width: 10}, "name\none\ntwelve\n"},
		{"not even that", Screen{Width: 3, Unicode: true}, "na…\none\ntw…\n"},
		{"colour", Screen{Colour: true}, "\x1b[2mname\x1b[0m      \x1b[2mn\x1b[0m  \x1b[2mwhat\x1b[0m\n" +
			"one       \x1b[31m7\x1b[0m  first of all\n\x1b[1;32mtwelve\x1b[0m  120\n"},
	} {
		if got := strings.Join(append(list.Lines(row.screen), ""), "\n"); got != row.want {
			t.Errorf("%s: got\n%s\nwant\n%s", row.why, got, row.want)
		}
	}
	if got := (&Table{Columns: []Column{{Head: "name"}}}).Lines(Screen{}); len(got) > 0 {
		t.Errorf("without rows: %q", got)
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text  string
		width int
		want  string
	}{
		{"short", 5, "short"},
		{"longer", 5, "long…"},
		{"two words", 5, "two…"}, // no blank before the end
		{"two words more", 10, "two words…"},
		{"two words more", 12, "two words…"},
		{"a longword", 8, "a longw…"}, // too little would be left
		{"漢字かな", 5, "漢字…"},            // two columns each
		{"漢字かな", 4, "漢…"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…"}, // combined
		{"any", 0, ""},
	} {
		if got := (Screen{Unicode: true}).Cut(row.text, row.width); got != row.want {
			t.Errorf("%q in %d: %q, want %q", row.text, row.width, got, row.want)
		}
	}
}

func TestScreenOf(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		env           map[string]string
		unicode, draw bool
	}{
		{map[string]string{"LANG": "de_DE.UTF-8", "TERM": "xterm"}, true, true},
		{map[string]string{"LANG": "de_DE.utf8", "TERM": "dumb"}, true, false},
		{map[string]string{"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, false, false},
		{map[string]string{"LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LANG": "C", "WT_SESSION": "1"}, true, true},
		{nil, false, false},
	} {
		getenv := func(name string) string { return row.env[name] }
		if got := isUTF8(getenv); got != row.unicode {
			t.Errorf("%v: UTF-8 %v", row.env, got)
		}
		if got := drawsColour(getenv); got != row.draw {
			t.Errorf("%v: colour %v", row.env, got)
		}
	}
}
