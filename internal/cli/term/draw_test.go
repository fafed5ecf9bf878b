package term

import (
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A glass is a terminal as far as a drawing uses one: it has rows of text that break
// where it ends, and a cursor.
type glass struct {
	mu      sync.Mutex
	width   int
	rows    [][]rune
	row, at int
	writes  int
}

func (g *glass) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.writes++
	text := []rune(string(p))
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\r':
			g.at = 0
		case '\n':
			g.row++
		case '\x1b':
			end := i + 2
			for text[end] < '@' {
				end++
			}
			g.code(string(text[i+2:end]), text[end])
			i = end
		default:
			g.put(text[i])
		}
	}
	return len(p), nil
}

func (g *glass) put(r rune) {
	if g.at == g.width {
		g.row, g.at = g.row+1, 0
	}
	for len(g.rows) <= g.row {
		g.rows = append(g.rows, nil)
	}
	for len(g.rows[g.row]) <= g.at {
		g.rows[g.row] = append(g.rows[g.row], ' ')
	}
	g.rows[g.row][g.at] = r
	g.at++
}

func (g *glass) code(parameter string, code rune) {
	n, _ := strconv.Atoi(parameter)
	switch code {
	case 'A':
		g.row -= n
	case 'J':
		if g.row < len(g.rows) {
			g.rows = g.rows[:g.row+1]
		}
		fallthrough
	case 'K':
		if g.row < len(g.rows) {
			g.rows[g.row] = g.rows[g.row][:min(g.at, len(g.rows[g.row]))]
		}
	}
}

// resize breaks the lines anew, as terminals do.
func (g *glass) resize(width int) {
	old := g.rows
	g.width, g.rows, g.row, g.at = width, nil, 0, 0
	for i, row := range old {
		if i > 0 {
			g.row, g.at = g.row+1, 0
		}
		for _, r := range row {
			g.put(r)
		}
	}
}

func (g *glass) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var lines []string
	for _, row := range g.rows {
		lines = append(lines, strings.TrimRight(string(row), " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

func (g *glass) screen() (Screen, bool) { return Screen{Width: g.width, Height: 24}, true }

// What is drawn takes the place of what was drawn, whatever was said meanwhile and
// however wide the terminal is now, and leaves nothing behind.
func TestDrawing(t *testing.T) {
	t.Parallel()
	g := &glass{width: 20}
	var lines []string
	d := &drawing{to: g, screen: g.screen, frame: func(s Screen) (fit []string) {
		for _, line := range lines {
			fit = append(fit, s.Cut(line, s.Width-1))
		}
		return fit
	}}
	u := &UI{Err: g, drawing: d}
	step := func(what, want string) {
		t.Helper()
		d.draw()
		if got := g.String(); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", what, got, want)
		}
	}
	lines = []string{"one 1/2 of it", "\x1b[36mtwo\x1b[0m"}
	step("first", "one 1/2 of it\ntwo")
	lines = []string{"one", "two", "three"}
	step("shorter, and one more", "one\ntwo\nthree")
	u.Note("said")
	step("said", "gosw: said\none\ntwo\nthree")
	writes := g.writes
	step("nothing new", "gosw: said\none\ntwo\nthree")
	if g.writes != writes {
		t.Errorf("drawn again though nothing was new")
	}
	lines = []string{"a line of nineteen c", "two"}
	step("fewer", "gosw: said\na line of...\ntwo")
	g.resize(10)
	step("narrower", "gosw: said\na line...\ntwo")
	g.resize(40)
	step("wider", "gosw: said\na line of nineteen c\ntwo")
	_, _ = io.WriteString(g, "^C") // which the terminal adds
	d.erase()
	if got := g.String(); got != "gosw: said" {
		t.Errorf("it leaves %q", got)
	}
}

// Once stop has returned nobody draws.
func TestDrawStops(t *testing.T) {
	t.Parallel()
	g := &glass{width: 20}
	u := &UI{Err: g, draws: true, getenv: func(string) string { return "" }}
	n := 0
	stop := u.Draw(func(Screen) []string { n++; return []string{strconv.Itoa(n)} })
	for g.String() == "" {
		time.Sleep(time.Millisecond)
	}
	stop()
	stop()
	writes := g.writes
	time.Sleep(3 * nextDraw)
	if got := g.String(); got != "" || g.writes != writes {
		t.Errorf("drawn after the end: %q", got)
	}
}

func TestVisible(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "two": 3, "\x1b[1;36m━━\x1b[0m ╍m": 5, "漢字": 4} {
		if got := visible(text); got != want {
			t.Errorf("%q: %d columns, want %d", text, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0.0 MB", 76_540_000: "76.5 MB", 999_940_000: "999.9 MB", 999_950_000: "1.0 GB", 12_345_678_901: "12.3 GB"} {
		if got := Size(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestShort(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"/home/jo/src": "~/src",
		"in /home/jo/a and \"/home/jo/b c\":1 of": `in ~/a and "~/b c":1 of`,
		"/net/home/jo/a /home/joe/a /home/jo":     "/net/home/jo/a /home/joe/a /home/jo",
		"PATH=/home/jo/bin:/home/jo/go/bin":       "PATH=~/bin:~/go/bin",
		"/home/jo//home/jo/a":                     "~//home/jo/a",
	} {
		if got := short("/home/jo", text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	for _, home := range []string{"", "/", "jo"} {
		if got := short(home, "/jo/a"); got != "/jo/a" {
			t.Errorf("home %q: %s", home, got)
		}
	}
}
