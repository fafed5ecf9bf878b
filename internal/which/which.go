// Package which tells what programs of a name there are on PATH, whose they
// are, and what can be read of a go without running it.
package which

import (
	"debug/buildinfo"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// The kinds of a found.
const (
	Chosen    = "chosen"    // of the toolchain that applies here
	Shim      = "shim"      // on PATH: leads to what applies here
	Toolchain = "toolchain" // on PATH: of a toolchain in the store
	Other     = "other"     // on PATH: not gosw's
)

// A Program is a place where a tool is.
type Program struct {
	Path    string        `json:"path"`
	Kind    string        `json:"kind"`
	Version gover.Version `json:"version"` // "" where only running it would tell
	OnPath  bool          `json:"on_path"`
	Wins    bool          `json:"wins"`             // it is what runs by that name
	Reason  string        `json:"reason,omitempty"` // of the chosen one: what set it
}

// String says what the place is.
func (f Program) String() string {
	text := "on PATH"
	switch f.Kind {
	case Chosen:
		text = f.Version.String() + ", set by " + f.Reason
	case Shim:
		text = "gosw's shim"
	case Toolchain:
		text = f.Version.String() + " itself, without the shim"
	}
	if f.Wins {
		text += ", runs"
	}
	return text
}

// OnPath returns what dirs, a value of PATH, has by the name tool, each program
// once. Elements that are not absolute are passed over, as gosw and Go do. The
// shim is shim, or what the stores have by its names.
func OnPath(path toolchain.Path, dirs, tool, shim string) []Program {
	var all []Program
	for program := range fsx.OnPath(dirs, tool) {
		if slices.ContainsFunc(all, func(f Program) bool { return f.Path == program }) {
			continue
		}
		kind, v := kindOf(path, program, shim)
		all = append(all, Program{Path: program, Kind: kind, Version: v, OnPath: true})
	}
	return all
}

// kindOf tells what program is.
func kindOf(path toolchain.Path, program, shim string) (string, gover.Version) {
	if isShim(path, program, shim) {
		return Shim, gover.Version{}
	} else if v, ok := StoreVersion(path, program); ok {
		return Toolchain, v
	}
	return Other, gover.Version{}
}

func isShim(path toolchain.Path, program, shim string) bool {
	info, err := os.Stat(program)
	if err != nil {
		return false
	}
	shims := []string{shim}
	for _, home := range path {
		shims = append(shims, filepath.Join(home.Bin(), "go"+toolchain.Exe), filepath.Join(home.Bin(), "gofmt"+toolchain.Exe))
	}
	return slices.ContainsFunc(shims, func(shim string) bool {
		other, err := os.Stat(shim)
		return err == nil && os.SameFile(info, other)
	})
}

// OtherStore returns the store in whose bin directory program is, if it is none of path's;
// else "".
func OtherStore(path toolchain.Path, program string) toolchain.Home {
	bin := filepath.Dir(program)
	other := toolchain.Home(filepath.Dir(bin))
	if program == "" || bin != other.Bin() {
		return ""
	}
	for _, part := range []string{other.Toolchains(), filepath.Join(string(other), "format")} {
		if _, err := os.Stat(part); err != nil {
			return ""
		}
	}
	info, err := os.Stat(string(other))
	if err != nil || slices.ContainsFunc(path, func(home toolchain.Home) bool {
		own, err := os.Stat(string(home))
		return err == nil && os.SameFile(info, own)
	}) {
		return ""
	}
	return other
}

// StoreVersion returns the version of the stores that file belongs to, through
// whatever links.
func StoreVersion(path toolchain.Path, file string) (gover.Version, bool) {
	file, err := filepath.EvalSymlinks(file)
	if err != nil {
		return gover.Version{}, false
	}
	for _, home := range path {
		trees, err := filepath.EvalSymlinks(home.Toolchains())
		below, ok := strings.CutPrefix(file, trees+string(filepath.Separator))
		if err != nil || !ok {
			continue
		}
		name, _, _ := strings.Cut(below, string(filepath.Separator))
		if v, err := gover.Parse(name); err == nil && v.String() == name {
			return v, true
		}
	}
	return gover.Version{}, false
}

// How a tool of a toolchain is started.
const (
	ByName   = "name"    // GOROOT/bin
	ByGoTool = "go tool" // GOROOT/pkg/tool
	ByBuild  = "built"   // GOROOT/src/cmd: "go tool" builds it when it is first run
)

// In returns the program tool of the toolchain at goroot, "" for the system's
// go, and how it is started; "" if there is none. For byBuild it is the directory of its source.
func In(goroot string, v gover.Version, tool string) (program, how string) {
	if goroot == "" {
		return "", ""
	}
	places := []struct{ path, how string }{
		{filepath.Join(goroot, "bin", tool+toolchain.Exe), ByName},
		{filepath.Join(goroot, "pkg", "tool", runtime.GOOS+"_"+runtime.GOARCH, tool+toolchain.Exe), ByGoTool},
	}
	if v.Minor() >= 25 && tool != "internal" && tool != "vendor" {
		places = append(places, struct{ path, how string }{filepath.Join(goroot, "src", "cmd", tool), ByBuild})
	}
	for _, place := range places {
		if info, err := os.Stat(place.path); err == nil && info.IsDir() == (place.how == ByBuild) {
			return place.path, place.how
		}
	}
	return "", ""
}

// GOROOT returns the GOROOT that the go program finds from its own place, ""
// if it is in none.
func GOROOT(program string) string {
	physical, err := filepath.EvalSymlinks(program)
	if err != nil {
		return ""
	}
	for _, file := range []string{program, physical} {
		dir := filepath.Dir(filepath.Dir(file))
		if info, err := os.Stat(filepath.Join(dir, "pkg", "tool")); err == nil && info.IsDir() {
			return dir
		}
	}
	return ""
}

// buildInfo reads what go has written into a program that it built.
func buildInfo(program string) (*debug.BuildInfo, error) {
	f, _, err := fsx.Open(program, fsx.Follow)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return buildinfo.Read(f)
}

// maxVersionFile bounds a GOROOT's VERSION, in bytes; it has some 50.
const maxVersionFile = 1 << 10

// Reports returns the toolchain name that a go program reports, as far as that
// can be read from it or from its GOROOT without running it.
func Reports(program string) string {
	text := ""
	if info, err := buildInfo(program); err == nil {
		if info.Path != "" && info.Path != "cmd/go" { // somebody's wrapper
			return ""
		}
		text = info.GoVersion
	} else if data, err := fsx.Read(filepath.Join(GOROOT(program), "VERSION"), maxVersionFile, fsx.Follow); err == nil {
		text = string(data)
	}
	text, _, _ = strings.Cut(text, "\n")
	text = strings.TrimPrefix(text, "devel ")
	text, _, _ = strings.Cut(text, " ")
	if !strings.HasPrefix(text, "go1") {
		return ""
	}
	return strings.TrimSpace(text)
}
