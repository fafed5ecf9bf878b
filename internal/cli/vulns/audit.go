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

type auditOptions struct {
	specs []gover.Spec
	json  bool
}

// Command is "gosw audit".
func Command(a *app.App) *cobra.Command {
	var options auditOptions
	cmd := &cobra.Command{
		Use:   "audit [VERSION…]",
		Short: "List known vulnerabilities of installed and pinned versions",
		Long: `Audit asks the Go vulnerability database (GOVULNDB) which of the installed
versions, and of those that the default, GO_VERSION and the pin files name that
gosw has come across, have known vulnerabilities in the standard library or in
the toolchain, as govulncheck decides it. VERSION keeps those that match it; a
release may be one that is not installed.

It prints version, ID, CVE, the first release of the line that mends it, and
what it is about. The exit code is 0 if there is none and 4 if there is one. What
a program of yours really uses is for govulncheck to say.`,
		Example: `  gosw audit
  gosw audit 1.22
  gosw audit --offline --json`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if options.specs, err = cmdline.ParseSpecs(a, args); err != nil {
				return err
			}
			return audit(cmd.Context(), a, options)
		},
		ValidArgsFunction: cmdline.CompleteInstalled(a),
	}
	cmd.Flags().BoolVar(&options.json, "json", false, "print JSON")
	cmdline.OfflineFlag(a, cmd)
	return cmd
}

// An auditTarget is a version that is looked up.
type auditTarget struct {
	version   gover.Version
	installed bool
	system    bool     // in the system's store only
	askedBy   []string // such as "/src/.go-version:1"
}

func audit(ctx context.Context, a *app.App, options auditOptions) error {
	path, err := a.Path()
	if err != nil {
		return err
	}
	homes, err := path.Homes()
	if err != nil {
		return err
	}
	targets, err := auditTargets(a, path.System(), homes, options.specs)
	if err != nil {
		return err
	}
	if len(targets) == 0 && !options.json {
		return nil
	}
	data, err := vulnerabilities(ctx, a)
	if err != nil {
		return err
	}
	sayVulnAge(a, data)
	report := judge(a, targets, data, a.ReleasesKnown(), options.json)
	if options.json {
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
func auditTargets(a *app.App, system toolchain.Home, homes map[gover.Version]toolchain.Home, specs []gover.Spec) ([]auditTarget, error) {
	st, err := a.Store()
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
	all, err = cmdline.Matching(all, specs, `; a release, such as 1.22.5, need not be`)
	if err != nil {
		return nil, err
	}
	var targets []auditTarget
	for _, v := range slices.Compact(all) {
		targets = append(targets, auditTarget{v, homes[v] != "", homes[v] != "" && homes[v] == system, asked[v]})
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
		a.UI.Note("%v; what it asks for is not looked up", err)
	}
	add(choice, err)
	if name, value := a.Variable(); value != "" {
		add(resolve.For(resolve.Env{Variable: name, Value: value}, ""))
	}
	dirs, err := upkeep.PinnedDirs(a, st)
	for _, dir := range dirs {
		choice, err := resolve.For(resolve.Env{}, dir)
		if err != nil {
			a.UI.Note("%v; what it asks for is not looked up", err)
		}
		add(choice, err)
	}
	return asked, err
}

// judge looks targets up; known are all releases, newest first. What only machines
// read is told if it is asked for.
func judge(a *app.App, targets []auditTarget, data vulnData, known []gover.Version, all bool) auditReport {
	report := newAuditReport(data, a.Platform.String())
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
	report.Toolchains = make([]vulnerableJSON, len(targets))
	fsx.Each(len(targets), func(i int) {
		t := targets[i]
		report.Toolchains[i] = vulnerableJSON{Version: t.version, Installed: t.installed, System: t.system, AskedBy: t.askedBy,
			Support: lifecycle.Of(t.version).String(), Vulnerabilities: vulnerabilitiesOf(a, t.version, data, fixes, all)}
	})
	for i, t := range targets {
		if newest, ok := lines[t.version.Line()]; ok {
			report.Toolchains[i].NewestOfLine = &countJSON{newest, count(newest)}
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
		if fix, ok := fixes[e].After(v, true); ok {
			list[i].FixedInLine = &fix
		}
		if !all {
			continue
		}
		list[i].Modules, list[i].Packages = e.In(v, a.Platform.OS, a.Platform.Arch)
		if fix, ok := fixes[e].After(v, false); ok {
			list[i].Fixed = &fix
		}
	}
	return list
}
