package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

type pruneOptions struct {
	dryRun, json bool
	keep         []gover.Spec
}

func (a *app) pruneCommand() *cobra.Command {
	var options pruneOptions
	var keep []string
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove toolchains that nothing asks for",
		Long: `Prune removes the installed versions that nothing asks for, and what killed
processes left behind. It keeps the newest patch of each line, what the default
and GO_VERSION name, what the pin files name that gosw has come across, what a
link of your own in the store leads to, and what a process runs from. --keep
names more. The removed versions are printed with the bytes that they free.`,
		Example: `  gosw prune --dry-run
  gosw prune --keep 1.21.0 --keep '~> 1.20.3'`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if options.keep, err = a.parseSpecs(keep); err != nil {
				return err
			}
			return a.prune(cmd.Context(), options)
		},
	}
	cmd.Flags().BoolVarP(&options.dryRun, "dry-run", "n", false, "show what would go, and remove nothing")
	cmd.Flags().StringArrayVar(&keep, "keep", nil, "keep what `VERSION` matches, too")
	cmd.Flags().BoolVar(&options.json, "json", false, "print JSON")
	return cmd
}

// A pruneJSON is what "gosw prune --json" prints.
type pruneJSON struct {
	Schema    int          `json:"schema"`
	DryRun    bool         `json:"dry_run"`
	Removed   []prunedJSON `json:"removed"`
	Kept      []keptJSON   `json:"kept"`
	Leftovers int64        `json:"leftovers"` // bytes that killed processes left
	Freed     int64        `json:"freed"`     // bytes, what versions share counted once
}

type prunedJSON struct {
	Version gover.Version `json:"version"`
	Bytes   int64         `json:"bytes"`
}

type keptJSON struct {
	Version gover.Version `json:"version"`
	Why     string        `json:"why"`
}

func (a *app) prune(ctx context.Context, options pruneOptions) error {
	st, err := a.store()
	if err != nil {
		return err
	}
	plan, err := a.planPrune(st, options)
	if err != nil {
		return err
	}
	versions := plan.versions()
	usage := st.Measure(versions)
	plan.Leftovers, plan.Freed = usage.Leftovers, usage.Total
	for i, item := range plan.Removed {
		plan.Removed[i].Bytes = usage.Versions[item.Version]
	}
	if !options.dryRun {
		a.warnOwner(st.Home())
		if err = a.pruneAll(ctx, st, versions); err != nil {
			plan.keepFailed(st.Home())
		}
	}
	return errors.Join(err, a.printPrune(plan, options))
}

// versions returns those that go.
func (p *pruneJSON) versions() []gover.Version {
	var versions []gover.Version
	for _, item := range p.Removed {
		versions = append(versions, item.Version)
	}
	return versions
}

// keepFailed takes what is still there off the list of what was removed.
func (p *pruneJSON) keepFailed(home toolchain.Home) {
	p.Removed = slices.DeleteFunc(p.Removed, func(item prunedJSON) bool {
		there, err := home.Has(item.Version)
		return there || err != nil
	})
	p.Leftovers, p.Freed = 0, 0 // who knows
	for _, item := range p.Removed {
		p.Freed += item.Bytes
	}
}

// pruneAll removes versions, leftovers, and pin files that are gone from the
// list of those seen.
func (a *app) pruneAll(ctx context.Context, st *store.Store, versions []gover.Version) error {
	var errs []error
	for _, v := range versions {
		_, err := st.Remove(ctx, v)
		errs = append(errs, err)
	}
	return errors.Join(append(errs, st.Forget(pinGone), st.Tidy(ctx))...)
}

func (a *app) printPrune(plan pruneJSON, options pruneOptions) error {
	if options.json {
		return a.ui.printJSON(plan)
	}
	for _, item := range plan.Removed {
		if err := a.ui.print("%v\t%s", item.Version, megabytes(item.Bytes)); err != nil {
			return err
		}
	}
	verb := "freed"
	if options.dryRun {
		verb = "would free"
	}
	if plan.Freed > 0 {
		a.ui.note("%s %s", verb, megabytes(plan.Freed))
	}
	return nil
}

