package install

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/progress"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/web"
)

type upgradeOptions struct {
	specs                []gover.Spec
	remove, keep, dryRun bool
}

// Upgrade is "gosw upgrade".
func Upgrade(a *app.App) *cobra.Command {
	var options upgradeOptions
	cmd := &cobra.Command{
		Use:   "upgrade [LINE…]",
		Short: "Install the newest patch of each line",
		Long: `Upgrade installs the newest patch of each installed line, or of each LINE. A pin
such as 1.22 then means the new patch.

The patches it replaces stay, unless you answer its question with yes or give
--remove. A version that the default, GO_VERSION, a known pin file or a link of
your own names always stays.`,
		Example: `  gosw upgrade --dry-run
  gosw upgrade --remove 1.26 1.27`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if options.specs, err = cmdline.ParseSpecs(a, args); err != nil {
				return err
			}
			if err := options.check(cmd); err != nil {
				return err
			}
			return upgrade(cmd.Context(), a, options)
		},
		ValidArgsFunction: cmdline.CompleteInstalled(a),
	}
	cmd.Flags().BoolVar(&options.remove, "remove", false, "remove the older patches that nothing uses")
	cmd.Flags().BoolVar(&options.keep, "keep", false, "keep the older patches, and don't ask")
	cmd.Flags().BoolVarP(&options.dryRun, "dry-run", "n", false, "only show what would change")
	cmdline.OfflineFlag(a, cmd)
	return cmd
}

// check refuses what is no line, and flags that contradict each other.
func (o upgradeOptions) check(cmd *cobra.Command) error {
	if o.remove && o.keep {
		return failure.Usage(errors.New("--remove and --keep can't be combined"), cmdline.HelpHint(cmd))
	}
	for _, spec := range o.specs {
		switch err := fmt.Errorf("%q is not a line of releases, such as 1.22", spec.String()); spec.Kind() {
		case gover.Line:
		case gover.System:
			return failure.Usage(err, command.Hintf(`upgrade the system's go as you installed it, or get one from gosw: "gosw install latest"`))
		default:
			return failure.Usage(err, command.Hintf("to install one version, run %v", command.Gosw("install", spec.String())))
		}
	}
	return nil
}

// A step of an upgrade is a line and its newest release.
type upgradeStep struct {
	line   string
	from   gover.Version // the newest that is installed
	newest gover.Version
}

func (s upgradeStep) due() bool { return s.from != s.newest }

func upgrade(ctx context.Context, a *app.App, options upgradeOptions) error {
	purpose := store.Run
	if options.dryRun {
		purpose = store.Show
	}
	in, err := newInstaller(a, purpose)
	if err != nil {
		return err
	}
	in.shown = progress.Start(a.UI, "looking up releases")
	defer in.shown.Stop()
	st := in.store
	steps, err := in.upgradeSteps(web.WithRetries(ctx, in.shown.Retry), options.specs)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(steps, upgradeStep.due) {
		in.shown.Stop()
		sayUpToDate(a, steps)
	}
	if options.dryRun {
		in.shown.Stop()
		return dryUpgrade(a, st, steps, options)
	}
	var missing []gover.Version
	for _, s := range steps {
		if s.due() {
			missing = append(missing, s.newest)
		}
	}
	if len(missing) > 0 {
		err = errors.Join(upkeep.PlaceShims(ctx, a, st), in.addAll(ctx, missing))
	}
	in.shown.Stop() // what follows prints, and may ask
	done := slices.DeleteFunc(steps, func(s upgradeStep) bool {
		there, hasErr := st.Home().Has(s.newest)
		err = errors.Join(err, hasErr)
		return !there || !s.due() && !options.remove
	})
	return errors.Join(err, removeOlder(ctx, a, st, done, options))
}

