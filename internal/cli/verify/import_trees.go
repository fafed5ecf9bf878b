package verify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/manager"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

type importOptions struct{ all, yes, dryRun, json bool }

func (o importOptions) check(args []string) error {
	switch {
	case o.all && len(args) > 0:
		return failure.Usage(fmt.Errorf("import takes --all or directories, not both: %q", args[0]), command.ToRun("gosw", "import", "--all"))
	case o.yes && !o.all:
		return failure.Usage(errors.New("--yes needs --all"), command.ToRun("gosw", "import", "--all", "--yes"))
	case !o.all && len(args) == 0:
		return failure.Usage(errors.New("import needs a directory, or --all"),
			command.Hintf("%v finds what other version managers have", command.Gosw("import", "--all")))
	}
	for _, arg := range args {
		if arg == "" {
			return failure.Usage(errors.New("import: the name of a directory is empty"), command.Hintf(`for example gosw import "$(go env GOROOT)"`))
		}
	}
	return nil
}

// What becomes of a tree, in "gosw import --json".
const (
	importable = "importable" // with --dry-run, or after a no
	imported   = "imported"
	installed  = "installed" // that version was there
	skipped    = "skipped"   // with --all: it does not say that it is a release for this platform
	refused    = "refused"   // it could not be imported
)

// An importedJSON is an element of "gosw import --json".
type importedJSON struct {
	Directory string        `json:"directory"`
	Manager   string        `json:"manager,omitempty"`  // with --all
	Version   gover.Version `json:"version,omitzero"`   // as far as it tells
	Platform  string        `json:"platform,omitempty"` // likewise
	State     string        `json:"state"`
	Reason    string        `json:"reason,omitempty"` // of what is skipped or refused

	err error
}

// importTrees imports what is in dirs, or all that other managers have. Each is
// tried, whatever becomes of the others.
func importTrees(ctx context.Context, a *app.App, dirs []string, options importOptions) error {
	purpose := store.Run
	if options.dryRun {
		purpose = store.Show
	}
	st, err := a.Store(purpose)
	if err != nil {
		return err
	}
	path, err := a.Path()
	if err != nil {
		return err
	}
	trees, err := treesOf(a, dirs, options)
	if err != nil {
		return err
	}
	list := make([]*importedJSON, 0, len(trees))
	for _, t := range trees {
		item := judgeTree(a, path, t)
		if options.all && item.State == refused {
			item.State, item.err = skipped, nil
		}
		list = append(list, item)
	}
	err = sayTrees(a, list, options)
	if err == nil && !options.dryRun {
		err = takeTrees(ctx, a, st, list, options)
	}
	if options.json {
		err = errors.Join(err, a.UI.PrintJSON(map[string]any{"schema": 1, "dry_run": options.dryRun, "trees": list}))
	}
	errs := []error{err}
	for _, item := range list {
		errs = append(errs, item.err)
	}
	return errors.Join(errs...)
}

// treesOf returns what is to be imported, as far as can be told without hashing it.
func treesOf(a *app.App, dirs []string, options importOptions) ([]upkeep.Elsewhere, error) {
	if options.all {
		return upkeep.FindElsewhere(a)
	}
	var trees []upkeep.Elsewhere
	for _, dir := range dirs {
		if below := filepath.Join(dir, "go"); !hasVersion(dir) && hasVersion(below) {
			dir = below // as in asdf's and gobrew's directory of a version
		}
		t := upkeep.Elsewhere{Tree: manager.Tree{Dir: dir}}
		if root, err := openTree(dir); err != nil {
			t.Err = err
		} else {
			t.Version, t.Platform, t.Err = release.Identify(root, a.Platform.String())
			_ = root.Close() // it was only read
		}
		trees = append(trees, t)
	}
	return trees, nil
}

func hasVersion(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "VERSION"))
	return err == nil
}

