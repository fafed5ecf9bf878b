package vulns

import (
	"bufio"
	"slices"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/toolchain"
)

// An auditReport is what "gosw audit --json" prints.
type auditReport struct {
	Schema     int              `json:"schema"`
	Source     string           `json:"source"` // the database's address
	Origin     release.Origin   `json:"origin"` // "network", "cache" or "file"
	Fetched    time.Time        `json:"fetched"`
	Modified   time.Time        `json:"modified,omitzero"` // of the newest entry, if the database says
	Platform   string           `json:"platform"`          // of the programs that are built
	Newest     *countJSON       `json:"newest,omitempty"`  // release
	Toolchains []vulnerableJSON `json:"toolchains"`
}

// A vulnerableJSON is a version, with what is known of it.
type vulnerableJSON struct {
	Version         gover.Version `json:"version"`
	Installed       bool          `json:"installed"`
	System          bool          `json:"system"`             // in the system's store only
	AskedBy         []string      `json:"asked_by,omitempty"` // such as "/src/.go-version:1"
	Support         gover.Support `json:"support"`
	NewestOfLine    *countJSON    `json:"newest_of_line,omitempty"`
	Vulnerabilities []vulnJSON    `json:"vulnerabilities"`
}

// A countJSON is a release and how many known vulnerabilities it has.
type countJSON struct {
	Version         gover.Version `json:"version"`
	Vulnerabilities int           `json:"vulnerabilities"`
}

type vulnJSON struct {
	ID          string        `json:"id"`
	Aliases     []string      `json:"aliases,omitempty"`
	Summary     string        `json:"summary"`
	Modules     []string      `json:"modules"` // "stdlib", "toolchain"
	Packages    []string      `json:"packages,omitempty"`
	FixedInLine gover.Version `json:"fixed_in_line,omitzero"` // first of the line
	Fixed       gover.Version `json:"fixed,omitzero"`         // first of all
}

// found reports whether one of the versions has a known vulnerability.
func (r *auditReport) found() bool {
	return slices.ContainsFunc(r.Toolchains, func(t vulnerableJSON) bool { return len(t.Vulnerabilities) > 0 })
}

// printVulnerable prints a line for each vulnerability of each version: with tabs,
// or on a terminal below a heading for each version.
func printVulnerable(a *app.App, report auditReport, own toolchain.Home, homes map[gover.Version]toolchain.Home) error {
	screen, terminal := a.UI.Screen()
	out := bufio.NewWriterSize(a.UI.Out, 32<<10) // a full store has thousands of lines
	for _, t := range report.Toolchains {
		switch {
		case len(t.Vulnerabilities) == 0:
		case terminal:
			for _, line := range tableVulnerable(screen, t, a.Place) {
				_, _ = out.WriteString(line + "\n") // Flush tells the first error
			}
		default:
			writeVulnerable(out, t)
		}
	}
	if err := out.Flush(); err != nil {
		return term.Printed(err)
	}
	adviseAudit(a, report, own, homes)
	return nil
}

// writeVulnerable writes the fields for machines that do not read JSON.
func writeVulnerable(out *bufio.Writer, t vulnerableJSON) {
	version := t.Version.String()
	for i := range t.Vulnerabilities {
		v := &t.Vulnerabilities[i]
		for _, field := range []string{version, v.ID, v.name("-"), v.fix("-")} {
			_, _ = out.WriteString(field)
			_ = out.WriteByte('\t')
		}
		_, _ = out.WriteString(v.Summary)
		_ = out.WriteByte('\n')
	}
}

// tableVulnerable lays out what is known of a version, below a heading. Place is how
// the path of a pin is shown.
func tableVulnerable(s term.Screen, t vulnerableJSON, place func(string) string) []string {
	count := app.KnownVulnerabilities(len(t.Vulnerabilities))
	heading := t.Version.String() + "  " + count
	if !t.Installed {
		heading += ", not installed"
	}
	if t.System {
		heading += ", in the system store"
	}
	for i, by := range t.AskedBy {
		heading += []string{", used by ", ", "}[min(i, 1)] + place(by)
	}
	list := &term.Table{Bare: true, Indent: term.Gap, Columns: []term.Column{{}, {Rank: 2}, {Rank: 1}, {Rank: 3, Least: 8}}}
	for _, v := range t.Vulnerabilities {
		fix := term.Cell{Text: v.fix("no fix"), Style: term.Good}
		if v.FixedInLine.IsZero() {
			fix.Style = term.Doubt
		}
		list.Rows = append(list.Rows, []term.Cell{{Text: v.ID}, {Text: v.name(""), Style: term.Faint}, fix, {Text: v.Summary}})
	}
	lines := s.Wrap(heading, term.Gap)
	if s.Colour {
		lines[0] = strings.Replace(lines[0], t.Version.String(), s.Paint(term.Strong, t.Version.String()), 1)
		lines[0] = strings.Replace(lines[0], count, s.Paint(term.Bad, count), 1)
	}
	return append(lines, list.Lines(s)...)
}

// name returns the CVE, else another name, else none.
func (v *vulnJSON) name(none string) string {
	for _, alias := range v.Aliases {
		if strings.HasPrefix(alias, "CVE-") {
			return alias
		}
	}
	return none
}

// fix returns the first release of the line that fixes it, else none.
func (v *vulnJSON) fix(none string) string {
	if v.FixedInLine.IsZero() {
		return none
	}
	return v.FixedInLine.String()
}

// adviseAudit says what the newest patch of each line fixes, and what does where
// that is not enough.
func adviseAudit(a *app.App, report auditReport, own toolchain.Home, homes map[gover.Version]toolchain.Home) {
	stuck := false
	said := make(map[string]bool)
	for _, t := range report.Toolchains {
		newest := t.NewestOfLine
		if len(t.Vulnerabilities) == 0 || newest == nil {
			continue
		}
		stuck = stuck || report.Newest != nil && newest.Vulnerabilities > report.Newest.Vulnerabilities
		if line := t.Version.Line(); newest.Vulnerabilities < len(t.Vulnerabilities) && !said[line] {
			adviseLine(a, t, own, homes)
			said[line] = true
		}
	}
	switch newest := report.Newest; {
	case stuck && homes[newest.Version] != "":
		a.UI.Hint("%v, the newest release, has %s, and is installed", newest.Version, orNone(newest.Vulnerabilities))
	case stuck:
		a.UI.Hint("%v, the newest release, has %s: \"gosw install latest\"", newest.Version, orNone(newest.Vulnerabilities))
	}
}

func orNone(n int) string {
	if n == 0 {
		return "no known vulnerability"
	}
	return app.KnownVulnerabilities(n)
}

// adviseLine names the newest patch of the line of t, and what puts it in the place
// of t.
func adviseLine(a *app.App, t vulnerableJSON, own toolchain.Home, homes map[gover.Version]toolchain.Home) {
	newest, ours := t.NewestOfLine.Version, t.Installed && !t.System
	has, line := orNone(t.NewestOfLine.Vulnerabilities), newest.Line()
	switch {
	case ours && homes[newest] == own:
		a.UI.Hint("%v, the newest of its line, has %s, and is installed: \"gosw upgrade --remove %s\" removes the older ones", newest, has, line)
	case homes[newest] != "":
		a.UI.Hint("%v, the newest of its line, has %s, and is installed", newest, has)
	case ours:
		a.UI.Hint("%v, the newest of its line, has %s: \"gosw upgrade %s\"", newest, has, line)
	default: // by its number, since a line of candidates stands for no release
		a.UI.Hint("%v, the newest of its line, has %s: \"gosw install %v\"", newest, has, gover.Only(newest))
	}
}
