package upkeep

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

// Roots returns the versions of installed, newest first, that something asks
// for, and what does.
func Roots(a *app.App, st *store.Store, installed []gover.Version, keep []gover.Spec) (map[gover.Version]string, error) {
	roots := make(map[gover.Version]string)
	mark := func(spec gover.Spec, why string) {
		if v, ok, _ := constraint.Newest(spec, installed); ok && roots[v] == "" {
			roots[v] = why
		}
	}
	for _, spec := range keep {
		matching, err := app.Filter(installed, []gover.Spec{spec})
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
	if name, value := a.Variable(); value != "" {
		choice, err := resolve.For(resolve.Env{Variable: name, Value: value}, "")
		if err != nil {
			return nil, err
		}
		mark(choice.Spec, choice.Source())
	}
	dirs, err := PinnedDirs(a, st)
	if err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		choice, err := resolve.For(resolve.Env{}, dir)
		switch {
		case errors.As(err, new(*fs.PathError)): // which may ask for any of them
			return nil, err
		case err != nil:
			a.UI.Note("%v; the version it names may be removed", err)
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

// PinnedDirs returns the directories of the pin files that were seen, each once, and
// the working directory, whose pin may never have been.
func PinnedDirs(a *app.App, st *store.Store) ([]string, error) {
	pins, err := st.Pins()
	if err != nil {
		return nil, err
	}
	var dirs []string
	for _, file := range pins {
		dirs = append(dirs, filepath.Dir(file))
	}
	if dir, err := a.WorkingDir(); err == nil {
		dirs = append(dirs, dir)
	} else if !toolchain.Missing(err) {
		return nil, err
	}
	slices.Sort(dirs)
	return slices.Compact(dirs), nil
}

// markNewest adds the newest version of each line.
func markNewest(roots map[gover.Version]string, newestFirst []gover.Version) {
	line := ""
	for _, v := range newestFirst { // so that those of a line are in a row
		if v.Line() != line && roots[v] == "" {
			roots[v] = "newest of " + v.Line()
		}
		line = v.Line()
	}
}
