package cli

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/vuln"
)

// errDue ends a command that was asked whether something is to be done, and has
// found something. It is no failure, so nothing is said but the result.
var errDue = withCode(errors.New("due"), exitDue)

type auditOptions struct {
	specs []gover.Spec
	json  bool
}

func (a *app) auditCommand() *cobra.Command {
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
			if options.specs, err = a.parseSpecs(args); err != nil {
				return err
			}
			return a.audit(cmd.Context(), options)
		},
		ValidArgsFunction: a.completeInstalled,
	}
	cmd.Flags().BoolVar(&options.json, "json", false, "print JSON")
	a.offlineFlag(cmd)
	return cmd
}

// An auditTarget is a version that is looked up.
type auditTarget struct {
	version   gover.Version
	installed bool
	system    bool     // in the system's store only
	askedBy   []string // such as "/src/.go-version:1"
}

func (a *app) audit(ctx context.Context, options auditOptions) error {
	path, err := a.path()
	if err != nil {
		return err
	}
	homes, err := path.Homes()
	if err != nil {
		return err
	}
	targets, err := a.auditTargets(path.System(), homes, options.specs)
	if err != nil {
		return err
	}
	if len(targets) == 0 && !options.json {
		return nil
	}
	data, err := a.vulnerabilities(ctx)
	if err != nil {
		return err
	}
	a.sayVulnAge(data)
	report := a.judge(targets, data, a.releasesKnown(), options.json)
	if options.json {
		err = a.ui.printJSON(report)
	} else {
		err = a.printVulnerable(report, path.Home(), homes)
	}
	if err == nil && report.found() {
		err = errDue
	}
	return err
}

// auditTargets returns the versions that are installed or asked for, newest
// first, or those of them that specs match.
func (a *app) auditTargets(system toolchain.Home, homes map[gover.Version]toolchain.Home, specs []gover.Spec) ([]auditTarget, error) {
	st, err := a.store()
	if err != nil {
		return nil, err
	}
	asked, err := a.exactlyAsked(st)
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
	all, err = matching(all, specs, `; a release, such as 1.22.5, need not be`)
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
func (a *app) exactlyAsked(st *store.Store) (map[gover.Version][]string, error) {
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
		a.ui.note("%v; what it asks for is not looked up", err)
	}
	add(choice, err)
	if name, value := a.variable(); value != "" {
		add(resolve.For(resolve.Env{Variable: name, Value: value}, ""))
	}
	dirs, err := a.pinnedDirs(st)
	for _, dir := range dirs {
		choice, err := resolve.For(resolve.Env{}, dir)
		if err != nil {
			a.ui.note("%v; what it asks for is not looked up", err)
		}
		add(choice, err)
	}
	return asked, err
}

// judge looks targets up; known are all releases, newest first. What only machines
// read is told if it is asked for.
func (a *app) judge(targets []auditTarget, data vulnData, known []gover.Version, all bool) auditReport {
	report := newAuditReport(data, a.platform.String())
	lifecycle := gover.NewLifecycle(known)
	lines := newestOfLines(known)
	counts := make(map[gover.Version]int) // many versions have the same newest one
	count := func(v gover.Version) int {
		if _, ok := counts[v]; !ok {
			counts[v] = len(data.Affecting(v, a.platform.OS, a.platform.Arch))
		}
		return counts[v]
	}
	fixes := make(map[*vuln.Entry]vuln.Fixes) // many versions have the same vulnerability
	for _, e := range data.Entries {
		fixes[e] = e.Fixes(a.platform.OS, a.platform.Arch)
	}
	report.Toolchains = make([]vulnerableJSON, len(targets))
	fsx.Each(len(targets), func(i int) {
		t := targets[i]
		report.Toolchains[i] = vulnerableJSON{Version: t.version, Installed: t.installed, System: t.system, AskedBy: t.askedBy,
			Support: lifecycle.Of(t.version).String(), Vulnerabilities: a.vulnerabilitiesOf(t.version, data, fixes, all)}
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
func (a *app) vulnerabilitiesOf(v gover.Version, data vulnData, fixes map[*vuln.Entry]vuln.Fixes, all bool) []vulnJSON {
	entries := data.Affecting(v, a.platform.OS, a.platform.Arch)
	list := make([]vulnJSON, len(entries))
	for i, e := range entries {
		list[i] = vulnJSON{ID: e.ID, Aliases: e.Aliases, Summary: e.Summary}
		if fix, ok := fixes[e].After(v, true); ok {
			list[i].FixedInLine = &fix
		}
		if !all {
			continue
		}
		list[i].Modules, list[i].Packages = e.In(v, a.platform.OS, a.platform.Arch)
		if fix, ok := fixes[e].After(v, false); ok {
			list[i].Fixed = &fix
		}
	}
	return list
}
