package list

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/store"
)

// installedTable is the picture of a store: a row for each version, and below them
// what makes one of them apply.
func installedTable(a *app.App, s term.Screen, list []installedJSON, here applies, long bool) []string {
	t := &term.Table{Columns: []term.Column{
		{Head: "  version"},
		{Head: "links", Rank: 6},
		{Head: "support", Rank: 3},
		{Head: "vulns", Rank: 4, Right: true},
		{Head: "own", Rank: 1, Right: true},
		{Head: "shared", Rank: 2, Right: true},
		{Head: "last used", Rank: 5},
		{Head: "verified by", Rank: 7},
		{Head: "from", Rank: 8},
	}}
	for i := range list {
		t.Rows = append(t.Rows, installedRow(a, &list[i]))
	}
	for column := 7; column <= 8 && !long; column++ {
		usual := func(row []term.Cell) bool { return row[column] == t.Rows[0][column] && row[column].Style == term.Plain }
		if !slices.ContainsFunc(t.Rows, func(row []term.Cell) bool { return !usual(row) }) {
			t.Empty(column)
		}
	}
	lines := t.Lines(s)
	if text, mark := appliesText(a, list, here); text != "" {
		lines = append(lines, "")
		for i, line := range s.Wrap(text, len(mark)) {
			if i == 0 && mark != "" {
				line = s.Paint(term.Current, mark[:1]) + line[1:]
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func installedRow(a *app.App, item *installedJSON) []term.Cell {
	name := term.Cell{Text: "  " + item.Version.String()}
	if item.Active {
		name = term.Cell{Text: "* " + item.Version.String(), Style: term.Current}
	}
	row := []term.Cell{name, {Text: strings.Join(slices.Sorted(slices.Values(item.Links)), ", ")},
		supportCell(item.Support), vulnCell(item.Vulnerabilities), {}, {}, usedCell(a, item)}
	if item.Size != nil {
		row[4], row[5] = term.Cell{Text: term.Size(item.Size.Own)}, term.Cell{Text: term.Size(item.Size.Shared), Style: term.Faint}
	}
	proof, from := provenance(item.Receipt)
	if item.System {
		from.Text = "system store"
	}
	return append(row, proof, from)
}

func supportCell(support gover.Support) term.Cell {
	switch support {
	case gover.NewestLine, gover.OlderLine:
		return term.Cell{Text: support.String(), Style: term.Good}
	case gover.EndOfLife:
		return term.Cell{Text: "end of life", Style: term.Doubt}
	}
	return term.Cell{Text: support.String(), Style: term.Special}
}

// vulnCell is a number of known vulnerabilities, "?" if nobody has asked.
func vulnCell(n *int) term.Cell {
	switch {
	case n == nil:
		return term.Cell{Text: "?", Style: term.Faint}
	case *n == 0:
		return term.Cell{Text: "0", Style: term.Good}
	}
	return term.Cell{Text: strconv.Itoa(*n), Style: term.Bad}
}

func usedCell(a *app.App, item *installedJSON) term.Cell {
	switch {
	case item.NeverUsed:
		return term.Cell{Text: "never", Style: term.Faint}
	case item.LastUsed.IsZero():
		return term.Cell{}
	}
	return term.Cell{Text: daysAgo(a.Now().Sub(item.LastUsed))}
}

// daysAgo words how long ago something was of which only the day is sure.
func daysAgo(d time.Duration) string {
	switch days := int(d.Hours() / 24); {
	case days < 1:
		return "today"
	case days == 1:
		return "yesterday"
	case days < 60:
		return fmt.Sprintf("%d days ago", days)
	case days < 730:
		return fmt.Sprintf("%d months ago", days*12/365)
	default:
		return fmt.Sprintf("%d years ago", days/365)
	}
}

// provenance says what proves a version and where it came from, as far as its
// receipt tells.
func provenance(receipt *store.Receipt) (proof, from term.Cell) {
	if receipt == nil { // which is for verify to tell
		return term.Cell{Text: "no receipt", Style: term.Doubt}, term.Cell{}
	}
	from.Text = map[string]string{
		fetch.ViaProxy: "module proxy", fetch.ViaDL: "go.dev/dl", fetch.ViaModCache: "module cache",
		fetch.ViaFile: "file", fetch.ViaImport: "import",
	}[receipt.Via]
	if len(receipt.Record) == 0 {
		return term.Cell{Text: "SHA-256 only", Style: term.Doubt}, from
	}
	return term.Cell{Text: "checksum database"}, from
}

// appliesText says which of list applies here and what makes it so, or why none
// does, and how long the mark is that it begins with.
func appliesText(a *app.App, list []installedJSON, here applies) (text, mark string) {
	switch {
	case len(list) == 0:
		return "", ""
	case here.err != nil:
		return fmt.Sprintf("none of these is used here: %s", term.Clean(here.err.Error())), ""
	case here.source == "": // of another platform
		return "", ""
	case slices.ContainsFunc(list, func(item installedJSON) bool { return item.Active }):
		return fmt.Sprintf("* used here, set by %s", a.Place(here.source)), "* "
	case !here.version.IsZero(): // it was not asked for
		return "", ""
	case here.spec.Kind() == gover.System && here.source == "system":
		return "none of these is used here: no version is set, so the next go on PATH runs", ""
	case here.spec.Kind() == gover.System:
		return fmt.Sprintf("none of these is used here: %s names the next go on PATH", a.Place(here.source)), ""
	}
	return fmt.Sprintf("none of these is used here: %s names %s, which is not installed", a.Place(here.source), here.spec), ""
}