// judgeTree tells what is to be done with a tree: it is importable, installed or
// refused.
func judgeTree(a *app.App, path toolchain.Path, t upkeep.Elsewhere) *importedJSON {
	item := &importedJSON{Directory: t.Dir, Manager: t.Manager, Version: t.Version, Platform: t.Platform, State: importable}
	refuse := func(reason, err error) *importedJSON {
		item.State, item.Reason, item.err = refused, reason.Error(), err
		return item
	}
	op := "import " + t.Dir
	if t.Err != nil {
		return refuse(t.Err, compareError(op, t.Err))
	}
	if t.Platform != a.Platform.String() {
		reason := fmt.Errorf("%v was built for %v, not for %v", t.Version, t.Platform, a.Platform)
		return refuse(reason, failure.WithHint(fmt.Errorf("%s: %w", op, reason),
			command.Hintf("to import it for that platform, add --platform %v", t.Platform)))
	}
	there, err := path.Has(t.Version)
	if err != nil {
		return refuse(err, err)
	}
	if there {
		item.State = installed
	}
	return item
}

// sayTrees shows what is to be imported where that was not typed, and says what
// is not.
func sayTrees(a *app.App, list []*importedJSON, options importOptions) error {
	if options.json {
		return nil
	}
	screen, terminal := a.UI.Screen()
	t := &term.Table{Columns: []term.Column{{Head: "version"}, {Head: "from"}, {Head: "directory", Least: 20}}}
	for _, item := range list {
		switch {
		case item.State == skipped:
			a.UI.Note("not imported: %s: %s", item.Directory, item.Reason)
		case item.State == installed && !options.all:
			a.UI.Note("%v is already installed", item.Version)
		case item.State != importable || !options.all && !options.dryRun:
		case terminal:
			t.Rows = append(t.Rows, []term.Cell{{Text: item.Version.String(), Style: term.Good}, {Text: item.Manager}, {Text: a.Place(item.Directory)}})
		case options.dryRun:
			if err := a.UI.Print("%v\t%s\t%s", item.Version, item.Manager, item.Directory); err != nil {
				return err
			}
		}
	}
	return a.UI.Show(t.Lines(screen))
}

// versionsOf counts the versions that can be imported.
func versionsOf(list []*importedJSON) int {
	versions := make(map[gover.Version]bool)
	for _, item := range list {
		if item.State == importable {
			versions[item.Version] = true
		}
	}
	return len(versions)
}

// takeTrees imports what can be imported, if the user wants that.
func takeTrees(ctx context.Context, a *app.App, st *store.Store, list []*importedJSON, options importOptions) error {
	n := versionsOf(list)
	switch {
	case n == 0 && options.all && len(list) == 0:
		a.UI.Note("nothing to import: no other version manager has Go here")
		return nil
	case n == 0 && options.all:
		a.UI.Note("nothing to import: every release found is installed")
		return nil
	case n == 0:
		return nil
	case !options.all || options.yes:
	case !a.UI.Interactive():
		return failure.Usage(fmt.Errorf("import --all found %s to import, and can't ask here", term.Plural(n, "version")),
			command.ToRun("gosw", "import", "--all", "--yes"))
	case !a.UI.Confirm(ctx, fmt.Sprintf("Import %s?", term.Plural(n, "version")), true):
		return nil
	}
	if err := a.Claim(st.Home()); err != nil {
		return err
	}
	if !a.Foreign() {
		if err := upkeep.PlaceShims(ctx, a, st); err != nil {
			return err
		}
	}
	took := false
	for _, item := range list {
		if item.State != importable || ctx.Err() != nil {
			continue
		}
		took = item.take(ctx, a, st) || took
	}
	if took && !a.Foreign() {
		upkeep.PathHint(a, st.Home())
	}
	return ctx.Err()
}

// take imports one tree, and reports whether that was needed: two managers may have
// the same version.
func (i *importedJSON) take(ctx context.Context, a *app.App, st *store.Store) bool {
	added := false
	there, err := st.Home().Has(i.Version)
	if err == nil && !there {
		added, err = addTree(ctx, a, st, i.Version, i.Directory)
	}
	switch {
	case err != nil:
		i.State, i.Reason, i.err = refused, err.Error(), err
	case added:
		i.State = imported
	default:
		i.State = installed
	}
	return added
}
