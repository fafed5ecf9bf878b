package term

import (
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// A Screen is the terminal that results are shown on. All that is drawn in
// columns or in colour for people goes through one.
//
// Colours are those of the terminal's own palette, whose owner has made them fit
// the background, and never its black or white. None tells what the text does not.
type Screen struct {
	Width   int  // columns, 0 if that can't be told
	Height  int  // the same of lines
	Colour  bool // NO_COLOR is not set, and the terminal is not a dumb one
	Unicode bool // the locale is one of UTF-8
}

// Screen returns the terminal of stdout, false if it is none.
func (u *UI) Screen() (Screen, bool) { return u.ScreenOf(u.Out) }

// ScreenOf is Screen for another stream.
func (u *UI) ScreenOf(stream io.Writer) (Screen, bool) {
	f, ok := stream.(*os.File)
	if !ok || !IsTerminal(f) {
		return Screen{}, false
	}
	s := Screen{Unicode: isUTF8(u.getenv)}
	if width, height, err := term.GetSize(int(f.Fd())); err == nil {
		s.Width, s.Height = width, height
	}
	s.Colour = u.getenv("NO_COLOR") == "" && drawsColour(u.getenv)
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

// A Style is how a text looks: the parameters of a terminal's SGR code.
type Style string

// The styles, named for what they say.
const (
	Plain   Style = ""
	Strong  Style = "1"    // a heading, the answer
	Faint   Style = "2"    // what is there for completeness
	Good    Style = "32"   // green
	Current Style = "1;32" // applies here
	Doubt   Style = "33"   // yellow: to be looked at
	Bad     Style = "31"   // red
	Special Style = "36"   // cyan: neither good nor bad
)

// Paint returns text in a style.
func (s Screen) Paint(st Style, text string) string {
	if !s.Colour || st == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(st) + "m" + text + "\x1b[0m"
}

// Columns is how many columns text takes.
func Columns(text string) int { return uniseg.StringWidth(text) }

// Cut returns what of text fits in width columns.
func (s Screen) Cut(text string, width int) string {
	if Columns(text) <= width {
		return text
	}
	end := "…"
	if !s.Unicode {
		end = "..."
	}
	if Columns(end) > width {
		end = ""
	}
	var out strings.Builder
	room, rest := width-Columns(end), text
	for state := -1; rest != ""; {
		cluster, after, n, next := uniseg.FirstGraphemeClusterInString(rest, state)
		if room -= n; room < 0 {
			break
		}
		out.WriteString(cluster)
		rest, state = after, next
	}
	kept := out.String()
	if at := strings.LastIndexByte(kept, ' '); at > len(kept)/2 && rest[0] != ' ' {
		kept = kept[:at] // words stay whole, where that leaves enough
	}
	return strings.TrimRight(kept, " ") + end
}

// Wrap breaks text between words, so that its lines fit; those after the first are
// indented.
func (s Screen) Wrap(text string, indent int) []string {
	return s.fill(strings.Split(text, " "), " ", indent)
}

// fill is wrap for parts of a text that stay together. One that is too long is left
// whole: it may be a path to copy.
func (s Screen) fill(parts []string, between string, indent int) []string {
	lines := []string{parts[0]}
	for _, word := range parts[1:] {
		last := &lines[len(lines)-1]
		if s.Width == 0 || Columns(*last)+Columns(between+word) <= s.Width {
			*last += between + word
		} else {
			lines = append(lines, strings.Repeat(" ", indent)+word)
		}
	}
	return lines
}
