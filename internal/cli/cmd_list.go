package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

type listOptions struct {
	remote, all, json, size bool
	platforms               bool
	specs                   []gover.Spec
}

func (a *app) listCommand() *cobra.Command {
	var options listOptions
	cmd := &cobra.Command{
		Use:     "list [VERSION…]",
		Aliases: []string{"ls"},
		Short:   "List installed toolchains, or the releases that can be installed",
		Long: `List prints the installed versions, newest first, one a line. With --remote it
asks for all releases that can be installed. VERSION keeps those that match it.

On a terminal the version that applies here is marked with a star, each says
where it came from and what proves it, and lines of releases that get no fixes
any more are called "end of life". Go supports the
two newest lines. A list of releases from the cache says how old it is.`,
		Example: `  gosw list
  gosw list --remote 1.22
  gosw list --remote --offline --platform linux/arm64
  gosw list --json`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if options.specs, err = parseSpecs(args); err != nil {
				return err
			}
			if err := options.check(cmd); err != nil {
				return err
			}
			if options.remote {
				return a.listRemote(cmd.Context(), options)
			}
			return a.listInstalled(options)
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if options.remote {
				return a.completeRemote(cmd, args, typed)
			}
			return a.completeInstalled(cmd, args, typed)
		},
	}
	cmd.Flags().BoolVar(&options.remote, "remote", false, "list what can be installed")
	cmd.Flags().BoolVar(&options.all, "all", false, "with --remote: betas and release candidates too; a table has all old releases")
	cmd.Flags().BoolVar(&options.json, "json", false, "print JSON")
	cmd.Flags().BoolVar(&options.platforms, "platforms", false, "with --remote --json: the platforms of each release")
	cmd.Flags().BoolVar(&options.size, "size", false, "print what each takes on the disk, alone and shared with others")
	a.offlineFlag(cmd)
	a.platformFlag(cmd)
	return cmd
}

// check reports flags that do nothing without others.
func (o listOptions) check(cmd *cobra.Command) error {
	for _, flag := range []string{"all", "offline", "platforms"} {
		if cmd.Flags().Changed(flag) && !o.remote {
			return &usageError{fmt.Errorf("--%s is for the releases that can be installed", flag), `run "gosw list --remote --` + flag + `"`}
		}
	}
	if o.platforms && !o.json {
		return &usageError{errors.New("--platforms is for JSON"), `run "gosw list --remote --json --platforms"`}
	}
	return nil
}

// An installedJSON is an element of "gosw list --json".
type installedJSON struct {
	Version gover.Version  `json:"version"`
	GOROOT  string         `json:"goroot"`
	System  bool           `json:"system"` // in the system's store
	Active  bool           `json:"active"`
	Support string         `json:"support"` // see releaseJSON
	Receipt *store.Receipt `json:"receipt,omitempty"`
	Size    *store.Size    `json:"size,omitempty"` // with --size
}

func (a *app) listInstalled(options listOptions) error {
	if _, err := a.store(); err != nil { // one that can't be read
		return err
	}
	path, err := a.path()
	if err != nil {
		return err
	}
	installed, err := path.Installed()
	if err != nil {
		return err
	}
	versions, err := filter(installed, options.specs)
	if err != nil {
		return err
	}
	active, source := a.active(path)
	sizes := a.sizes(path, versions, options.size)
	if options.json {
		return a.printInstalledJSON(path, versions, active, sizes)
	}
	if options.size {
		return a.printSizes(versions, sizes)
	}
	describe := func(v gover.Version) string { return v.String() }
	if isTerminal(a.ui.out) {
		lifecycle, vulnerable := a.lifecycle(), a.vulnCounts()
		describe = func(v gover.Version) string {
			return describeInstalled(path, v, lifecycle, vulnerable[v], active, source)
		}
	}
	for _, v := range versions {
		if err := a.ui.print("%s", describe(v)); err != nil {
			return err
		}
	}
	return nil
}

