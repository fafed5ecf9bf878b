package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/gosw/gosw/internal/gover"
)

// A lineRow is a row of the table that a terminal gets: one line of releases.
type lineRow struct {
	line, state string
	newest      string   // "" if it is not among what is asked for
	older       []string // the others, newest first
	more        int      // how many of them are left out
}

// printReleaseTable prints a row for each line of releases. A brief one fits a
// screen: of lines that have ended it has the newest and what is installed.
func (a *app) printReleaseTable(list remoteList, brief bool) error {
	rows, marks := tableRows(list.shown, brief)
	for _, text := range formatTable(rows, a.ui.outWidth()) {
		if err := a.ui.print("%s", text); err != nil {
			return err
		}
	}
	if marks != "" {
		a.ui.note("%s", marks)
	}
	if i := slices.IndexFunc(rows, func(r lineRow) bool { return r.more > 0 }); i >= 0 {
		command := "gosw list --remote "
		if list.platform != thisPlatform() {
			command += "--platform " + list.platform.String() + " "
		}
		a.ui.hint(fmt.Sprintf("%q shows a line with all its releases", command+rows[i].line))
	}
	return nil
}

// tableRows gathers releases, newest first, by line. Marks explains the marks
// that some of them have.
func tableRows(shown []releaseJSON, brief bool) (rows []lineRow, marks string) {
	var active, installed bool
	for _, r := range shown {
		text := gover.Only(r.Version).String() // 1.20.0, as it is typed
		switch {
		case r.Active:
			text, active = text+"*", true
		case r.Installed:
			text, installed = text+"+", true
		}
		if len(rows) == 0 || rows[len(rows)-1].line != r.Line {
			rows = append(rows, lineRow{line: r.Line, state: stateWords(r.lineSupport)})
		}
		row := &rows[len(rows)-1]
		switch {
		case r.Newest:
			row.newest = text
		case brief && r.lineSupport == gover.EndOfLife && !r.Installed:
			row.more++
		default:
			row.older = append(row.older, text)
		}
	}
	var words []string
	if active {
		words = append(words, "* applies here")
	}
	if installed {
		words = append(words, "+ installed")
	}
	return rows, strings.Join(words, ", ")
}

func stateWords(support gover.Support) string {
	if support == gover.EndOfLife {
		return "end of life"
	}
	return support.String()
}

// formatTable lays rows out in width columns, 0 for any.
func formatTable(rows []lineRow, width int) []string {
	head := lineRow{line: "line", state: "state", newest: "newest", older: []string{"older"}}
	first, second, third, cell := 0, 0, 0, 0
	for _, r := range append([]lineRow{head}, rows...) {
		first, second, third = max(first, len(r.line)), max(second, len(r.state)), max(third, len(r.newest))
		for _, text := range r.older {
			cell = max(cell, len(text))
		}
	}
	indent := first + second + third + 6
	perRow := 1 << 16
	if width > 0 {
		perRow = max(1, (width-indent+1)/(cell+1))
	}
	var lines []string
	for _, r := range append([]lineRow{head}, rows...) {
		start := fmt.Sprintf("%-*s  %-*s  %-*s  ", first, r.line, second, r.state, third, r.newest)
		for {
			n := min(perRow, len(r.older))
			var cells strings.Builder
			for _, text := range r.older[:n] {
				fmt.Fprintf(&cells, "%-*s ", cell, text)
			}
			if n == len(r.older) && r.more > 0 {
				fmt.Fprintf(&cells, "%d more", r.more)
			}
			lines = append(lines, strings.TrimRight(start+cells.String(), " "))
			if r.older = r.older[n:]; len(r.older) == 0 {
				break
			}
			start = strings.Repeat(" ", indent)
		}
	}
	return lines
}

// outWidth is how many columns stdout has, 0 if that can't be told.
func (u *ui) outWidth() int {
	f, ok := u.out.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}
