package progress

import (
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/cli/term"
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

func (g *glass) screen() (term.Screen, bool) { return term.Screen{Width: g.width, Height: 24}, true }

// What is drawn takes the place of what was drawn, whatever was said meanwhile and
// however wide the terminal is now, and leaves nothing behind.
func TestDrawing(t *testing.T) {
	t.Parallel()
	g := &glass{width: 20}
	var lines []string
	u := term.NewUI(nil, nil, g, func(string) string { return "" })
	d := &drawing{ui: u, screen: g.screen, frame: func(s term.Screen) (fit []string) {
		for _, line := range lines {
			fit = append(fit, s.Cut(line, s.Width-1))
		}
		return fit
	}}
	u.Drawing = d
	step := func(what, want string) {
		t.Helper()
		d.Draw()
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
	d.Erase()
	if got := g.String(); got != "gosw: said" {
		t.Errorf("it leaves %q", got)
	}
}

// Once stop has returned nobody draws.
func TestDrawStops(t *testing.T) {
	t.Parallel()
	g := &glass{width: 20}
	u := term.NewUI(nil, nil, g, func(string) string { return "" })
	u.Draws = true
	n := 0
	stop := draw(u, func(term.Screen) []string { n++; return []string{strconv.Itoa(n)} })
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
