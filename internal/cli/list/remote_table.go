package list

import (
	"slices"
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

	newest    term.Cell   // no text if it is not among what is asked for
	older     []term.Cell // the others, newest first
	installed []string    // newest first
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
		line, cell := &lines[len(lines)-1], r.cell()
		if r.Installed {
			line.installed = append(line.installed, cell.Text)
		}
		if r.Newest {
			line.Newest, line.newest = r.Version, cell
		} else {
			line.older = append(line.older, cell)
		}
	}
	return lines
}

// cell is a release as tables have it, with a mark if it is installed.
func (r releaseJSON) cell() term.Cell {
	name := gover.Only(r.Version).String() // 1.20.0, as it is typed
	switch {
	case r.Active:
		return term.Cell{Text: name + "*", Style: term.Current}
	case r.Installed:
		return term.Cell{Text: name + "+", Style: term.Strong}
	}
	return term.Cell{Text: name}
}

// sayMarks explains the marks that some releases have.
func sayMarks(a *app.App, shown []releaseJSON) {
	var words []string
	if slices.ContainsFunc(shown, func(r releaseJSON) bool { return r.Active }) {
		words = append(words, "* used here")
	}
	if slices.ContainsFunc(shown, func(r releaseJSON) bool { return r.Installed && !r.Active }) {
		words = append(words, "+ installed")
	}
	if len(words) > 0 {
		a.UI.Note("%s", strings.Join(words, ", "))
	}
}

// printLines prints a row for each line of list.
func printLines(a *app.App, s term.Screen, list remoteList) error {
	now := a.Now()
	t := lineTable(remoteLines(list), gover.MonthOf(now.Year(), int(now.Month())))
	if err := a.UI.Show(t.Lines(s)); err != nil {
		return err
	}
	sayMarks(a, list.shown)
	a.UI.Hint("%v lists all releases", command.Gosw(list.args("--all")...))
	return nil
}

// tableYears is how far back the table of lines goes: those that ended earlier are in
// it only if something of them is installed.
const tableYears = 4

func lineTable(lines []lineJSON, today gover.Month) *term.Table {
	t := &term.Table{Columns: []term.Column{{Head: "line"}, {Head: "support", Rank: 1}, {Head: "newest"},
		{Head: "first release", Rank: 4}, {Head: "last fixes", Rank: 3}, {Head: "installed", Rank: 2, Least: 16}}}
	for _, l := range lines {
		ended := l.Support == gover.EndOfLife
		if ended && l.End > 0 && l.End <= today-12*tableYears && len(l.installed) == 0 {
			continue
		}
		row := []term.Cell{{Text: l.Line}, supportCell(l.Support), l.newest, {Text: l.First.String()}, {}, {Text: strings.Join(l.installed, " ")}}
		if ended {
			row[0].Style, row[3].Style = term.Faint, term.Faint
			row[4] = term.Cell{Text: l.End.String(), Style: term.Faint}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// printReleaseTable prints all releases of list, a row for each line.
func printReleaseTable(a *app.App, s term.Screen, list remoteList) error {
	err := a.UI.Show(releaseTable(s, remoteLines(list)))
	if err == nil {
		sayMarks(a, list.shown)
	}
	return err
}

// releaseTable lays lines out. What does not fit beside each other goes on below.
func releaseTable(s term.Screen, lines []lineJSON) []string {
	t := &term.Table{Columns: []term.Column{{Head: "line"}, {Head: "support"}, {Head: "newest"}, {Head: "older"}}}
	widest := len("older")
	for _, l := range lines {
		t.Rows = append(t.Rows, []term.Cell{{Text: l.Line}, supportCell(l.Support), l.newest, {}})
		for _, release := range l.older {
			widest = max(widest, len(release.Text))
		}
	}
	left := func() int { return t.Widest(0) + t.Widest(1) + t.Widest(2) + 3*term.Gap }
	each := 1 << 16 // releases beside each other
	if s.Width > 0 {
		if left()+widest > s.Width {
			t.Empty(1)
		}
		if left()+widest-term.Gap > s.Width {
			t.Empty(2)
			t.Columns[3].Head = "releases"
		}
		each = max(1, (s.Width-left()+1)/(widest+1))
	}
	beside := t.Rows
	t.Rows = nil
	for i, row := range beside {
		older := lines[i].older
		if newest := lines[i].newest; newest != row[2] {
			older = append([]term.Cell{newest}, older...)
		}
		n := min(each, len(older))
		row[3] = side(s, older[:n], widest)
		t.Rows = append(t.Rows, row)
		for more := range slices.Chunk(older[n:], each) {
			t.Rows = append(t.Rows, []term.Cell{{}, {}, {}, side(s, more, widest)})
		}
	}
	return t.Lines(s)
}

// side makes one cell of cells that stand beside each other.
func side(s term.Screen, cells []term.Cell, width int) term.Cell {
	var list []term.Cell
	for i, c := range cells {
		if list = append(list, c); i < len(cells)-1 {
			list = append(list, term.Cell{Text: strings.Repeat(" ", width-len(c.Text)+1)})
		}
	}
	return term.Join(s, list)
}
