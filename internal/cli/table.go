package cli

import "strings"

// A column of a table.
type column struct {
	head  string
	rank  int  // where there is no room the highest goes first; 0 stays
	right bool // for numbers
	least int  // its cells may be cut to so many columns of the screen; 0 for not at all
}

// A cell of a table.
type cell struct {
	text    string
	style   style
	painted string // the same with codes in it, where one style is not enough
}

// A table is laid out for a screen: all that is said at a glance, one row a thing.
// A column in which nothing is said is left out.
type table struct {
	columns []column
	rows    [][]cell
	bare    bool // without headings
	indent  int
}

const gap = 2 // between columns

// lines lays t out. On a narrow screen columns are cut, and then left out, so that
// no row is broken.
func (t *table) lines(s screen) []string {
	shown, widths := t.fit(s)
	var lines []string
	if !t.bare && len(t.rows) > 0 {
		head := make([]cell, len(t.columns))
		for i, c := range t.columns {
			head[i] = cell{text: c.head, style: faint}
		}
		lines = append(lines, t.line(s, head, shown, widths))
	}
	for _, row := range t.rows {
		lines = append(lines, t.line(s, row, shown, widths))
	}
	return lines
}

// fit returns the columns that are shown, by number, and their widths.
func (t *table) fit(s screen) (shown, widths []int) {
	for i := range t.columns {
		if width := t.widest(i); width > 0 {
			shown, widths = append(shown, i), append(widths, width)
		}
	}
	for s.width > 0 {
		over := t.indent + gap*(len(shown)-1) - s.width
		for _, width := range widths {
			over += width
		}
		if over <= 0 || len(shown) == 0 {
			break
		}
		if t.shrink(shown, widths, over) {
			break
		}
		drop := 0
		for i, c := range shown {
			if t.columns[c].rank > t.columns[shown[drop]].rank {
				drop = i
			}
		}
		if t.columns[shown[drop]].rank == 0 { // there is no more to do
			last := len(widths) - 1
			widths[last] = max(1, widths[last]-over)
			break
		}
		shown, widths = append(shown[:drop:drop], shown[drop+1:]...), append(widths[:drop:drop], widths[drop+1:]...)
	}
	return shown, widths
}

// shrink takes over from a column that may be cut, and reports whether there is one
// with so much to give.
func (t *table) shrink(shown, widths []int, over int) bool {
	for i, c := range shown {
		if least := t.columns[c].least; least > 0 && widths[i]-over >= least {
			widths[i] -= over
			return true
		}
	}
	return false
}

// widest is how wide a column is with all its cells whole, 0 if nothing is said in
// it.
func (t *table) widest(i int) int {
	width := 0
	for _, row := range t.rows {
		width = max(width, columns(row[i].text))
	}
	if width > 0 && !t.bare {
		width = max(width, columns(t.columns[i].head))
	}
	return width
}

// empty takes what a column says away, and with it the column.
func (t *table) empty(i int) {
	for _, row := range t.rows {
		row[i] = cell{}
	}
}

// join makes one cell of cells, with one code for those in a row of the same style.
func join(s screen, cells []cell) cell {
	var whole cell
	for len(cells) > 0 {
		run, n := "", 0
		for n < len(cells) && cells[n].style == cells[0].style {
			run += cells[n].text
			n++
		}
		whole.text += run
		whole.painted += s.paint(cells[0].style, run)
		cells = cells[n:]
	}
	return whole
}

func (t *table) line(s screen, row []cell, shown, widths []int) string {
	var out strings.Builder
	pending := t.indent // spaces that are only written if something follows
	for n, i := range shown {
		text := s.cut(row[i].text, widths[n])
		left, right := 0, widths[n]-columns(text)
		if t.columns[i].right {
			left, right = right, 0
		}
		pending += left
		if text != "" {
			painted := row[i].painted
			if painted == "" || text != row[i].text {
				painted = s.paint(row[i].style, text)
			}
			out.WriteString(strings.Repeat(" ", pending) + painted)
			pending = 0
		}
		pending += right + gap
	}
	return out.String()
}

// show prints lines that were laid out for a screen.
func (u *ui) show(lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	return u.print("%s", strings.Join(lines, "\n"))
}
