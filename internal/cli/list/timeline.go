package list

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
)

// A lineJSON is a line of releases in "gosw list --remote --json".
type lineJSON struct {
	Line    string        `json:"line"`
	Support gover.Support `json:"support"` // see releaseJSON
	Newest  gover.Version `json:"newest"`
	First   gover.Month   `json:"first_release,omitempty"` // none if it is not known, or still to come
	End     gover.Month   `json:"end_of_life,omitempty"`   // likewise

	active    bool
	installed []string // newest first, the one that applies here marked
}

// remoteLines gathers releases, newest first, by line.
func remoteLines(list remoteList) []lineJSON {
	lifecycle := gover.NewLifecycle(append(release.KnownVersions(), list.Versions...))
	lines := []lineJSON{}
	for _, r := range list.shown {
		if len(lines) == 0 || lines[len(lines)-1].Line != r.Line {
			w := lifecycle.Window(r.Version)
			lines = append(lines, lineJSON{Line: r.Line, Newest: r.Version, First: w.First, End: w.End, Support: r.lineSupport})
		}
		line := &lines[len(lines)-1]
		if r.Newest {
			line.Newest = r.Version
		}
		name := gover.Only(r.Version).String()
		switch {
		case r.Active:
			line.active = true
			line.installed = append(line.installed, name+"*")
		case r.Installed:
			line.installed = append(line.installed, name)
		}
	}
	return lines
}

// printTimeline draws the lines of list.
func printTimeline(a *app.App, s term.Screen, list remoteList) error {
	now := a.Now()
	if err := a.UI.Show(drawTimeline(s, remoteLines(list), gover.MonthOf(now.Year(), int(now.Month())))); err != nil {
		return err
	}
	a.UI.Hint("%v shows all releases", command.Gosw(list.args("--all")...))
	return nil
}

// timelineYears is how far back the picture goes: lines that ended earlier are in it
// only if something of them is installed.
const timelineYears = 4

// A timeline is the plot in the picture of when lines of releases get fixes. The bars
// of the lines that are supported have no end.
type timeline struct {
	width       int
	left, right gover.Month
	today       gover.Month
	dated       gover.Month // the newest first release that is known
	signs       signs
}

// drawTimeline lays out lines, newest first: a row for each.
func drawTimeline(s term.Screen, lines []lineJSON, today gover.Month) []string {
	p := timeline{left: today - 12, today: today, signs: signsOf(s)}
	lines = slices.DeleteFunc(slices.Clone(lines), func(l lineJSON) bool {
		recent := l.Support != gover.EndOfLife || l.End == 0 || l.End > today-12*timelineYears
		if p.dated = max(p.dated, l.First); recent && l.First > 0 {
			p.left = min(p.left, l.First)
		}
		return !recent && len(l.installed) == 0
	})
	p.right = today + max(4, (today-p.left)/10)
	t := &term.Table{Columns: []term.Column{{Head: "line"}, {Head: "support", Rank: 1}, {Head: "newest"}, {Head: "installed", Rank: 2}}}
	for i := range lines {
		t.Rows = append(t.Rows, timelineRow(s, &lines[i]))
	}
	if p.width = p.room(s, t); p.width > 0 {
		t.Columns[1] = term.Column{Head: p.years()}
		for i := range lines {
			t.Rows[i][1] = p.row(s, &lines[i])
		}
	}
	return append(t.Lines(s), p.legend(s, lines)...)
}

// timelineRow is what stands beside a bar, and in its place where there is no room.
func timelineRow(s term.Screen, l *lineJSON) []term.Cell {
	name, newest := term.Cell{Text: l.Line}, term.Cell{Text: gover.Only(l.Newest).String()}
	if l.Support == gover.EndOfLife {
		name.Style, newest.Style = term.Faint, term.Faint
	}
	switch {
	case l.active:
		name = term.Cell{Text: l.Line + "*", Style: term.Current}
	case len(l.installed) > 0:
		name = term.Cell{Text: l.Line + "+", Style: term.Strong}
	}
	return []term.Cell{name, supportCell(l.Support), newest, {Text: fitWords(l.installed, max(16, s.Width/4))}}
}

// fitWords joins as many words as fit in width, and says how many more there are.
func fitWords(words []string, width int) string {
	for n := len(words); n > 0; n-- {
		text := strings.Join(words[:n], " ")
		if more := len(words) - n; more > 0 {
			text += fmt.Sprintf(" %d more", more)
		}
		if len(text) <= width || n == 1 {
			return text
		}
	}
	return ""
}

// room returns the width of the plot: what the other columns leave, but not more than
// is of use; 0 if that is too little.
func (p *timeline) room(s term.Screen, t *term.Table) int {
	months := int(p.right - p.left)
	if s.Width == 0 {
		return months
	}
	room := s.Width - t.Widest(0) - t.Widest(2) - 2*term.Gap
	if installed := t.Widest(3); installed > 0 && room-installed-term.Gap >= 24 {
		room -= installed + term.Gap
	} else {
		t.Empty(3)
	}
	if room < 16 || len(t.Rows) == 0 {
		return 0
	}
	return min(room, 2*months)
}

