package list

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

// An installedJSON is an element of "gosw list --json".
type installedJSON struct {
	Version gover.Version `json:"version"`
	GOROOT  string        `json:"goroot"`
	System  bool          `json:"system"` // in the system's store
	Active  bool          `json:"active"`
	SetBy   string        `json:"set_by,omitempty"` // what makes it active
	Links   []string      `json:"links"`            // of the store, such as "1.22" and "latest"
	Support gover.Support `json:"support"`          // see releaseJSON

	Vulnerabilities *int           `json:"vulnerabilities,omitempty"` // as the last audit knew; none if there was none
	LastUsed        time.Time      `json:"last_used,omitzero"`        // see [store.Store.LastUsed]
	NeverUsed       bool           `json:"never_used,omitempty"`      // since it was installed
	Receipt         *store.Receipt `json:"receipt,omitempty"`
	Size            *store.Size    `json:"size,omitempty"` // with --size
}

func listInstalled(a *app.App, options listOptions) error {
	if _, err := a.Store(store.Show); err != nil { // one that can't be read
		return err
	}
	path, homes, err := a.Homes()
	if err != nil {
		return err
	}
	versions, err := app.Filter(slices.Collect(maps.Keys(homes)), options.specs)
	if err != nil {
		return err
	}
	sizes := sizes{}
	if options.size {
		sizes = sizesOf(homes, versions)
	}
	screen, terminal := a.UI.Screen()
	switch {
	case options.json:
		list, _ := installedFacts(a, path, homes, versions, sizes)
		return a.UI.PrintJSON(map[string]any{"schema": 1, "toolchains": list})
	case terminal:
		if len(versions) == 0 && len(options.specs) == 0 {
			a.UI.Remark("no toolchain is installed")
		} else if len(versions) == 0 {
			a.UI.Remark("no installed toolchain matches")
		}
		list, here := installedFacts(a, path, homes, versions, sizes)
		if err := a.UI.Show(installedTable(a, screen, list, here, options.long)); err != nil {
			return err
		}
		sayTotal(a, sizes)
		if others := upkeep.NotHere(a, path); others != "" && len(options.specs) == 0 {
			a.UI.Hint("%s can be imported without a download: %v", others, command.Gosw("import", "--all"))
		}
		return nil
	case options.size:
		return printSizes(a, versions, sizes)
	}
	return term.PrintEach(a.UI, versions, gover.Version.String)
}

// installedFacts tells all that is known of installed versions without looking at
// each of their files, and what applies here.
func installedFacts(a *app.App, path toolchain.Path, homes map[gover.Version]toolchain.Home, versions []gover.Version, sizes sizes) ([]installedJSON, applies) {
	here := whatApplies(a, path)
	lifecycle := gover.NewLifecycle(a.ReleasesKnown())
	vulnerable, _ := a.LastAudit(nil)
	stores := make(map[toolchain.Home]*store.Store)
	links := make(map[toolchain.Home]map[gover.Version][]string)
	for _, home := range path {
		// What is wrong with a store is for other commands to say.
		if st, err := store.Open(home, store.Options{For: store.Show}); err == nil {
			stores[home], links[home] = st, st.LineLinks()
		}
	}
	list := make([]installedJSON, len(versions))
	for i, v := range versions {
		home := homes[v]
		item := &list[i]
		*item = installedJSON{Version: v, GOROOT: home.Dir(v), System: home == path.System(), Active: v == here.version,
			Support: lifecycle.Of(v), Links: append([]string{}, links[home][v]...)}
		if item.Active {
			item.SetBy = here.source
		}
		if size, ok := sizes.each[v]; ok {
			item.Size = &size
		}
		if n, ok := vulnerable.Of[v]; ok {
			item.Vulnerabilities = &n
		}
	}
	fsx.Each(len(list), func(i int) {
		if st := stores[homes[versions[i]]]; st != nil {
			list[i].ask(st)
		}
	})
	return list, here
}

// ask adds what the store knows of a version. It reads a file, which for many versions
// is best done at once.
func (i *installedJSON) ask(st *store.Store) {
	i.Receipt, _ = st.Receipt(i.Version) // a damaged one is for verify to tell
	switch last, ok := st.LastUsed(i.Version); {
	case ok && last.IsZero():
		i.NeverUsed = true
	case ok:
		i.LastUsed = last.UTC().Truncate(time.Second)
	}
}

// An applies is what the rules say of the working directory.
type applies struct {
	version gover.Version // the zero Version if it is none of the store's
	source  string        // what says so; "" if that can't be told
	spec    gover.Spec
	err     error // why that can't be told
}

// whatApplies returns what applies here. Toolchains of another platform never do.
func whatApplies(a *app.App, path toolchain.Path) applies {
	if a.Foreign() {
		return applies{}
	}
	choice, err := a.Choice(path.Home(), nil)
	if err != nil {
		return applies{err: err}
	}
	result := applies{source: choice.Source(), spec: choice.Spec}
	t, err := a.TargetOf(path, choice)
	if missing := (*app.NotInstalledError)(nil); err == nil || errors.As(err, &missing) {
		result.version = t.Version
	} else {
		result.err = err
	}
	return result
}

// sizes are what installed versions take on the disk, for "gosw list --size".
type sizes struct {
	each  map[gover.Version]store.Size
	total int64 // what versions share counted once
}

// sizesOf measures versions, each in the store that has it.
func sizesOf(homes map[gover.Version]toolchain.Home, versions []gover.Version) sizes {
	var dirs []string
	for _, v := range versions {
		dirs = append(dirs, homes[v].Dir(v))
	}
	found, total := store.Sizes(dirs)
	result := sizes{make(map[gover.Version]store.Size), total}
	for i, v := range versions {
		result.each[v] = found[dirs[i]]
	}
	return result
}

// printSizes prints a line for each version: what it takes alone, and what it
// shares.
func printSizes(a *app.App, versions []gover.Version, sizes sizes) error {
	width := 0
	for _, v := range versions {
		width = max(width, len(v.String()))
	}
	err := term.PrintEach(a.UI, versions, func(v gover.Version) string {
		size := sizes.each[v]
		return fmt.Sprintf("%-*v  %9s own  %9s shared", width, v, term.Size(size.Own), term.Size(size.Shared))
	})
	if err == nil {
		sayTotal(a, sizes)
	}
	return err
}

// sayTotal says what all versions take together, if that was asked for, on stderr:
// it is no version.
func sayTotal(a *app.App, sizes sizes) {
	var apart int64
	for _, size := range sizes.each {
		apart += size.Own + size.Shared
	}
	if saved := apart - sizes.total; saved > 0 {
		a.UI.Note("%s in all; sharing saves %s", term.Size(sizes.total), term.Size(saved))
	} else if len(sizes.each) > 1 {
		a.UI.Note("%s in all", term.Size(sizes.total))
	}
}
