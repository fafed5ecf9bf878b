package upkeep

import (
	"os"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/manager"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/toolchain"
)

// An Elsewhere is a toolchain that another manager has, as far as can be told
// without hashing it.
type Elsewhere struct {
	manager.Tree
	Version  gover.Version
	Platform string
	Err      error // why it is no release of Go
}

// FindElsewhere returns what other managers have, newest first.
func FindElsewhere(a *app.App) ([]Elsewhere, error) {
	home, err := a.UserHome()
	if err != nil {
		return nil, err
	}
	modules, err := a.Setting("GOMODCACHE")
	if err != nil {
		return nil, err
	}
	var found []Elsewhere
	for _, t := range manager.Trees(home, modules.Value, a.Getenv) {
		e := Elsewhere{Tree: t}
		e.Version, e.Platform, e.Err = identify(t.Dir, a.Platform.String())
		found = append(found, e)
	}
	slices.SortStableFunc(found, func(a, b Elsewhere) int { return gover.Compare(b.Version, a.Version) })
	return found, nil
}

func identify(dir, prefer string) (gover.Version, string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return gover.Version{}, "", err
	}
	defer root.Close()
	if _, err := root.Lstat(".git"); err == nil {
		return gover.Version{}, "", &release.ForeignError{Reason: "built from a source repository"}
	}
	return release.Identify(root, prefer)
}

// NotHere says what other managers have that path has not, such as "3 versions of
// asdf, goenv"; "" for nothing. It hashes no file.
func NotHere(a *app.App, path toolchain.Path) string {
	found, _ := FindElsewhere(a) // "gosw import --all" tells what is wrong
	var versions []gover.Version
	var managers []string
	for _, e := range found {
		there, err := path.Has(e.Version)
		if err == nil && !there && e.Err == nil && e.Platform == a.Platform.String() {
			versions, managers = append(versions, e.Version), append(managers, e.Manager)
		}
	}
	slices.Sort(managers)
	if versions = slices.Compact(versions); len(versions) == 0 { // newest first
		return ""
	}
	return term.Plural(len(versions), "version") + " of " + strings.Join(slices.Compact(managers), ", ")
}
