package toolchain

import (
	"maps"
	"path/filepath"
	"slices"

	"github.com/gosw/gosw/internal/gover"
)

// A Path is the stores in which toolchains are looked for: the user's, which is
// the one that changes, and perhaps a system's, such as one in an image. What
// both have is taken from the user's.
type Path []Home

// FindPath returns the stores that the environment names: that of [Find], and
// GOSW_SYSTEM_ROOT.
func FindPath(getenv func(string) string) (Path, error) {
	home, err := Find(getenv)
	if err != nil {
		return nil, err
	}
	root := getenv("GOSW_SYSTEM_ROOT")
	switch system := Home(filepath.Clean(root)); {
	case root == "" || system == home: // root itself, looking after the system's store
		return Path{home}, nil
	case !filepath.IsAbs(root):
		return nil, &VariableError{"GOSW_SYSTEM_ROOT", root}
	default:
		return Path{home, system}, nil
	}
}

// Home returns the user's store.
func (p Path) Home() Home { return p[0] }

// System returns the system's store, "" if there is none.
func (p Path) System() Home {
	if len(p) > 1 {
		return p[1]
	}
	return ""
}

// Of returns the store that has v, the user's if none has.
func (p Path) Of(v gover.Version) (Home, error) {
	if len(p) > 1 {
		for _, home := range p {
			if ok, err := home.Has(v); ok || err != nil {
				return home, err
			}
		}
	}
	return p[0], nil
}

// Has reports whether v is in one of the stores.
func (p Path) Has(v gover.Version) (bool, error) {
	home, err := p.Of(v)
	if err != nil {
		return false, err
	}
	return home.Has(v)
}

// Homes returns what the stores have, each version with the store that has it.
func (p Path) Homes() (map[gover.Version]Home, error) {
	homes := make(map[gover.Version]Home)
	for _, home := range slices.Backward(p) {
		versions, err := home.Installed()
		if err != nil {
			return nil, err
		}
		for _, v := range versions {
			homes[v] = home
		}
	}
	return homes, nil
}

// Installed lists what the stores have, each version once, oldest first.
func (p Path) Installed() ([]gover.Version, error) {
	homes, err := p.Homes()
	return slices.SortedFunc(maps.Keys(homes), gover.Compare), err
}

// Lookup is [Home.Lookup] over all stores: a line stands for the newest patch
// that any of them has.
func (p Path) Lookup(spec gover.Spec) (best gover.Version, found bool, err error) {
	if spec.Kind() == gover.Oldstable { // the line before the newest of both
		versions, err := p.Installed()
		best, found = spec.Newest(versions)
		return best, found, err
	}
	for _, home := range p {
		v, ok, err := home.Lookup(spec)
		if err != nil {
			return gover.Version{}, false, err
		}
		if ok && (!found || gover.Compare(v, best) > 0) {
			best, found = v, true
		}
	}
	return best, found, nil
}