// describeInstalled returns the line for a version that a person reads.
func describeInstalled(path toolchain.Path, v gover.Version, lifecycle gover.Lifecycle, vulnerabilities int, active gover.Version, source string) string {
	mark := "  "
	var notes []string
	if v == active {
		mark = "* "
		notes = append(notes, "set by "+clean(source))
	}
	if path.Of(v) == path.System() {
		notes = append(notes, "system")
	}
	if lifecycle.Of(v) == gover.EndOfLife {
		notes = append(notes, "end of life")
	}
	if vulnerabilities > 0 {
		notes = append(notes, knownVulnerabilities(vulnerabilities))
	}
	if from := provenance(path.Of(v), v); from != "" {
		notes = append(notes, from)
	}
	line := mark + v.String()
	if len(notes) > 0 {
		line += " (" + strings.Join(notes, "; ") + ")"
	}
	return line
}

// provenance says where v came from and what proves it, "" if the receipt does
// not tell.
func provenance(home toolchain.Home, v gover.Version) string {
	st, err := store.Open(home, store.Options{})
	if err != nil {
		return ""
	}
	receipt, err := st.Receipt(v)
	if err != nil { // which is for verify to tell
		return ""
	}
	from, ok := map[string]string{
		fetch.ViaProxy: "module proxy", fetch.ViaDL: "go.dev/dl", fetch.ViaModCache: "module cache",
		fetch.ViaFile: "file", fetch.ViaImport: "import",
	}[receipt.Via]
	if !ok {
		return ""
	}
	if len(receipt.Record) == 0 {
		return from + ", SHA-256 only"
	}
	return from + ", checksum database"
}

func (a *app) printInstalledJSON(path toolchain.Path, versions []gover.Version, active gover.Version, sizes sizes) error {
	list := make([]installedJSON, 0, len(versions))
	lifecycle := a.lifecycle()
	for _, v := range versions {
		home := path.Of(v)
		item := installedJSON{Version: v, GOROOT: home.Dir(v), System: home == path.System(),
			Active: v == active, Support: lifecycle.Of(v).String(), Size: sizes.of(v)}
		if st, err := store.Open(home, store.Options{}); err == nil {
			item.Receipt, _ = st.Receipt(v) // a damaged one is for verify to tell
		}
		list = append(list, item)
	}
	return a.ui.printJSON(map[string]any{"schema": 1, "toolchains": list})
}

// lifecycle tells the state of support from what is on this machine: what was
// out when this gosw was built, and the list of releases in the cache.
func (a *app) lifecycle() gover.Lifecycle {
	known := fetch.KnownVersions()
	if client, err := a.client(); err == nil { // else other commands say so
		known = append(known, client.LocalReleases().Versions...)
	}
	return gover.NewLifecycle(known)
}

// active returns the version that applies here, the zero Version if that is
// none of the store's or can't be told.
func (a *app) active(path toolchain.Path) (gover.Version, string) {
	if a.foreign() {
		return gover.Version{}, ""
	}
	choice, err := a.choice(path.Home(), nil)
	if err != nil {
		return gover.Version{}, ""
	}
	v, ok, err := find(path, choice.Spec)
	if err != nil || !ok {
		return gover.Version{}, ""
	}
	return v, choice.Source()
}

// filter keeps the versions that one of specs matches, or all without specs,
// newest first.
func filter(versions []gover.Version, specs []gover.Spec) ([]gover.Version, error) {
	keep := slices.Clone(versions)
	if len(specs) > 0 {
		keep = nil
	}
	for _, spec := range specs {
		match, err := constraint.Parse(spec)
		if err != nil {
			return nil, err
		}
		newest, _ := spec.Newest(versions)
		for _, v := range versions {
			single := spec.Kind() == gover.Latest || spec.Kind() == gover.Oldstable
			if (single && v == newest || !single && match(v)) && !slices.Contains(keep, v) {
				keep = append(keep, v)
			}
		}
	}
	newestFirst(keep)
	return keep, nil
}
