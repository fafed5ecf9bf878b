package cli

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/toolchain"
)

type outdatedOptions struct {
	specs []gover.Spec
	json  bool
}

func (a *app) outdatedCommand() *cobra.Command {
	var options outdatedOptions
	cmd := &cobra.Command{
		Use:   "outdated [LINE…]",
		Short: "List installed versions that something is due for",
		Long: `Outdated lists the installed versions that have a newer patch, that get no fixes
any more, or that have known vulnerabilities as far as the last "gosw audit"
knew. It prints version, newest release of the line, state of support and number
of vulnerabilities, "-" for what is as it should be and "?" for what nobody has
asked. LINE keeps those that match it.

The exit code is 0 if nothing is due, 4 if something is, and another one if that
could not be found out.`,
		Example: `  gosw outdated
  gosw outdated --offline 1.22
  gosw outdated >/dev/null; [ $? -ne 4 ] || echo "something is due"`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if options.specs, err = a.parseSpecs(args); err != nil {
				return err
			}
			return a.outdated(cmd.Context(), options)
		},
		ValidArgsFunction: a.completeInstalled,
	}
	cmd.Flags().BoolVar(&options.json, "json", false, "print JSON")
	a.offlineFlag(cmd)
	return cmd
}

// An outdatedJSON is an element of "gosw outdated --json": an installed version,
// and what is due for it.
type outdatedJSON struct {
	Version         gover.Version  `json:"version"`
	System          bool           `json:"system"`
	Newest          *gover.Version `json:"newest_of_line,omitempty"` // if nobody knows a release, none
	Newer           bool           `json:"newer"`                    // the newest of the line is newer
	NewestInstalled bool           `json:"newest_installed"`
	Support         string         `json:"support"`
	Vulnerabilities *int           `json:"vulnerabilities,omitempty"` // as the last audit knew; none if there was none
}

// due reports whether something is to be done about the version.
func (o *outdatedJSON) due() bool {
	return o.Newer || o.ended() || o.Vulnerabilities != nil && *o.Vulnerabilities > 0
}

func (o *outdatedJSON) ended() bool { return o.Support == gover.EndOfLife.String() }

func (a *app) outdated(ctx context.Context, options outdatedOptions) error {
	if _, err := a.store(); err != nil { // one that can't be read
		return err
	}
	path, err := a.path()
	if err != nil {
		return err
	}
	versions, err := installedOf(path, options.specs)
	if err != nil {
		return err
	}
	homes, err := path.Homes()
	if err != nil {
		return err
	}
	if len(versions) == 0 && !options.json {
		return nil
	}
	client, err := a.client()
	if err != nil {
		return err
	}
	releases, err := client.Releases(ctx, 0)
	if err != nil {
		return err
	}
	known, audited := a.lastAudit(versions)
	list := a.judgeOutdated(path.System(), homes, versions, releases, known.Of)
	a.sayAge(releases)
	if options.json {
		err = a.printOutdatedJSON(list, releases, known.Fetched)
	} else {
		err = a.printOutdated(list)
	}
	switch {
	case !audited:
		a.ui.hint(`nobody has asked for known vulnerabilities yet: "gosw audit" does`)
	case a.since(known.Fetched) > 24*time.Hour:
		a.sayFetched(known.Fetched)
	}
	for i := range list {
		if err == nil && list[i].due() {
			err = errDue
		}
	}
	return err
}

func (a *app) judgeOutdated(system toolchain.Home, homes map[gover.Version]toolchain.Home, versions []gover.Version, releases release.Releases, vulnerable map[gover.Version]int) []outdatedJSON {
	lifecycle := gover.NewLifecycle(append(a.releasesKnown(), releases.Versions...))
	lines := newestOfLines(slices.Concat(releases.Versions, versions)) // what is installed is out, whoever lists it
	list := make([]outdatedJSON, 0, len(versions))
	for _, v := range versions {
		item := outdatedJSON{Version: v, System: homes[v] == system, Support: lifecycle.Of(v).String()}
		if newest, ok := lines[v.Line()]; ok {
			item.Newest, item.Newer, item.NewestInstalled = &newest, gover.Compare(newest, v) > 0, homes[newest] != ""
		}
		if n, ok := vulnerable[v]; ok {
			item.Vulnerabilities = &n
		}
		list = append(list, item)
	}
	return list
}

// printOutdated prints a line for each version that something is due for.
func (a *app) printOutdated(list []outdatedJSON) error {
	screen, terminal := a.ui.screen()
	t := &table{columns: []column{{head: "version"}, {head: "newest"}, {head: "support", rank: 2},
		{head: "vulns", rank: 1, right: true}, {head: "from", rank: 3}}}
	for i := range list {
		o := &list[i]
		switch {
		case !o.due():
		case terminal:
			t.rows = append(t.rows, o.row())
		default:
			if err := a.ui.print("%s", o.bare()); err != nil {
				return err
			}
		}
	}
	return a.ui.show(t.lines(screen))
}

// bare returns the fields for machines that do not read JSON.
func (o *outdatedJSON) bare() string {
	newest, support, count := "-", "-", "?"
	if o.Newer {
		newest = o.Newest.String()
	}
	if o.ended() {
		support = o.Support
	}
	if o.Vulnerabilities != nil {
		if count = "-"; *o.Vulnerabilities > 0 {
			count = strconv.Itoa(*o.Vulnerabilities)
		}
	}
	return strings.Join([]string{o.Version.String(), newest, support, count}, "\t")
}

// row says what is due on a terminal.
func (o *outdatedJSON) row() []cell {
	row := []cell{{text: o.Version.String()}, {}, supportCell(o.Support), vulnCell(o.Vulnerabilities), {}}
	switch {
	case o.Newer && o.NewestInstalled:
		row[1] = cell{text: o.Newest.String() + " is installed", style: good}
	case o.Newer:
		row[1] = cell{text: o.Newest.String() + " is out", style: doubt}
	}
	if o.System {
		row[4] = cell{text: "system's store"}
	}
	return row
}

func (a *app) printOutdatedJSON(list []outdatedJSON, releases release.Releases, audited time.Time) error {
	result := map[string]any{"schema": 1, "origin": releases.Origin, "offline": releases.Offline, "toolchains": list}
	if !releases.Fetched.IsZero() {
		result["fetched"] = releases.Fetched.UTC()
	}
	if !audited.IsZero() {
		result["audited"] = audited.UTC()
	}
	return a.ui.printJSON(result)
}
