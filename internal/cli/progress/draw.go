package progress

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gosw/gosw/internal/cli/term"
)

// How long a drawing waits before it is there, so that what is done at once draws
// nothing, and how long it stays as it is then.
const (
	firstDraw = 50 * time.Millisecond
	nextDraw  = 100 * time.Millisecond
)

// A drawing is a few lines below all that was said. The cursor is behind the last.
// The UI's lock guards it.
type drawing struct {
	ui     *term.UI
	frame  func(term.Screen) []string
	screen func() (term.Screen, bool)
	lines  []string // that are on the screen now
	width  int      // of the screen then

	end        sync.Once
	quit, done chan struct{}
}

// draw draws the lines that frame returns, each narrower than the screen, until
// stop is called or a question is asked, and then erases them. It draws anew when
// they are others, or the terminal has another size. Where there is nothing to draw
// on, stop is nil, and frame is never called.
func draw(u *term.UI, frame func(term.Screen) []string) (stop func()) {
	if !u.Draws {
		return nil
	}
	u.StopDrawing()
	d := &drawing{
		ui: u, frame: frame, screen: func() (term.Screen, bool) { return u.ScreenOf(u.Err) },
		quit: make(chan struct{}), done: make(chan struct{}),
	}
	u.Mu.Lock()
	u.Drawing = d
	u.Mu.Unlock()
	go func() {
		defer close(d.done)
		for wait := firstDraw; ; wait = nextDraw {
			select {
			case <-time.After(wait):
			case <-d.quit:
				return
			}
			u.Mu.Lock()
			d.Draw()
			u.Mu.Unlock()
		}
	}()
	return d.Stop
}

// Stop ends it. Once it returns nobody draws.
func (d *drawing) Stop() {
	d.end.Do(func() {
		close(d.quit)
		<-d.done
		d.ui.Mu.Lock()
		defer d.ui.Mu.Unlock()
		d.Erase()
		d.ui.Drawing = nil
	})
}

// Draw brings the screen up to date, in one piece, so that nothing flickers.
func (d *drawing) Draw() {
	s, _ := d.screen()
	if s.Width == 0 {
		s.Width, s.Height = 80, 24 // as of a terminal that does not say
	}
	lines := d.frame(s)
	if slices.Equal(lines, d.lines) && s.Width == d.width {
		return
	}
	_, _ = io.WriteString(d.ui.Err, d.home()+strings.Join(lines, "\x1b[K\r\n")+"\x1b[J")
	d.lines, d.width = lines, s.Width
}

// Erase leaves the cursor where the drawing began, and reports whether there was one.
func (d *drawing) Erase() bool {
	if len(d.lines) == 0 {
		return false
	}
	_, _ = io.WriteString(d.ui.Err, d.home()+"\x1b[J")
	d.lines = nil
	return true
}

// home is what brings the cursor to where the drawing begins. In a terminal that
// is narrower by now a line takes more than one row.
func (d *drawing) home() string {
	s, _ := d.screen()
	rows := 0
	for _, line := range d.lines {
		rows++
		if s.Width > 0 {
			rows += max(visible(line)-1, 0) / s.Width
		}
	}
	if rows > 1 {
		return fmt.Sprintf("\x1b[%dA\r", rows-1)
	}
	return "\r"
}

// visible is how many columns a line takes with its codes.
func visible(line string) int {
	columns := 0
	for i, part := range strings.Split(line, "\x1b[") {
		if _, text, ok := strings.Cut(part, "m"); ok && i > 0 {
			part = text
		}
		columns += term.Columns(part)
	}
	return columns
}
