package cli

import (
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/gover"
)

// A lineRow is a row of the table of releases: one line of them.
type lineRow struct {
	line   string
	state  cell
	newest cell   // no text if it is not among what is asked for
	older  []cell // the others, newest first
}

// printReleaseTable prints all releases of list, a row for each line.
func (a *app) printReleaseTable(s screen, list remoteList) error {
	rows, marks := releaseRows(list.shown)
	if err := a.ui.show(s.releaseTable(rows)); err != nil {
		return err
	}
	if marks != "" {
		a.ui.note("%s", marks)
	}
	return nil
}

// releaseRows gathers releases, newest first, by line. Marks explains the marks that
// some of them have.
func releaseRows(shown []releaseJSON) (rows []lineRow, marks string) {
	var applies, installed bool
	for _, r := range shown {
		release := cell{text: gover.Only(r.Version).String()} // 1.20.0, as it is typed
		switch {
		case r.Active:
			release, applies = cell{text: release.text + "*", style: current}, true
		case r.Installed:
			release, installed = cell{text: release.text + "+", style: strong}, true
		}
		if len(rows) == 0 || rows[len(rows)-1].line != r.Line {
			rows = append(rows, lineRow{line: r.Line, state: supportCell(r.lineSupport.String())})
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
func (s screen) releaseTable(rows []lineRow) []string {
	t := &table{columns: []column{{head: "line"}, {head: "support"}, {head: "newest"}, {head: "older"}}}
	for _, r := range rows {
		t.rows = append(t.rows, []cell{{text: r.line}, r.state, r.newest, {}})
	}
	widest := len("older")
	for _, r := range rows {
		for _, release := range r.older {
			widest = max(widest, len(release.text))
		}
	}
	left := func() int { return t.widest(0) + t.widest(1) + t.widest(2) + 3*gap }
	each := 1 << 16 // releases beside each other
	if s.width > 0 {
		if left()+widest > s.width {
			t.empty(1)
		}
		if left()+widest-gap > s.width {
			t.empty(2)
			t.columns[3].head = "releases"
		}
		each = max(1, (s.width-left()+1)/(widest+1))
	}
	beside := t.rows
	t.rows = nil
	for i, row := range beside {
		older := rows[i].older
		if newest := rows[i].newest; newest != row[2] {
			older = append([]cell{newest}, older...)
		}
		n := min(each, len(older))
		row[3] = side(s, older[:n], widest)
		t.rows = append(t.rows, row)
		for more := range slices.Chunk(older[n:], each) {
			t.rows = append(t.rows, []cell{{}, {}, {}, side(s, more, widest)})
		}
	}
	return t.lines(s)
}

// side makes one cell of cells that stand beside each other.
func side(s screen, cells []cell, width int) cell {
	var list []cell
	for i, c := range cells {
		if list = append(list, c); i < len(cells)-1 {
			list = append(list, cell{text: strings.Repeat(" ", width-len(c.text)+1)})
		}
	}
	return join(s, list)
}