// upgradeSteps returns the installed lines that specs name, or all, newest first.
// A line of candidates is one, too: it goes on to the next candidate, and then to
// the release.
func (in *installer) upgradeSteps(ctx context.Context, specs []gover.Spec) ([]upgradeStep, error) {
	installed, err := in.store.Home().Installed()
	if err != nil {
		return nil, err
	}
	have := gover.NewestOfLines(installed)
	for _, spec := range specs {
		if _, ok := have[spec.String()]; !ok {
			return nil, cmdline.ExplainSystem(in.app, spec, &app.NotInstalledError{Spec: spec})
		}
	}
	if len(have) == 0 {
		return nil, nil
	}
	client, err := in.client()
	if err != nil {
		return nil, err
	}
	releases, err := client.Releases(ctx, 0)
	if err != nil {
		return nil, err
	}
	if releases.Offline {
		in.app.SayAge(releases)
	}
	out := gover.NewestOfLines(releases.Versions)
	var steps []upgradeStep
	for line, from := range have {
		if len(specs) > 0 && !slices.ContainsFunc(specs, func(s gover.Spec) bool { return s.String() == line }) {
			continue
		}
		newest := from
		if v, ok := out[line]; ok && gover.Compare(v, from) > 0 {
			if home, err := in.path.Of(v); err != nil {
				return nil, err
			} else if home == in.store.Home() {
				newest = v
			}
		}
		steps = append(steps, upgradeStep{line, from, newest})
	}
	slices.SortFunc(steps, func(a, b upgradeStep) int { return gover.Compare(b.newest, a.newest) })
	return steps, nil
}

// sayUpToDate says that nothing is installed by an upgrade.
func sayUpToDate(a *app.App, steps []upgradeStep) {
	switch len(steps) {
	case 0:
		a.UI.Remark("no toolchain is installed")
	case 1:
		a.UI.Remark("%s is up to date: %v", steps[0].line, steps[0].from)
	default:
		a.UI.Remark("up to date: all %d lines have their newest patch", len(steps))
	}
}

// dryUpgrade shows what would be installed, and says what would be removed.
func dryUpgrade(a *app.App, st *store.Store, steps []upgradeStep, options upgradeOptions) error {
	screen, terminal := a.UI.Screen()
	t := &term.Table{Columns: []term.Column{{Head: "version"}, {Head: "newest"}}}
	for _, s := range steps {
		switch {
		case !s.due():
		case terminal:
			t.Rows = append(t.Rows, []term.Cell{{Text: s.from.String()}, {Text: s.newest.String(), Style: term.Good}})
		default:
			if err := a.UI.Print("%v\t%v", s.from, s.newest); err != nil {
				return err
			}
		}
	}
	if err := a.UI.Show(t.Lines(screen)); err != nil {
		return err
	}
	if !options.remove {
		return nil
	}
	old, err := older(a, st, steps)
	if err == nil && len(old) > 0 {
		a.UI.Note("would remove %s", names(old))
	}
	return err
}

// older returns the installed versions that the newest of steps replace and that
// nothing names, newest first, and says why others stay.
func older(a *app.App, st *store.Store, steps []upgradeStep) ([]gover.Version, error) {
	installed, err := st.Home().Installed()
	if err != nil {
		return nil, err
	}
	replaced := func(v gover.Version) bool {
		return slices.ContainsFunc(steps, func(s upgradeStep) bool { return s.line == v.Line() && gover.Compare(v, s.newest) < 0 })
	}
	if !slices.ContainsFunc(installed, replaced) {
		return nil, nil
	}
	for _, s := range steps { // what is about to be there takes over what names its line
		if !slices.Contains(installed, s.newest) {
			installed = append(installed, s.newest)
		}
	}
	gover.NewestFirst(installed)
	roots, err := upkeep.Roots(a, st, installed, nil)
	if err != nil {
		return nil, fmt.Errorf("nothing was removed, because gosw can't tell what is in use: %w", err)
	}
	var old []gover.Version
	for _, v := range installed {
		if why := roots[v]; replaced(v) && why != "" {
			a.UI.Note("keeping %v, used by %s", v, why)
		} else if replaced(v) {
			old = append(old, v)
		}
	}
	return old, nil
}

// removeOlder removes what the newest of steps replace, if the user wants that.
func removeOlder(ctx context.Context, a *app.App, st *store.Store, steps []upgradeStep, options upgradeOptions) error {
	if len(steps) == 0 {
		return nil
	}
	old, err := older(a, st, steps)
	if err != nil || len(old) == 0 || options.keep {
		return err
	}
	if !options.remove {
		if !a.UI.Interactive() {
			a.UI.Hint("%s can be removed: \"gosw upgrade --remove\" or \"gosw prune\"", names(old))
			return nil
		}
		if !a.UI.Confirm(ctx, fmt.Sprintf("Remove %s, which no pin, default or process uses?", names(old)), false) {
			return nil
		}
	}
	return upkeep.Remove(ctx, a, st, old, false)
}

func names(versions []gover.Version) string {
	words := make([]string, len(versions))
	for i, v := range versions {
		words[i] = v.String()
	}
	return strings.Join(words, ", ")
}
