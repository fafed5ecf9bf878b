// Package goroot knows what the tree of a release looks like: the names that
// its files have in a module zip and in a GOROOT, and their modes. The fetcher
// makes trees by these rules and the store verifies them by the same.
package goroot

import (
	"io/fs"
	"path"
	"strings"
)

// Path returns the path below GOROOT of the file that a module zip calls name,
// without the module's prefix. A directory with a go.mod would be another module,
// so in the zip it is _go.mod.
func Path(name string) string {
	if dir, base := path.Split(name); base == "_go.mod" {
		return dir + "go.mod"
	}
	return name
}

// Name undoes [Path].
func Name(file string) string {
	if dir, base := path.Split(file); base == "go.mod" {
		return dir + "_go.mod"
	}
	return file
}

// DirMode is the mode of directories: others must not be able to add files.
const DirMode fs.FileMode = 0o755

// Mode returns the mode of a file in an installed toolchain. The rule is that
// of Go's own packaging (cmd/distpack), which zips before Go 1.21 predate;
// nothing is writable, because nothing may change what was proven.
func Mode(file string) fs.FileMode {
	base := path.Base(file)
	switch path.Ext(base) {
	case ".bash", ".sh", ".pl", ".rc":
		return 0o555
	}
	exec, _ := path.Match("go_?*_?*_exec", base)
	if exec || path.Dir(file) == "bin" || strings.HasPrefix(file, "pkg/tool/") {
		return 0o555
	}
	return 0o444
}

// InModule reports whether a file is part of the toolchain's module, and so
// covered by the checksum database. The archives of go.dev/dl have directories
// that it lacks (cmd/distpack; modules of releases before Go 1.21 were made
// from the archives by the same rule).
func InModule(file string) bool {
	first, _, _ := strings.Cut(file, "/")
	switch first {
	case ".github", "api", "doc", "misc", "test":
		return false
	}
	return true
}

// Added reports whether a file is none of any release, but one that managers of
// versions put into a GOROOT: their marks, the archive that it was unpacked from, what
// "go install" has built where GOBIN or GOPATH is in there.
func Added(file string) bool {
	switch dir, base := path.Split(file); dir {
	case "":
		archive, _ := path.Match("go1*.*-*.*", base) // golang.org/dl leaves it there
		return base == ".unpacked-success" || base == "manifest" || archive
	case "bin/":
		name := strings.TrimSuffix(base, ".exe")
		return name != "go" && name != "gofmt" && name != "godoc"
	}
	return strings.HasPrefix(file, "packages/")
}
