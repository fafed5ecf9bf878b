package progress

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/gosw/gosw/internal/cli/term"
)

const (
	widestBar   = 30
	narrowest   = 8  // a bar that is shorter says nothing
	widestCount = 26 // "1.0/1.2 GB, 12 s left" and "retrying (2/5): …" have room
	enoughTime  = 10 // frames that show trouble, even if it is over sooner
)

// frame returns the lines for a screen: of what is under way now, and of all if
// that is more.
func (p *Progress) frame(s term.Screen) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var now []*Row
	var done, total int64
	name := len("total")
	for _, r := range p.rows {
		done, total = done+r.done, total+max(r.done, r.total)
		if r.now {
			now, name = append(now, r), max(name, term.Columns(r.name))
		}
	}
	left := p.left(done, total)
	l := layout{Screen: s, name: name}
	l.bar = min(s.Width-1-name-len("  ")-widestCount, widestBar)
	var lines []string
	for _, r := range now {
		text := ""
		if len(p.rows) == 1 {
			text = left
		}
		lines = append(lines, r.line(l, text))
	}
	switch {
	case len(p.rows) == 0 && p.doing != "":
		return []string{s.Cut(p.doing, s.Width-1)}
	case len(now) == 0:
		return nil
	case len(p.rows) > 1:
		lines = append(lines[:min(len(lines), max(s.Height-2, 1))], l.line("total", done, total, count(done, total)+left))
	}
	return lines
}

// line is that of a download.
func (r *Row) line(l layout, left string) string {
	if r.trouble != "" {
		if r.seen++; r.over && r.seen > enoughTime {
			r.trouble = ""
		} else {
			return l.text(r.name, term.Doubt, r.trouble)
		}
	}
	switch {
	case r.phase != "":
		return l.line(r.name, 1, 1, r.phase)
	case r.total <= 0 && r.done <= 0:
		return l.text(r.name, term.Faint, "connecting")
	case r.total <= 0:
		return l.text(r.name, term.Plain, term.Size(r.done))
	case r.done >= r.total:
		return l.line(r.name, 1, 1, "unpacking")
	}
	return l.line(r.name, r.done, r.total, count(r.done, r.total)+left)
}

// A layout is how wide the columns of lines are.
type layout struct {
	term.Screen
	name, bar int
}

// text is a line without a bar.
func (l layout) text(name string, st term.Style, text string) string {
	name += strings.Repeat(" ", l.name-term.Columns(name)+1)
	if room := l.Width - 1 - l.name - 1; room > 0 {
		return name + l.Paint(st, l.Cut(text, room))
	}
	return l.Cut(name, max(l.Width-1, 0))
}

// line is one with a bar, where there is room.
func (l layout) line(name string, done, total int64, text string) string {
	if l.bar < narrowest {
		return l.text(name, term.Plain, text)
	}
	return l.text(name, term.Plain, "") + l.drawn(done, total) + " " + text
}

// drawn is a bar. It is made anew each time: that of schollz can't go back, nor
// change its width.
func (l layout) drawn(done, total int64) string {
	theme := progressbar.Theme{Saucer: "━", SaucerPadding: "╍"}
	if !l.Unicode {
		theme = progressbar.Theme{Saucer: "=", SaucerPadding: "."}
	}
	bar := newBar(max(total, 1), progressbar.OptionSetWidth(l.bar), progressbar.OptionSetTheme(theme))
	_ = bar.Set64(min(done, total))
	_ = bar.RenderBlank()
	_, text, _ := strings.Cut(bar.String(), "% ")
	text = strings.TrimSpace(text)
	full := strings.Count(text, theme.Saucer) * len(theme.Saucer)
	st := term.Special
	if done >= total {
		st = term.Good
	}
	return l.Paint(st, text[:full]) + l.Paint(term.Faint, text[full:])
}

// newBar returns a bar of schollz that only counts and words: it draws nowhere, and
// has no goroutine, as one of an unknown length has, which never ends.
func newBar(total int64, options ...progressbar.Option) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total, append(options, progressbar.OptionSetWriter(io.Discard), progressbar.OptionSetPredictTime(false))...)
}

// left says how long the rest will take, "" while that can't be told.
func (p *Progress) left(done, total int64) string {
	if total <= 0 {
		return ""
	}
	if !p.clock.IsStarted() {
		p.clock.StartWithoutRender()
	}
	p.clock.ChangeMax64(total + 1) // at its end it would count no more
	_ = p.clock.Set64(min(done, total))
	state := p.clock.State()
	if state.SecondsSince < 1 || done <= 0 || done >= total {
		return ""
	}
	return ", " + words(time.Duration(state.SecondsLeft*float64(time.Second))) + " left"
}

func words(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds())+1)
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes())+1)
	}
	return fmt.Sprintf("%d h", int(d.Hours())+1)
}

// count is how much of a total is here, in one unit.
func count(done, total int64) string {
	switch {
	case total < 10e6:
		return fmt.Sprintf("%.1f/%.1f MB", float64(done)/1e6, float64(total)/1e6)
	case total < 1e9:
		return fmt.Sprintf("%d/%d MB", done/1e6, (total+5e5)/1e6)
	}
	return fmt.Sprintf("%.1f/%.1f GB", float64(done)/1e9, float64(total)/1e9)
}
