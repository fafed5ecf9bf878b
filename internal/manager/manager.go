// Package manager knows the other ways to have several versions of Go on a machine:
// where each keeps its toolchains, and the variables that move them. It only looks at
// names, and believes none: what a directory holds is for others to find out.
package manager

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// A Manager is a program that keeps toolchains.
type Manager struct {
	Name string
	// variable names the manager's directory. Below is what it has in that; a manager
	// may ignore its variable, so homes are looked at in any case.
	variable, below string
	homes           []string // its directories below the user's home
	trees           []string // what is a GOROOT in there, as patterns of io/fs
}

// managers are as of their sources in 2026.
var managers = []Manager{
	{Name: "goenv", variable: "GOENV_ROOT", homes: []string{".goenv"}, trees: []string{"versions/*"}},
	{Name: "gvm", variable: "GVM_ROOT", homes: []string{".gvm"}, trees: []string{"gos/go*"}},
	{Name: "asdf", variable: "ASDF_DATA_DIR", homes: []string{".asdf"}, trees: []string{"installs/golang/*/go"}},
	{Name: "mise", variable: "MISE_DATA_DIR", homes: []string{".local/share/mise"}, trees: []string{"installs/go/*", "installs/go/*/go"}},
	{Name: "g", variable: "G_HOME", homes: []string{".g"}, trees: []string{"versions/*"}},
	{Name: "gobrew", variable: "GOBREW_ROOT", below: ".gobrew", homes: []string{".gobrew"}, trees: []string{"versions/*/go"}},
	{Name: "vfox", variable: "VFOX_HOME", homes: []string{".vfox", ".version-fox"}, trees: []string{"cache/golang/v-*/golang-*"}},
	{Name: "proto", variable: "PROTO_HOME", homes: []string{".proto"}, trees: []string{"tools/go/*"}},
	{Name: "goup", homes: []string{".go"}, trees: []string{"go1*"}},
	{Name: "gimme", homes: []string{".gimme"}, trees: []string{"versions/go*"}},
	{Name: "golang.org/dl", homes: []string{"sdk"}, trees: []string{"go*"}}, // and older GoLands
	{Name: "GoLand", homes: []string{"go/sdk"}, trees: []string{"go*"}},
}

// ModuleCache is what the go command itself downloads for GOTOOLCHAIN.
const ModuleCache = "module cache"

// Dirs returns the directories that the manager called name may have, those of a
// relative variable left out: it would name another one in each place.
func Dirs(name, home string, getenv func(string) string) (dirs []string) {
	for _, m := range managers {
		if m.Name == name {
			return m.dirs(home, getenv)
		}
	}
	return nil
}

func (m Manager) dirs(home string, getenv func(string) string) (dirs []string) {
	if m.variable != "" {
		if dir := getenv(m.variable); filepath.IsAbs(dir) {
			dirs = append(dirs, filepath.Join(dir, m.below))
		}
	}
	for _, name := range m.homes {
		if filepath.IsAbs(home) {
			dirs = append(dirs, filepath.Join(home, filepath.FromSlash(name)))
		}
	}
	return dirs
}

// A Tree is a directory that a manager keeps as a GOROOT.
type Tree struct {
	Manager string
	Dir     string // without symbolic links
}

// Trees returns what is found on this machine, each directory once, in the order in
// which managers are listed here and then by name. Modules is GOMODCACHE, "" for none.
func Trees(home, modules string, getenv func(string) string) (found []Tree) {
	add := func(manager, dir, pattern string) {
		names, _ := fs.Glob(os.DirFS(dir), pattern) // the patterns are ours, and have no fault
		for _, name := range names {
			path, err := filepath.EvalSymlinks(filepath.Join(dir, filepath.FromSlash(name)))
			if err != nil || slices.ContainsFunc(found, func(t Tree) bool { return t.Dir == path }) {
				continue // such as mise's link from 1.22 to 1.22.5
			}
			if info, err := os.Stat(filepath.Join(path, "bin")); err == nil && info.IsDir() {
				found = append(found, Tree{manager, path})
			}
		}
	}
	for _, m := range managers {
		for _, dir := range m.dirs(home, getenv) {
			for _, pattern := range m.trees {
				add(m.Name, dir, pattern)
			}
		}
	}
	if modules != "" {
		add(ModuleCache, modules, "golang.org/toolchain@*")
	}
	return found
}
