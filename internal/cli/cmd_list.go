package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

type listOptions struct {
	remote, all, json, size bool
	specs                   []gover.Spec
}

func (a *app) listCommand() *cobra.Command {
	var options listOptions
	cmd := &cobra.Command{
		Use:     "list [VERSION…]",
		Aliases: []string{"ls"},
		Short:   "List installed toolchains, or the releases that can be installed",
		Long: `List prints the installed versions, newest first, one a line. With --remote it
asks the module proxy for all releases. VERSION keeps those that match it.

On a terminal the version that applies here is marked with a star.`,
		Example: `  gosw list
  gosw list --remote 1.22
  gosw list --json`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if options.specs, err = parseSpecs(args); err != nil {
				return err
			}
			if options.remote {
				return a.listRemote(cmd.Context(), options)
			}
			return a.listInstalled(options)
		},
		ValidArgsFunction: a.completeInstalled,
	}
	cmd.Flags().BoolVar(&options.remote, "remote", false, "list what can be installed")
	cmd.Flags().BoolVar(&options.all, "all", false, "with --remote: betas and release candidates too")
	cmd.Flags().BoolVar(&options.json, "json", false, "print JSON")
	cmd.Flags().BoolVar(&options.size, "size", false, "print what each takes on the disk, alone and shared with others")
	return cmd
}

// An installedJSON is an element of "gosw list --json".
type installedJSON struct {
	Version gover.Version  `json:"version"`
	GOROOT  string         `json:"goroot"`
	System  bool           `json:"system"` // in the system's store
	Active  bool           `json:"active"`
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
	for _, v := range versions {
		line := v.String()
		if isTerminal(a.ui.out) {
			line = "  " + line
			if v == active {
				line = fmt.Sprintf("* %v (set by %s)", v, clean(source))
			}
			if path.Of(v) == path.System() {
				line += " (system)"
			}
		}
		if err := a.ui.print("%s", line); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) printInstalledJSON(path toolchain.Path, versions []gover.Version, active gover.Version, sizes sizes) error {
	list := make([]installedJSON, 0, len(versions))
	for _, v := range versions {
		home := path.Of(v)
		item := installedJSON{Version: v, GOROOT: home.Dir(v), System: home == path.System(), Active: v == active, Size: sizes.of(v)}
		if st, err := store.Open(home, store.Options{}); err == nil {
			item.Receipt, _ = st.Receipt(v) // a damaged one is for verify to tell
		}
		list = append(list, item)
	}
	return a.ui.printJSON(map[string]any{"schema": 1, "toolchains": list})
}

// active returns the version that applies here, the zero Version if that is
// none of the store's or can't be told.
func (a *app) active(path toolchain.Path) (gover.Version, string) {
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

// A releaseJSON is an element of "gosw list --remote --json".
type releaseJSON struct {
	Version   gover.Version `json:"version"`
	Stable    bool          `json:"stable"`
	Installed bool          `json:"installed"`
}

func (a *app) listRemote(ctx context.Context, options listOptions) error {
	path, err := a.path()
	if err != nil {
		return err
	}
	client, err := a.client()
	if err != nil {
		return err
	}
	releases, err := client.Releases(ctx, 0)
	if err != nil {
		return err
	}
	known := releases.Versions
	if !options.all && !slices.ContainsFunc(options.specs, isPrerelease) {
		known = slices.DeleteFunc(slices.Clone(known), gover.Version.IsPrerelease)
	}
	versions, err := filter(known, options.specs)
	if err != nil {
		return err
	}
	if len(versions) == 0 && len(options.specs) > 0 {
		return noRelease(options.specs[0], releases.Versions)
	}
	if options.json {
		return a.printReleasesJSON(path, versions, releases.Fetched)
	}
	for _, v := range versions {
		line := v.String()
		if isTerminal(a.ui.out) && path.Has(v) {
			line += " (installed)"
		}
		if err := a.ui.print("%s", line); err != nil {
			return err
		}
	}
	return nil
}

func isPrerelease(spec gover.Spec) bool {
	v, ok := spec.Version()
	return ok && v.IsPrerelease() || spec.Kind() == gover.Constraint && strings.ContainsAny(spec.String(), "abcr")
}

func (a *app) printReleasesJSON(path toolchain.Path, versions []gover.Version, fetched time.Time) error {
	list := make([]releaseJSON, 0, len(versions))
	for _, v := range versions {
		list = append(list, releaseJSON{v, !v.IsPrerelease(), path.Has(v)})
	}
	return a.ui.printJSON(map[string]any{"schema": 1, "fetched": fetched.UTC(), "releases": list})
}
