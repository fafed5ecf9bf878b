package term

import "strings"

// A Column of a table.
type Column struct {
	Head  string
	Rank  int  // where there is no room the highest goes first; 0 stays
	Right bool // for numbers
	Least int  // its cells may be cut to so many columns of the screen; 0 for not at all
}

// A Cell of a table.
type Cell struct {
	Text    string
	Style   Style
	painted string // the same with codes in it, where one style is not enough
}

// A Table is laid out for a screen: all that is said at a glance, one row a thing.
// A column in which nothing is said is left out.
type Table struct {
	Columns []Column
	Rows    [][]Cell
	Bare    bool // without headings
	Indent  int
}

// Gap is how many columns of a terminal are between those of a table.
const Gap = 2

// Lines lays t out. On a narrow screen columns are cut, and then left out, so that
// no row is broken.
func (t *Table) Lines(s Screen) []string {
	shown, widths := t.fit(s)
	var lines []string
	if !t.Bare && len(t.Rows) > 0 {
		head := make([]Cell, len(t.Columns))
		for i, c := range t.Columns {
			head[i] = Cell{Text: c.Head, Style: Faint}
		}
		lines = append(lines, t.line(s, head, shown, widths))
	}
	for _, row := range t.Rows {
		lines = append(lines, t.line(s, row, shown, widths))
	}
	return lines
}

// fit returns the columns that are shown, by number, and their widths.
func (t *Table) fit(s Screen) (shown, widths []int) {
	for i := range t.Columns {
		if width := t.Widest(i); width > 0 {
			shown, widths = append(shown, i), append(widths, width)
		}
	}
	for s.Width > 0 {
		over := t.Indent + Gap*(len(shown)-1) - s.Width
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
			if t.Columns[c].Rank > t.Columns[shown[drop]].Rank {
				drop = i
			}
		}
		if t.Columns[shown[drop]].Rank == 0 { // there is no more to do
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
func (t *Table) shrink(shown, widths []int, over int) bool {
	for i, c := range shown {
		if least := t.Columns[c].Least; least > 0 && widths[i]-over >= least {
			widths[i] -= over
			return true
		}
	}
	return false
}

// Widest is how wide a column is with all its cells whole, 0 if nothing is said in
// it.
func (t *Table) Widest(i int) int {
	width := 0
	for _, row := range t.Rows {
		width = max(width, Columns(row[i].Text))
	}
	if width > 0 && !t.Bare {
		width = max(width, Columns(t.Columns[i].Head))
	}
	return width
}

// Empty takes what a column says away, and with it the column.
func (t *Table) Empty(i int) {
	for _, row := range t.Rows {
		row[i] = Cell{}
	}
}

// Join makes one cell of cells, with one code for those in a row of the same style.
func Join(s Screen, cells []Cell) Cell {
	var whole Cell
	for len(cells) > 0 {
		run, n := "", 0
		for n < len(cells) && cells[n].Style == cells[0].Style {
			run += cells[n].Text
			n++
		}
		whole.Text += run
		whole.painted += s.Paint(cells[0].Style, run)
		cells = cells[n:]
	}
	return whole
}

func (t *Table) line(s Screen, row []Cell, shown, widths []int) string {
	var out strings.Builder
	pending := t.Indent // spaces that are only written if something follows
	for n, i := range shown {
		text := s.Cut(row[i].Text, widths[n])
		left, right := 0, widths[n]-Columns(text)
		if t.Columns[i].Right {
			left, right = right, 0
		}
		pending += left
		if text != "" {
			painted := row[i].painted
			if painted == "" || text != row[i].Text {
				painted = s.Paint(row[i].Style, text)
			}
			out.WriteString(strings.Repeat(" ", pending) + painted)
			pending = 0
		}
		pending += right + Gap
	}
	return out.String()
}

// Show prints lines that were laid out for a screen.
func (u *UI) Show(lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	return u.Print("%s", strings.Join(lines, "\n"))
}