// at returns the column of the plot that a month is in.
func (p *timeline) at(m gover.Month) int {
	return int(m-p.left) * p.width / int(p.right-p.left)
}

// years is the heading of the plot: each year where its January is, if there is room.
func (p *timeline) years() string {
	var out strings.Builder
	for _, year := range p.januaries() {
		text, column := strconv.Itoa(year), p.at(gover.MonthOf(year, 1))
		if 12*p.width < 5*int(p.right-p.left) { // they would run into each other
			text = "'" + text[2:]
		}
		if room := column - out.Len(); (room > 0 || out.Len() == 0) && column+len(text) <= p.width {
			out.WriteString(strings.Repeat(" ", room) + text)
		}
	}
	return out.String()
}

// januaries returns the years that begin in the plot.
func (p *timeline) januaries() []int {
	var years []int
	for year := p.left.Year(); year <= p.right.Year(); year++ {
		if january := gover.MonthOf(year, 1); p.left <= january && january < p.right {
			years = append(years, year)
		}
	}
	return years
}

// row is the plot of a line.
func (p *timeline) row(s term.Screen, l *lineJSON) term.Cell {
	plot := make([]term.Cell, p.width)
	draw := func(from, to int, sign string, st term.Style) {
		for i := max(from, 0); i < min(to, p.width); i++ {
			plot[i] = term.Cell{Text: sign, Style: st}
		}
	}
	draw(0, p.width, " ", term.Plain)
	for _, year := range p.januaries() {
		column := p.at(gover.MonthOf(year, 1))
		draw(column, column+1, p.signs.grid, term.Faint)
	}
	today := p.at(p.today)
	switch first := p.at(l.First); {
	case l.Support != gover.EndOfLife:
		if l.First == 0 { // it came out after this table of months was made
			first = max(today-1, p.at(p.dated)+1)
			draw(first, first+1, "?", term.Special)
			first++
		}
		draw(first, today+1, p.signs.fixes, term.Good)
		draw(today+1, p.width, p.signs.open, term.Good)
		draw(p.width-1, p.width, p.signs.arrow, term.Good)
	default:
		end, st := p.at(l.End), term.Faint
		if len(l.installed) > 0 {
			st = term.Doubt
		}
		if l.End == 0 { // as late as the newest of which the month is known it had not ended
			end = p.at(p.dated) + 1
			draw(end, end+1, "?", term.Special)
		}
		if end <= 0 {
			for i, r := range []rune(fmt.Sprintf("%s until %v", p.signs.before, l.End)) {
				draw(i, i+1, string(r), st)
			}
		}
		draw(first, end, p.signs.ended, st)
	}
	if plot[today].Text == " " || plot[today].Text == p.signs.grid {
		draw(today, today+1, p.signs.today, term.Special)
	}
	return term.Join(s, plot)
}

// legend explains the signs that are there.
func (p *timeline) legend(s term.Screen, lines []lineJSON) []string {
	var signs []term.Cell
	var words []string
	add := func(sign term.Cell, meaning string) {
		signs, words = append(signs, sign), append(words, sign.Text+" "+meaning)
	}
	some := func(has func(l lineJSON) bool) bool { return slices.ContainsFunc(lines, has) }
	if p.width > 0 {
		if some(func(l lineJSON) bool { return l.Support != gover.EndOfLife }) {
			add(term.Cell{Text: p.signs.fixes, Style: term.Good}, "gets fixes")
			add(term.Cell{Text: p.signs.open, Style: term.Good}, "until two newer lines are out")
		}
		if some(func(l lineJSON) bool { return l.Support == gover.EndOfLife }) {
			add(term.Cell{Text: p.signs.ended, Style: term.Faint}, "got fixes")
			add(term.Cell{Text: p.signs.today, Style: term.Special}, "today")
		}
	}
	if some(func(l lineJSON) bool { return l.active }) {
		add(term.Cell{Text: "*", Style: term.Current}, "applies here")
	}
	if some(func(l lineJSON) bool { return len(l.installed) > 0 && !l.active }) {
		add(term.Cell{Text: "+", Style: term.Strong}, "installed")
	}
	if len(words) == 0 {
		return nil
	}
	text := s.Fill(words, "   ", 0)
	for i, line := range text {
		for _, sign := range signs {
			line = strings.Replace(line, sign.Text+" ", s.Paint(sign.Style, sign.Text)+" ", 1)
		}
		text[i] = line
	}
	return append([]string{""}, text...)
}

// The signs of a plot.
type signs struct{ fixes, ended, open, arrow, before, today, grid string }

func signsOf(s term.Screen) signs {
	if s.Unicode {
		return signs{"━", "─", "╍", "▸", "◂", "│", "·"}
	}
	return signs{"=", "-", "~", ">", "<", "|", "."}
}
