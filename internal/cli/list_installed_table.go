package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/store"
)

// installedTable is the picture of a store: a row for each version, and below them
// what makes one of them apply.
func (a *app) installedTable(s screen, list []installedJSON, here applies) []string {
	t := &table{columns: []column{
		{head: "  version"},
		{head: "links", rank: 6},
		{head: "support", rank: 3},
		{head: "vulns", rank: 4, right: true},
		{head: "own", rank: 1, right: true},
		{head: "shared", rank: 2, right: true},
		{head: "last used", rank: 5},
		{head: "proof", rank: 7},
		{head: "from", rank: 8},
	}}
	for i := range list {
		t.rows = append(t.rows, a.installedRow(&list[i]))
	}
	lines := t.lines(s)
	if text, mark := a.appliesText(list, here); text != "" {
		lines = append(lines, "")
		for i, line := range s.wrap(text, len(mark)) {
			if i == 0 && mark != "" {
				line = s.paint(current, mark[:1]) + line[1:]
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func (a *app) installedRow(item *installedJSON) []cell {
	name := cell{text: "  " + item.Version.String()}
	if item.Active {
		name = cell{text: "* " + item.Version.String(), style: current}
	}
	row := []cell{name, {text: strings.Join(slices.Sorted(slices.Values(item.Links)), ", ")},
		supportCell(item.Support), vulnCell(item.Vulnerabilities), {}, {}, a.usedCell(item)}
	if item.Size != nil {
		row[4], row[5] = cell{text: megabytes(item.Size.Own)}, cell{text: megabytes(item.Size.Shared), style: faint}
	}
	proof, from := provenance(item.Receipt)
	if item.System {
		from.text = "system's store"
	}
	return append(row, proof, from)
}

// supportCell words a state of support as it stands in JSON.
func supportCell(support string) cell {
	switch support {
	case gover.NewestLine.String():
		return cell{text: support, style: good}
	case gover.EndOfLife.String():
		return cell{text: "end of life", style: doubt}
	}
	return cell{text: support, style: special}
}

// vulnCell is a number of known vulnerabilities, "?" if nobody has asked.
func vulnCell(n *int) cell {
	switch {
	case n == nil:
		return cell{text: "?", style: faint}
	case *n == 0:
		return cell{text: "0", style: good}
	}
	return cell{text: strconv.Itoa(*n), style: bad}
}

func (a *app) usedCell(item *installedJSON) cell {
	switch {
	case item.NeverUsed:
		return cell{text: "never", style: faint}
	case item.LastUsed == nil:
		return cell{}
	}
	return cell{text: daysAgo(a.now().Sub(*item.LastUsed))}
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
func provenance(receipt *store.Receipt) (proof, from cell) {
	if receipt == nil { // which is for verify to tell
		return cell{text: "no receipt", style: doubt}, cell{}
	}
	from.text = map[string]string{
		fetch.ViaProxy: "module proxy", fetch.ViaDL: "go.dev/dl", fetch.ViaModCache: "module cache",
		fetch.ViaFile: "file", fetch.ViaImport: "import",
	}[receipt.Via]
	if len(receipt.Record) == 0 {
		return cell{text: "SHA-256 only", style: doubt}, from
	}
	return cell{text: "checksum database"}, from
}

// appliesText says which of list applies here and what makes it so, or why none
// does, and how long the mark is that it begins with.
func (a *app) appliesText(list []installedJSON, here applies) (text, mark string) {
	switch {
	case len(list) == 0:
		return "", ""
	case here.err != nil:
		return fmt.Sprintf("none of these applies here: %s", clean(here.err.Error())), ""
	case here.source == "": // of another platform
		return "", ""
	case slices.ContainsFunc(list, func(item installedJSON) bool { return item.Active }):
		return fmt.Sprintf("* applies here, set by %s", a.place(here.source)), "* "
	case !here.version.IsZero(): // it was not asked for
		return "", ""
	case here.spec.Kind() == gover.System && here.source == "system":
		return "none of these applies here: nothing asks for one, so the next go on PATH runs", ""
	case here.spec.Kind() == gover.System:
		return fmt.Sprintf("none of these applies here: %s asks for the next go on PATH", a.place(here.source)), ""
	}
	return fmt.Sprintf("none of these applies here: %s asks for %s, which is not installed", a.place(here.source), here.spec), ""
}

// place is the path of a file or folder as it is shown: on a terminal, one below the
// user's home folder begins with "~".
func (a *app) place(path string) string {
	if _, terminal := a.ui.screen(); !terminal {
		return clean(path)
	}
	home, _ := a.userHome()
	if below, ok := strings.CutPrefix(path, home+string(filepath.Separator)); ok && filepath.IsAbs(home) {
		path = filepath.Join("~", below)
	}
	return clean(path)
}
