package list

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

// Outdated is "gosw outdated".
func Outdated(a *app.App) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "outdated [LINE…]",
		Short: "Show which versions need an update",
		Long: `Outdated shows what needs an update: versions with a newer patch, versions whose
line gets no more fixes, and versions with vulnerabilities that the last "gosw
audit" found. LINE limits the list.

It prints the version, the newest release of its line, eol if the line has
ended, and the number of vulnerabilities. "-" means fine, "?" not checked yet.

It exits with 0 if nothing needs an update, 4 if something does, and another
code if it could not find out.`,
		Example: `  gosw outdated
  gosw outdated --offline 1.22`,
		RunE: func(cmd *cobra.Command, args []string) error {
			specs, err := cmdline.ParseSpecs(a, args)
			if err != nil {
				return err
			}
			return outdated(cmd.Context(), a, specs, asJSON)
		},
		ValidArgsFunction: cmdline.CompleteInstalled(a),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmdline.OfflineFlag(a, cmd)
	return cmd
}

// An outdatedJSON is an element of "gosw outdated --json": an installed version,
// and what is due for it.
type outdatedJSON struct {
	Version         gover.Version `json:"version"`
	System          bool          `json:"system"`
	Newest          gover.Version `json:"newest_of_line,omitzero"` // if nobody knows a release, none
	Newer           bool          `json:"newer"`                   // the newest of the line is newer
	NewestInstalled bool          `json:"newest_installed"`
	Support         gover.Support `json:"support"`
	Vulnerabilities *int          `json:"vulnerabilities,omitempty"` // as the last audit knew; none if there was none
}

// An outdatedReport is what "gosw outdated --json" prints.
type outdatedReport struct {
	Audited    time.Time      `json:"audited,omitzero"`
	Fetched    time.Time      `json:"fetched,omitzero"`
	Offline    bool           `json:"offline"`
	Origin     release.Origin `json:"origin"`
	Schema     int            `json:"schema"`
	Toolchains []outdatedJSON `json:"toolchains"`
}

// due reports whether something is to be done about the version.
func (o outdatedJSON) due() bool {
	return o.Newer || o.Support == gover.EndOfLife || o.Vulnerabilities != nil && *o.Vulnerabilities > 0
}

func outdated(ctx context.Context, a *app.App, specs []gover.Spec, asJSON bool) error {
	if _, err := a.Store(store.Show); err != nil { // one that can't be read
		return err
	}
	path, homes, err := a.Homes()
	if err != nil {
		return err
	}
	versions, err := cmdline.Matching(slices.Collect(maps.Keys(homes)), specs, "")
	if err != nil {
		return err
	}
	if len(versions) == 0 && !asJSON {
		a.UI.Remark("no toolchain is installed")
		return nil
	}
	client, err := a.Client()
	if err != nil {
		return err
	}
	releases, err := client.Releases(ctx, 0)
	if err != nil {
		return err
	}
	known, audited := a.LastAudit(versions)
	list := judgeOutdated(a, path.System(), homes, versions, releases, known.Of)
	a.SayAge(releases)
	if asJSON {
		err = a.UI.PrintJSON(outdatedReport{known.Fetched.UTC(), releases.Fetched.UTC(), releases.Offline, releases.Origin, 1, list})
	} else {
		err = printOutdated(a, list)
		adviseOutdated(a, list, homes, releases)
	}
	switch {
	case !audited:
		a.UI.Hint(`vulnerabilities not checked yet; run "gosw audit"`)
	case a.Since(known.Fetched) > 24*time.Hour:
		a.SayFetched(known.Fetched)
	}
	if err == nil && slices.ContainsFunc(list, outdatedJSON.due) {
		return failure.ErrDue
	} else if err == nil && !asJSON {
		a.UI.Remark("up to date")
	}
	return err
}

