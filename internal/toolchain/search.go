package toolchain

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// SearchPath returns path, a value of PATH, as it is to be where the toolchain at
// goroot applies, "" for the system's: the user's store's bin directory first, then that
// of the toolchain, then what path has, less what it had of these and of other
// versions.
//
// The shims come before the toolchain, because it applies in one directory only:
// what starts go below it, or with GO_VERSION, must get what the rules say there.
// The toolchain is for the programs that have no shim, and for a store without shims.
func (p Path) SearchPath(path, goroot string) string {
	dirs := []string{p[0].Bin()}
	if goroot != "" {
		dirs = append(dirs, filepath.Join(goroot, "bin"))
	}
	if path == "" {
		return strings.Join(dirs, string(filepath.ListSeparator))
	}
	// Not filepath.SplitList, which takes quotes off on Windows: what is not
	// ours stays as it is, empty elements included.
	for _, dir := range strings.Split(path, string(filepath.ListSeparator)) {
		ours := slices.ContainsFunc(p, func(h Home) bool { return h.holdsToolchain(dir) })
		if dir == "" || !ours && !SameDir(dir, p[0].Bin()) {
			dirs = append(dirs, dir)
		}
	}
	return strings.Join(dirs, string(filepath.ListSeparator))
}

// holdsToolchain reports whether dir is below the directory of the toolchains.
func (h Home) holdsToolchain(dir string) bool {
	return strings.HasPrefix(fold(filepath.Clean(dir)), fold(h.Toolchains())+string(filepath.Separator))
}

// SameDir reports whether two directories, such as elements of PATH, have the same
// path. On Windows and macOS capitals make no difference.
func SameDir(a, b string) bool { return fold(filepath.Clean(a)) == fold(filepath.Clean(b)) }

// fold returns path without what makes no difference on this system.
func fold(path string) string {
	switch runtime.GOOS {
	case "windows", "darwin":
		return strings.ToLower(path)
	}
	return path
}

// NextTool returns the program tool next on path (the value of PATH) that is
// neither in a directory of the stores' own (the go of the system's store is a shim,
// too) nor, by device and inode, the same file as self or as the user's shim; "" if
// there is none. Elements that are not absolute are passed over.
func (p Path) NextTool(path, tool, self string) string {
	for _, dir := range filepath.SplitList(path) {
		ours := func(h Home) bool { return SameDir(dir, h.Bin()) || h.holdsToolchain(dir) }
		if !filepath.IsAbs(dir) || slices.ContainsFunc(p, ours) {
			continue
		}
		candidate := filepath.Join(dir, tool+Exe)
		info, err := os.Stat(candidate)
		shim := func(file string) bool {
			other, err := os.Stat(file)
			return err == nil && os.SameFile(info, other)
		}
		if err == nil && info.Mode().IsRegular() && executable(info) && !shim(self) && !shim(filepath.Join(p[0].Bin(), tool+Exe)) {
			return candidate
		}
	}
	return ""
}
