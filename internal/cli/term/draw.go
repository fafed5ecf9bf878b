package term

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
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
	to     io.Writer
	frame  func(Screen) []string
	screen func() (Screen, bool)
	lines  []string // that are on the screen now
	width  int      // of the screen then

	end        sync.Once
	quit, done chan struct{}
}

// Draw draws the lines that frame returns, each narrower than the screen, until
// stop is called or a question is asked, and then erases them. It draws anew when
// they are others, or the terminal has another size. Where there is nothing to draw
// on, stop is nil, and frame is never called.
func (u *UI) Draw(frame func(Screen) []string) (stop func()) {
	if !u.draws {
		return nil
	}
	u.stopDrawing()
	d := &drawing{
		to: u.Err, frame: frame, screen: func() (Screen, bool) { return u.screenOf(u.Err) },
		quit: make(chan struct{}), done: make(chan struct{}),
	}
	u.mu.Lock()
	u.drawing = d
	u.mu.Unlock()
	go func() {
		defer close(d.done)
		for wait := firstDraw; ; wait = nextDraw {
			select {
			case <-time.After(wait):
			case <-d.quit:
				return
			}
			u.mu.Lock()
			d.draw()
			u.mu.Unlock()
		}
	}()
	return u.stopDrawing
}

// stopDrawing ends what is drawn, if anything is. Once it returns nobody draws.
func (u *UI) stopDrawing() {
	u.mu.Lock()
	d := u.drawing
	u.mu.Unlock()
	if d == nil {
		return
	}
	d.end.Do(func() {
		close(d.quit)
		<-d.done
		u.mu.Lock()
		defer u.mu.Unlock()
		d.erase()
		u.drawing = nil
	})
}

// draw brings the screen up to date, in one piece, so that nothing flickers.
func (d *drawing) draw() {
	s, _ := d.screen()
	if s.Width == 0 {
		s.Width, s.Height = 80, 24 // as of a terminal that does not say
	}
	lines := d.frame(s)
	if slices.Equal(lines, d.lines) && s.Width == d.width {
		return
	}
	_, _ = io.WriteString(d.to, d.home()+strings.Join(lines, "\x1b[K\r\n")+"\x1b[J")
	d.lines, d.width = lines, s.Width
}

// erase leaves the cursor where the drawing began, and reports whether there was one.
func (d *drawing) erase() bool {
	if d == nil || len(d.lines) == 0 {
		return false
	}
	_, _ = io.WriteString(d.to, d.home()+"\x1b[J")
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
		columns += Columns(part)
	}
	return columns
}
