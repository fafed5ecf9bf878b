package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
)

// A lineJSON is a line of releases in "gosw list --remote --json".
type lineJSON struct {
	Line    string        `json:"line"`
	Support string        `json:"support"` // see releaseJSON
	Newest  gover.Version `json:"newest"`
	First   gover.Month   `json:"first_release,omitempty"` // none if it is not known, or still to come
	End     gover.Month   `json:"end_of_life,omitempty"`   // likewise

	support   gover.Support
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
			lines = append(lines, lineJSON{Line: r.Line, Newest: r.Version, First: w.First, End: w.End,
				support: r.lineSupport, Support: r.lineSupport.String()})
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
func (a *app) printTimeline(s screen, list remoteList) error {
	now := a.now()
	if err := a.ui.show(s.timeline(remoteLines(list), gover.MonthOf(now.Year(), int(now.Month())))); err != nil {
		return err
	}
	a.ui.hint("%v shows all releases", gosw(list.args("--all")...))
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

// timeline lays out lines, newest first: a row for each.
func (s screen) timeline(lines []lineJSON, today gover.Month) []string {
	p := timeline{left: today - 12, today: today, signs: s.signs()}
	lines = slices.DeleteFunc(slices.Clone(lines), func(l lineJSON) bool {
		recent := l.support != gover.EndOfLife || l.End == 0 || l.End > today-12*timelineYears
		if p.dated = max(p.dated, l.First); recent && l.First > 0 {
			p.left = min(p.left, l.First)
		}
		return !recent && len(l.installed) == 0
	})
	p.right = today + max(4, (today-p.left)/10)
	t := &table{columns: []column{{head: "line"}, {head: "support", rank: 1}, {head: "newest"}, {head: "installed", rank: 2}}}
	for i := range lines {
		t.rows = append(t.rows, s.timelineRow(&lines[i]))
	}
	if p.width = p.room(s, t); p.width > 0 {
		t.columns[1] = column{head: p.years()}
		for i := range lines {
			t.rows[i][1] = p.row(s, &lines[i])
		}
	}
	return append(t.lines(s), p.legend(s, lines)...)
}

// timelineRow is what stands beside a bar, and in its place where there is no room.
func (s screen) timelineRow(l *lineJSON) []cell {
	name, newest := cell{text: l.Line}, cell{text: gover.Only(l.Newest).String()}
	if l.support == gover.EndOfLife {
		name.style, newest.style = faint, faint
	}
	switch {
	case l.active:
		name = cell{text: l.Line + "*", style: current}
	case len(l.installed) > 0:
		name = cell{text: l.Line + "+", style: strong}
	}
	return []cell{name, supportCell(l.Support), newest, {text: fitWords(l.installed, max(16, s.width/4))}}
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
func (p *timeline) room(s screen, t *table) int {
	months := int(p.right - p.left)
	if s.width == 0 {
		return months
	}
	room := s.width - t.widest(0) - t.widest(2) - 2*gap
	if installed := t.widest(3); installed > 0 && room-installed-gap >= 24 {
		room -= installed + gap
	} else {
		t.empty(3)
	}
	if room < 16 || len(t.rows) == 0 {
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
func (p *timeline) row(s screen, l *lineJSON) cell {
	plot := make([]cell, p.width)
	draw := func(from, to int, sign string, st style) {
		for i := max(from, 0); i < min(to, p.width); i++ {
			plot[i] = cell{text: sign, style: st}
		}
	}
	draw(0, p.width, " ", plain)
	for _, year := range p.januaries() {
		column := p.at(gover.MonthOf(year, 1))
		draw(column, column+1, p.signs.grid, faint)
	}
	today := p.at(p.today)
	switch first := p.at(l.First); {
	case l.support != gover.EndOfLife:
		if l.First == 0 { // it came out after this table of months was made
			first = max(today-1, p.at(p.dated)+1)
			draw(first, first+1, "?", special)
			first++
		}
		draw(first, today+1, p.signs.fixes, good)
		draw(today+1, p.width, p.signs.open, good)
		draw(p.width-1, p.width, p.signs.arrow, good)
	default:
		end, st := p.at(l.End), faint
		if len(l.installed) > 0 {
			st = doubt
		}
		if l.End == 0 { // as late as the newest of which the month is known it had not ended
			end = p.at(p.dated) + 1
			draw(end, end+1, "?", special)
		}
		if end <= 0 {
			for i, r := range []rune(fmt.Sprintf("%s until %v", p.signs.before, l.End)) {
				draw(i, i+1, string(r), st)
			}
		}
		draw(first, end, p.signs.ended, st)
	}
	if plot[today].text == " " || plot[today].text == p.signs.grid {
		draw(today, today+1, p.signs.today, special)
	}
	return join(s, plot)
}

// legend explains the signs that are there.
func (p *timeline) legend(s screen, lines []lineJSON) []string {
	var signs []cell
	var words []string
	add := func(sign cell, meaning string) {
		signs, words = append(signs, sign), append(words, sign.text+" "+meaning)
	}
	some := func(has func(l lineJSON) bool) bool { return slices.ContainsFunc(lines, has) }
	if p.width > 0 {
		if some(func(l lineJSON) bool { return l.support != gover.EndOfLife }) {
			add(cell{text: p.signs.fixes, style: good}, "gets fixes")
			add(cell{text: p.signs.open, style: good}, "until two newer lines are out")
		}
		if some(func(l lineJSON) bool { return l.support == gover.EndOfLife }) {
			add(cell{text: p.signs.ended, style: faint}, "got fixes")
			add(cell{text: p.signs.today, style: special}, "today")
		}
	}
	if some(func(l lineJSON) bool { return l.active }) {
		add(cell{text: "*", style: current}, "applies here")
	}
	if some(func(l lineJSON) bool { return len(l.installed) > 0 && !l.active }) {
		add(cell{text: "+", style: strong}, "installed")
	}
	if len(words) == 0 {
		return nil
	}
	text := s.fill(words, "   ", 0)
	for i, line := range text {
		for _, sign := range signs {
			line = strings.Replace(line, sign.text+" ", s.paint(sign.style, sign.text)+" ", 1)
		}
		text[i] = line
	}
	return append([]string{""}, text...)
}

// The signs of a plot.
type signs struct{ fixes, ended, open, arrow, before, today, grid string }

func (s screen) signs() signs {
	if s.unicode {
		return signs{"━", "─", "╍", "▸", "◂", "│", "·"}
	}
	return signs{"=", "-", "~", ">", "<", "|", "."}
}