func judgeOutdated(a *app.App, system toolchain.Home, homes map[gover.Version]toolchain.Home, versions []gover.Version, releases release.Releases, vulnerable map[gover.Version]int) []outdatedJSON {
	lifecycle := gover.NewLifecycle(append(a.ReleasesKnown(), releases.Versions...))
	lines := gover.NewestOfLines(slices.Concat(releases.Versions, versions)) // what is installed is out, whoever lists it
	list := make([]outdatedJSON, 0, len(versions))
	for _, v := range versions {
		item := outdatedJSON{Version: v, System: homes[v] == system, Support: lifecycle.Of(v)}
		if newest, ok := lines[v.Line()]; ok {
			item.Newest, item.Newer, item.NewestInstalled = newest, gover.Compare(newest, v) > 0, homes[newest] != ""
		}
		if n, ok := vulnerable[v]; ok {
			item.Vulnerabilities = &n
		}
		list = append(list, item)
	}
	return list
}

// printOutdated prints a line for each version that something is due for.
func printOutdated(a *app.App, list []outdatedJSON) error {
	screen, terminal := a.UI.Screen()
	t := &term.Table{Columns: []term.Column{{Head: "version"}, {Head: "newest"}, {Head: "support", Rank: 2},
		{Head: "vulns", Rank: 1, Right: true}, {Head: "from", Rank: 3}}}
	for _, o := range list {
		switch {
		case !o.due():
		case terminal:
			t.Rows = append(t.Rows, o.row())
		default:
			if err := a.UI.Print("%s", o.bare()); err != nil {
				return err
			}
		}
	}
	return a.UI.Show(t.Lines(screen))
}

// adviseOutdated says what to do about newer patches, and about lines that have ended:
// those that go on get no patch from upgrade that has fixes.
func adviseOutdated(a *app.App, list []outdatedJSON, homes map[gover.Version]toolchain.Home, releases release.Releases) {
	if slices.ContainsFunc(list, func(o outdatedJSON) bool { return o.Newer && !o.NewestInstalled && !o.System }) {
		a.UI.Hint("%v installs the newest patch of each line", command.Gosw("upgrade"))
	}
	var ended []string
	latest, _ := gover.ParseSpec("latest")
	newest, _ := latest.Newest(releases.Versions)
	for _, o := range list {
		if line := o.Version.Line(); o.Support == gover.EndOfLife && !o.System && !slices.Contains(ended, line) {
			ended = append(ended, line)
		}
	}
	if len(ended) == 0 || newest.IsZero() {
		return
	}
	next := command.Gosw("pin", newest.Line())
	if _, there := gover.NewestOfLines(slices.Collect(maps.Keys(homes)))[newest.Line()]; !there {
		next = command.Gosw("install", newest.Line()).Then(next)
	}
	uninstall := command.Gosw(append([]string{"uninstall", "--all"}, ended...)...)
	a.UI.Hint("no more fixes for %s: pin %s instead (%v), then remove what is left (%v)",
		strings.Join(ended, ", "), newest.Line(), next, uninstall)
}

// bare returns the fields for machines that do not read JSON.
func (o outdatedJSON) bare() string {
	newest, support, count := "-", "-", "?"
	if o.Newer {
		newest = o.Newest.String()
	}
	if o.Support == gover.EndOfLife {
		support = o.Support.String()
	}
	if o.Vulnerabilities != nil {
		if count = "-"; *o.Vulnerabilities > 0 {
			count = strconv.Itoa(*o.Vulnerabilities)
		}
	}
	return strings.Join([]string{o.Version.String(), newest, support, count}, "\t")
}

// row says what is due on a terminal.
func (o outdatedJSON) row() []term.Cell {
	row := []term.Cell{{Text: o.Version.String()}, {}, supportCell(o.Support), vulnCell(o.Vulnerabilities), {}}
	switch {
	case o.Newer && o.NewestInstalled:
		row[1] = term.Cell{Text: o.Newest.String() + " is installed", Style: term.Good}
	case o.Newer:
		row[1] = term.Cell{Text: o.Newest.String() + " is out", Style: term.Doubt}
	}
	if o.System {
		row[4] = term.Cell{Text: "system store"}
	}
	return row
}
