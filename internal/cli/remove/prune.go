package remove

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

type pruneOptions struct {
	dryRun, json bool
	keep         []gover.Spec
}

// Prune is "gosw prune".
func Prune(a *app.App) *cobra.Command {
	var options pruneOptions
	var keep []string
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove versions that nothing uses",
		Long: `Prune removes versions that no known pin, default or process uses, and what
killed processes left behind. It keeps the newest patch of each line, what the
default, GO_VERSION and the pin files that gosw has seen name, what a link of
your own leads to, and what a process runs from. --keep names more to keep.

It prints each removed version with the bytes that it frees.`,
		Example: `  gosw prune --dry-run
  gosw prune --keep 1.21.0 --keep '~> 1.20.3'`,
		Args: cmdline.None,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if options.keep, err = cmdline.ParseSpecs(a, keep); err != nil {
				return err
			}
			return prune(cmd.Context(), a, options)
		},
	}
	cmd.Flags().BoolVarP(&options.dryRun, "dry-run", "n", false, "only show what would be removed")
	cmd.Flags().StringArrayVar(&keep, "keep", nil, "also keep what VERSION matches")
	cmdline.Name(cmd, "keep", "VERSION")
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

func prune(ctx context.Context, a *app.App, options pruneOptions) error {
	purpose := store.Write
	if options.dryRun {
		purpose = store.Show
	}
	st, err := a.Store(purpose)
	if err != nil {
		return err
	}
	plan, err := planPrune(a, st, options)
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
		if err = pruneAll(ctx, a, st, versions); err != nil {
			plan.keepFailed(st.Home())
		}
	}
	return errors.Join(err, printPrune(a, plan, options))
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
func pruneAll(ctx context.Context, a *app.App, st *store.Store, versions []gover.Version) error {
	var errs []error
	for _, v := range versions {
		removed, err := st.Remove(ctx, v)
		if errs = append(errs, err); removed {
			errs = append(errs, upkeep.UnlinkSDK(a, st.Home(), v))
		}
	}
	return errors.Join(append(errs, st.Forget(pinGone), st.Tidy(ctx))...)
}

func printPrune(a *app.App, plan pruneJSON, options pruneOptions) error {
	if options.json {
		return a.UI.PrintJSON(plan)
	}
	err := term.PrintEach(a.UI, plan.Removed, func(item prunedJSON) string { return item.Version.String() + "\t" + term.Size(item.Bytes) })
	verb := "freed"
	if options.dryRun {
		verb = "would free"
	}
	if plan.Freed > 0 {
		a.UI.Note("%s %s", verb, term.Size(plan.Freed))
	} else if len(plan.Removed) == 0 {
		a.UI.Remark("nothing to remove")
	}
	return err
}

// planPrune sorts the installed versions into those that go and those that stay,
// newest first.
func planPrune(a *app.App, st *store.Store, options pruneOptions) (pruneJSON, error) {
	plan := pruneJSON{Schema: 1, DryRun: options.dryRun, Removed: []prunedJSON{}, Kept: []keptJSON{}}
	installed, err := st.Home().Installed()
	if err != nil {
		return plan, err
	}
	gover.NewestFirst(installed)
	roots, err := upkeep.Roots(a, st, installed, options.keep)
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

// pinGone reports whether nothing pins the directory of file any more. A pin that
// can't be read now may be fixed.
func pinGone(file string) bool {
	choice, err := resolve.For(resolve.Env{}, filepath.Dir(file))
	return err == nil && choice.File != file
}
