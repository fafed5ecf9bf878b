package term

import (
	"slices"
	"strings"
	"testing"
)

// A path is in one piece wherever there is room for it, and no line is longer than
// the terminal but for a path that is.
func TestTraceBreaks(t *testing.T) {
	t.Parallel()
	const path = "/home/jo doe/src/a shop/.go-version"
	for _, test := range []struct {
		name, text string
		width      int
		want       []string
	}{
		{"no terminal", "2 " + path + ":1: 1.22.5 (this decides)", 0, []string{"  2 " + path + ":1: 1.22.5 (this decides)"}},
		{"room", "2 " + path + ":1: 1.22.5", 80, []string{"  2 " + path + ":1: 1.22.5"}},
		{"behind it", "2" + Glue + path + ":1: 1.22.5 (this decides)", 45, []string{"  2 " + path + ":1:", "    1.22.5 (this decides)"}},
		{"before it", "built by hand from " + path, 45, []string{"  built by hand from", "    " + path}},
		{"without its indent", path, 36, []string{path}},
		{"its directory", "/home/jo doe/src up to /home/jo doe: no pin file", 28, []string{"  /home/jo doe/src up to", "    /home/jo doe: no pin", "    file"}},
		{"home", "in " + path + " there is nothing", 30, []string{"  in ~/src/a shop/.go-version", "    there is nothing"}},
		{"home with room", "in " + path + " there is nothing", 80, []string{"  in ~/src/a shop/.go-version there is nothing"}},
		{"home of another", "/net" + path, 30, []string{"/net" + path}},
		{"home without room", "in " + path + " there is nothing", 20, []string{"  in", "~/src/a shop/.go-version", "    there is nothing"}},
		{"two columns", "in there", 2, []string{"in", "there"}},
		{"deeper", "  " + path + ":1", 42, []string{"    " + path + ":1"}},
		{"a terminal's codes", "\x1b[2J " + path, 60, []string{`  \x1b[2J ` + path}},
	} {
		home := ""
		if strings.HasPrefix(test.name, "home") {
			home = "/home/jo doe"
		}
		tr := &Trace{Screen: Screen{Width: test.width}, Home: home, Paths: KeepWhole([]string{path})}
		tr.Line("%s", test.text)
		if !slices.Equal(tr.Lines, test.want) {
			t.Errorf("%s: got\n%s\nwant\n%s", test.name, strings.Join(tr.Lines, "\n"), strings.Join(test.want, "\n"))
		}
	}
}
