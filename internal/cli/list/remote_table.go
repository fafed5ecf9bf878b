package list

import (
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/gover"
)

// A lineRow is a row of the table of releases: one line of them.
type lineRow struct {
	line   string
	state  term.Cell
	newest term.Cell   // no text if it is not among what is asked for
	older  []term.Cell // the others, newest first
}

// printReleaseTable prints all releases of list, a row for each line.
func printReleaseTable(a *app.App, s term.Screen, list remoteList) error {
	rows, marks := releaseRows(list.shown)
	if err := a.UI.Show(releaseTable(s, rows)); err != nil {
		return err
	}
	if marks != "" {
		a.UI.Note("%s", marks)
	}
	return nil
}

// releaseRows gathers releases, newest first, by line. Marks explains the marks that
// some of them have.
func releaseRows(shown []releaseJSON) (rows []lineRow, marks string) {
	var applies, installed bool
	for _, r := range shown {
		release := term.Cell{Text: gover.Only(r.Version).String()} // 1.20.0, as it is typed
		switch {
		case r.Active:
			release, applies = term.Cell{Text: release.Text + "*", Style: term.Current}, true
		case r.Installed:
			release, installed = term.Cell{Text: release.Text + "+", Style: term.Strong}, true
		}
		if len(rows) == 0 || rows[len(rows)-1].line != r.Line {
			rows = append(rows, lineRow{line: r.Line, state: supportCell(r.lineSupport)})
		}
		if row := &rows[len(rows)-1]; r.Newest {
			row.newest = release
		} else {
			row.older = append(row.older, release)
		}
	}
	var words []string
	if applies {
		words = append(words, "* applies here")
	}
	if installed {
		words = append(words, "+ installed")
	}
	return rows, strings.Join(words, ", ")
}

// releaseTable lays rows out. What does not fit beside each other goes on below.
func releaseTable(s term.Screen, rows []lineRow) []string {
	t := &term.Table{Columns: []term.Column{{Head: "line"}, {Head: "support"}, {Head: "newest"}, {Head: "older"}}}
	for _, r := range rows {
		t.Rows = append(t.Rows, []term.Cell{{Text: r.line}, r.state, r.newest, {}})
	}
	widest := len("older")
	for _, r := range rows {
		for _, release := range r.older {
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
		older := rows[i].older
		if newest := rows[i].newest; newest != row[2] {
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
