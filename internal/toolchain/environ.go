package toolchain

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gosw/gosw/internal/gover"
)

// depthVariable counts how many shims stand between a process and its user.
const depthVariable = "GOSW_DEPTH"

// MaxDepth is the nesting at which a shim must take itself for one that runs
// itself. A real chain of go, make and scripts stays far below it.
const MaxDepth = 32

// Depth returns the number of shims above this process.
func Depth(getenv func(string) string) int {
	depth, err := strconv.Atoi(getenv(depthVariable))
	if err != nil || depth < 0 {
		return 0
	}
	return depth
}

// Use says how a toolchain is going to be run.
type Use struct {
	Version gover.Version // zero for the system's go
	GOROOT  string        // of Version
	Pinned  bool          // by GO_VERSION or a file: see GOTOOLCHAIN below
	Policy  string        // value of GOSW_GOTOOLCHAIN: "", local, path, auto, leave
}

// Environ returns env as a tool of u needs it:
//
//   - GOROOT is taken out, since one that belongs to another toolchain breaks
//     the build; releases before go1.9 cannot find their own and get it set.
//   - GOTOOLCHAIN is set to local for a pinned version, or to u.Policy, unless
//     env has it already: else cmd/go would run another version than the pin.
//   - the mark that cmd/go leaves behind when it has switched is taken out.
//   - the depth counter goes up by one.
//
// The system's go gets its environment unchanged, but for the counter.
func Environ(env []string, u Use) []string {
	depth := 1 + Depth(func(name string) string { return lookup(env, name) })
	out := set(env, depthVariable, strconv.Itoa(depth))
	if u.Version.IsZero() {
		return out
	}
	out = unset(unset(out, "GOROOT"), "GOTOOLCHAIN_INTERNAL_SWITCH_VERSION")
	if needsGOROOT(u.Version) {
		out = set(out, "GOROOT", u.GOROOT)
	}
	if value := u.gotoolchain(); value != "" && lookup(env, "GOTOOLCHAIN") == "" {
		out = set(out, "GOTOOLCHAIN", value)
	}
	return out
}

// unset returns env without name.
func unset(env []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(entry string) bool {
		key, _, _ := strings.Cut(entry, "=")
		return key == name
	})
}

// set returns env with name once, so that it does not matter whether the
// program takes the first or the last of two.
func set(env []string, name, value string) []string {
	return append(unset(env, name), name+"="+value)
}

// needsGOROOT reports whether v is too old to find its GOROOT from the path of
// its own program.
func needsGOROOT(v gover.Version) bool { return v.Minor() < 9 }

func (u Use) gotoolchain() string {
	switch {
	case !u.Pinned || u.Policy == "leave":
		return ""
	case u.Policy == "path" || u.Policy == "auto":
		return u.Policy
	}
	return "local"
}

func lookup(env []string, name string) string {
	for _, entry := range env { // the first one counts, as for os.Getenv
		if key, value, _ := strings.Cut(entry, "="); key == name {
			return value
		}
	}
	return ""
}

// System returns the program tool next on path (the value of PATH) that is
// neither in a folder of the store's own nor, by device and inode, the same file as
// self or as the store's shim; "" if there is none. Elements that are not
// absolute are passed over.
func (h Home) System(path, tool, self string) string { return h.system(path, tool, self, "") }

// system is System that passes over another store, too.
func (h Home) system(path, tool, self string, other Home) string {
	ours := []string{self, filepath.Join(h.Bin(), tool+Exe)}
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) || h.holds(dir) || other != "" && other.holds(dir) {
			continue
		}
		candidate := filepath.Join(dir, tool+Exe)
		info, err := os.Stat(candidate)
		if err == nil && info.Mode().IsRegular() && executable(info) && !isOneOf(info, ours) {
			return candidate
		}
	}
	return ""
}

func isOneOf(info os.FileInfo, files []string) bool {
	return slices.ContainsFunc(files, func(file string) bool {
		other, err := os.Stat(file)
		return err == nil && os.SameFile(info, other)
	})
}
