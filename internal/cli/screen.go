package cli

import (
	"os"
	"runtime"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// A screen is the terminal that results are shown on. All that is drawn in
// columns or in colour for people goes through one.
//
// Colours are those of the terminal's own palette, whose owner has made them fit
// the background, and never its black or white. None tells what the text does not.
type screen struct {
	width   int  // columns, 0 if that can't be told
	colour  bool // NO_COLOR is not set, and the terminal is not a dumb one
	unicode bool // the locale is one of UTF-8
}

// screen returns the terminal of stdout, false if it is none.
func (u *ui) screen() (screen, bool) {
	f, ok := u.out.(*os.File)
	if !ok || !isTerminal(f) {
		return screen{}, false
	}
	s := screen{unicode: isUTF8(u.getenv)}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil {
		s.width = width
	}
	s.colour = u.getenv("NO_COLOR") == "" && drawsColour(u.getenv)
	return s, true
}

// drawsColour reports whether the terminal heeds colour codes. The old console of
// Windows does not, and sets none of these variables.
func drawsColour(getenv func(string) string) bool {
	terminal := getenv("TERM")
	return terminal != "dumb" && terminal != "" || getenv("WT_SESSION") != ""
}

// isUTF8 reports whether the locale is one of UTF-8. On Windows text reaches the
// console as UTF-16.
func isUTF8(getenv func(string) string) bool {
	if runtime.GOOS == "windows" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := getenv(name); value != "" {
			value = strings.ToLower(value)
			return strings.Contains(value, "utf-8") || strings.Contains(value, "utf8")
		}
	}
	return false
}

// A style is how a text looks: the parameters of a terminal's SGR code.
type style string

// The styles, named for what they say.
const (
	plain   style = ""
	strong  style = "1"    // a heading, the answer
	faint   style = "2"    // what is there for completeness
	good    style = "32"   // green
	current style = "1;32" // applies here
	doubt   style = "33"   // yellow: to be looked at
	bad     style = "31"   // red
	special style = "36"   // cyan: neither good nor bad
)

// paint returns text in a style.
func (s screen) paint(st style, text string) string {
	if !s.colour || st == plain || text == "" {
		return text
	}
	return "\x1b[" + string(st) + "m" + text + "\x1b[0m"
}

// columns is how many columns text takes.
func columns(text string) int { return uniseg.StringWidth(text) }

// cut returns what of text fits in width columns.
func (s screen) cut(text string, width int) string {
	if columns(text) <= width {
		return text
	}
	end := "…"
	if !s.unicode {
		end = "..."
	}
	if columns(end) > width {
		end = ""
	}
	var out strings.Builder
	room := width - columns(end)
	for rest, state := text, -1; rest != ""; {
		var cluster string
		var n int
		cluster, rest, n, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if room -= n; room < 0 {
			break
		}
		out.WriteString(cluster)
	}
	return strings.TrimRight(out.String(), " ") + end
}

// wrap breaks text between words, so that its lines fit; those after the first are
// indented.
func (s screen) wrap(text string, indent int) []string {
	return s.fill(strings.Split(text, " "), " ", indent)
}

// fill is wrap for parts of a text that stay together. One that is too long is left
// whole: it may be a path to copy.
func (s screen) fill(parts []string, between string, indent int) []string {
	lines := []string{parts[0]}
	for _, word := range parts[1:] {
		last := &lines[len(lines)-1]
		if s.width == 0 || columns(*last)+columns(between+word) <= s.width {
			*last += between + word
		} else {
			lines = append(lines, strings.Repeat(" ", indent)+word)
		}
	}
	return lines
}
