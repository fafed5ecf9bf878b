// Package vulns is "gosw audit".
package vulns

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/vuln"
)

// Command is "gosw audit".
func Command(a *app.App) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "audit [VERSION…]",
		Short: "List known vulnerabilities of Go versions",
		Long: `Audit asks the Go vulnerability database (GOVULNDB) for known vulnerabilities in
the standard library and the go command of each installed version, and of each
version that the default, GO_VERSION or a known pin file names. VERSION limits
the list; a full release need not be installed.

It prints the version, ID, CVE, the first release of the line with the fix, and
a summary. It exits with 0 if there are none, and 4 otherwise. To see what your
own program uses, run govulncheck.`,
		Example: `  gosw audit
  gosw audit --offline 1.22`,
		RunE: func(cmd *cobra.Command, args []string) error {
			specs, err := cmdline.ParseSpecs(a, args)
			if err != nil {
				return err
			}
			return audit(cmd.Context(), a, specs, asJSON)
		},
		ValidArgsFunction: cmdline.CompleteInstalled(a),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmdline.OfflineFlag(a, cmd)
	return cmd
}

func audit(ctx context.Context, a *app.App, specs []gover.Spec, asJSON bool) error {
	path, homes, err := a.Homes()
	if err != nil {
		return err
	}
	targets, err := auditTargets(a, path.System(), homes, specs)
	if err != nil {
		return err
	}
	if len(targets) == 0 && !asJSON {
		return nil
	}
	data, err := vulnerabilities(ctx, a)
	if err != nil {
		return err
	}
	sayVulnAge(a, data)
	report := judge(a, targets, data, a.ReleasesKnown(), asJSON)
	if asJSON {
		err = a.UI.PrintJSON(report)
	} else {
		err = printVulnerable(a, report, path.Home(), homes)
	}
	if err == nil && report.found() {
		err = failure.ErrDue
	}
	return err
}

// auditTargets returns the versions that are installed or asked for, newest
// first, or those of them that specs match.
func auditTargets(a *app.App, system toolchain.Home, homes map[gover.Version]toolchain.Home, specs []gover.Spec) ([]vulnerableJSON, error) {
	st, err := a.Store(store.Show)
	if err != nil {
		return nil, err
	}
	asked, err := exactlyAsked(a, st)
	if err != nil {
		return nil, err
	}
	all := slices.Collect(maps.Keys(homes))
	for v := range asked {
		all = append(all, v)
	}
	for _, spec := range specs {
		if v, ok := spec.Version(); ok {
			all = append(all, v)
		}
	}
	all, err = cmdline.Matching(all, specs, `; only a full release such as 1.22.5 can be checked without it`)
	if err != nil {
		return nil, err
	}
	targets := []vulnerableJSON{}
	for _, v := range slices.Compact(all) {
		targets = append(targets, vulnerableJSON{Version: v, Installed: homes[v] != "", System: homes[v] != "" && homes[v] == system, AskedBy: asked[v]})
	}
	return targets, nil
}

// exactlyAsked returns the releases that something names: the default, GO_VERSION
// and the pin files that were seen, and what does. A pin that can't be read names
// none.
func exactlyAsked(a *app.App, st *store.Store) (map[gover.Version][]string, error) {
	asked := make(map[gover.Version][]string)
	add := func(choice resolve.Choice, err error) {
		if err != nil {
			return
		}
		for _, spec := range choice.Specs() {
			if v, ok := spec.Version(); ok && !slices.Contains(asked[v], choice.Source()) {
				asked[v] = append(asked[v], choice.Source())
			}
		}
	}
	choice, err := resolve.Default(st.Home().DefaultFile())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.UI.Note("%v; the version it names was not checked", err)
	}
	add(choice, err)
	if name, value := a.Variable(); value != "" {
		add(resolve.For(resolve.Env{Variable: name, Value: value}, ""))
	}
	dirs, err := upkeep.PinnedDirs(a, st)
	for _, dir := range dirs {
		choice, err := resolve.For(resolve.Env{}, dir)
		if err != nil {
			a.UI.Note("%v; the version it names was not checked", err)
		}
		add(choice, err)
	}
	return asked, err
}

// judge looks targets up; known are all releases, newest first. What only machines
// read is told if it is asked for.
func judge(a *app.App, targets []vulnerableJSON, data vulnData, known []gover.Version, all bool) auditReport {
	report := auditReport{Schema: 1, Source: data.source, Origin: data.origin, Fetched: data.Fetched.UTC(),
		Platform: a.Platform.String(), Toolchains: targets}
	if data.Modified.Unix() > 0 {
		report.Modified = data.Modified.UTC()
	}
	lifecycle := gover.NewLifecycle(known)
	lines := gover.NewestOfLines(known)
	counts := make(map[gover.Version]int) // many versions have the same newest one
	count := func(v gover.Version) int {
		if _, ok := counts[v]; !ok {
			counts[v] = len(data.Affecting(v, a.Platform.OS, a.Platform.Arch))
		}
		return counts[v]
	}
	fixes := make(map[*vuln.Entry]vuln.Fixes) // many versions have the same vulnerability
	for _, e := range data.Entries {
		fixes[e] = e.Fixes(a.Platform.OS, a.Platform.Arch)
	}
	fsx.Each(len(targets), func(i int) {
		t := &targets[i]
		t.Support, t.Vulnerabilities = lifecycle.Of(t.Version), vulnerabilitiesOf(a, t.Version, data, fixes, all)
	})
	for i := range targets {
		if newest, ok := lines[targets[i].Version.Line()]; ok {
			targets[i].NewestOfLine = &countJSON{newest, count(newest)}
		}
	}
	latest, _ := gover.ParseSpec("latest")
	if newest, ok := latest.Newest(known); ok {
		report.Newest = &countJSON{newest, count(newest)}
	}
	return report
}

// vulnerabilitiesOf returns what is known of a version; fixes are those of all entries.
func vulnerabilitiesOf(a *app.App, v gover.Version, data vulnData, fixes map[*vuln.Entry]vuln.Fixes, all bool) []vulnJSON {
	entries := data.Affecting(v, a.Platform.OS, a.Platform.Arch)
	list := make([]vulnJSON, len(entries))
	for i, e := range entries {
		list[i] = vulnJSON{ID: e.ID, Aliases: e.Aliases, Summary: e.Summary}
		list[i].FixedInLine, _ = fixes[e].After(v, true)
		if all {
			list[i].Modules, list[i].Packages = e.In(v, a.Platform.OS, a.Platform.Arch)
			list[i].Fixed, _ = fixes[e].After(v, false)
		}
	}
	return list
}