// planPrune sorts the installed versions into those that go and those that stay,
// newest first.
func (a *app) planPrune(st *store.Store, options pruneOptions) (pruneJSON, error) {
	plan := pruneJSON{Schema: 1, DryRun: options.dryRun, Removed: []prunedJSON{}, Kept: []keptJSON{}}
	installed, err := st.Home().Installed()
	if err != nil {
		return plan, err
	}
	newestFirst(installed)
	roots, err := a.roots(st, installed, options.keep)
	if err != nil {
		return plan, err
	}
	unasked := slices.DeleteFunc(slices.Clone(installed), func(v gover.Version) bool { return roots[v] != "" })
	users, err := st.Users(unasked...)
	if err != nil {
		return plan, err
	}
	for _, v := range installed {
		if why := roots[v]; why != "" {
			plan.Kept = append(plan.Kept, keptJSON{v, why})
		} else if users := users[v]; len(users) > 0 {
			plan.Kept = append(plan.Kept, keptJSON{v, fmt.Sprintf("process %d (%s)", users[0].ID, users[0].Command)})
		} else {
			plan.Removed = append(plan.Removed, prunedJSON{Version: v})
		}
	}
	return plan, nil
}

// roots returns the versions of installed, newest first, that something asks
// for, and what does.
func (a *app) roots(st *store.Store, installed []gover.Version, keep []gover.Spec) (map[gover.Version]string, error) {
	roots := make(map[gover.Version]string)
	mark := func(spec gover.Spec, why string) {
		if v, ok, _ := constraint.Newest(spec, installed); ok && roots[v] == "" {
			roots[v] = why
		}
	}
	for _, spec := range keep {
		matching, err := filter(installed, []gover.Spec{spec})
		if err != nil {
			return nil, err
		}
		for _, v := range matching {
			roots[v] = "--keep " + spec.String()
		}
	}
	// What can't be read may name any of them.
	if choice, err := resolve.Default(st.Home().DefaultFile()); err == nil {
		mark(choice.Spec, "default")
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if name, value := a.variable(); value != "" {
		choice, err := resolve.For(resolve.Env{Variable: name, Value: value}, "")
		if err != nil {
			return nil, err
		}
		mark(choice.Spec, choice.Source())
	}
	dirs, err := a.pinnedDirs(st)
	if err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		choice, err := resolve.For(resolve.Env{}, dir)
		switch {
		case errors.As(err, new(*fs.PathError)): // which may ask for any of them
			return nil, err
		case err != nil:
			a.ui.note("%v; what it asks for may be removed", err)
		case choice.Rule == resolve.FromFile:
			for _, spec := range choice.Specs() {
				mark(spec, choice.Source())
			}
		}
	}
	linked, err := st.Linked()
	if err != nil {
		return nil, err
	}
	for v, link := range linked {
		if roots[v] == "" {
			roots[v] = link
		}
	}
	markNewest(roots, installed)
	return roots, nil
}

// pinnedDirs returns the folders of the pin files that were seen, each once, and
// the working directory, whose pin may never have been.
func (a *app) pinnedDirs(st *store.Store) ([]string, error) {
	pins, err := st.Pins()
	if err != nil {
		return nil, err
	}
	var dirs []string
	for _, file := range pins {
		dirs = append(dirs, filepath.Dir(file))
	}
	if dir, err := a.workingDir(); err == nil {
		dirs = append(dirs, dir)
	} else if !toolchain.Missing(err) {
		return nil, err
	}
	slices.Sort(dirs)
	return slices.Compact(dirs), nil
}

// markNewest adds the newest version of each line.
func markNewest(roots map[gover.Version]string, newestFirst []gover.Version) {
	var lines []string
	for _, v := range newestFirst {
		if slices.Contains(lines, v.Line()) {
			continue
		}
		lines = append(lines, v.Line())
		if roots[v] == "" {
			roots[v] = "newest of " + v.Line()
		}
	}
}

// pinGone reports whether nothing pins the folder of file any more. A pin that
// can't be read now may be mended.
func pinGone(file string) bool {
	choice, err := resolve.For(resolve.Env{}, filepath.Dir(file))
	return err == nil && choice.File != file
}

// seen remembers the pin file that choice is from, so that prune knows of it.
// That must never stand in the way of what the user wants.
func (a *app) seen(choice resolve.Choice) {
	if choice.Rule != resolve.FromFile {
		return
	}
	if st, err := a.store(); err == nil {
		_ = st.Seen(choice.File)
	}
}
