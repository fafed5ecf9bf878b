package cli

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
	foundChosen    = "chosen"    // of the toolchain that applies here
	foundShim      = "shim"      // on PATH: leads to what applies here
	foundToolchain = "toolchain" // on PATH: of a toolchain in the store
	foundOther     = "other"     // on PATH: not gosw's
)

// A found is a place where a tool is.
type found struct {
	Path    string        `json:"path"`
	Kind    string        `json:"kind"`
	Version gover.Version `json:"version"` // "" where only running it would tell
	OnPath  bool          `json:"on_path"`
	Wins    bool          `json:"wins"`             // it is what runs by that name
	Reason  string        `json:"reason,omitempty"` // of the chosen one: what set it
}

// String says what the place is.
func (f found) String() string {
	text := "on PATH"
	switch f.Kind {
	case foundChosen:
		text = f.Version.String() + ", set by " + f.Reason
	case foundShim:
		text = "gosw's shim"
	case foundToolchain:
		text = f.Version.String() + " itself, without the shim"
	}
	if f.Wins {
		text += ", runs"
	}
	return text
}

// found returns the places of tool: that of the version that applies, if known
// says that t is it, then those on PATH. At most one of them wins: the first on
// PATH, or what it leads to if that is the shim.
func (a *app) found(path toolchain.Path, t target, tool string, known bool) []found {
	shim, _ := shimProgram() // without it, its links are known all the same
	list := onPath(path, a.getenv("PATH"), tool, shim)
	shimFirst := len(list) > 0 && list[0].Kind == foundShim
	if len(list) > 0 && !shimFirst {
		list[0].Wins = true
	}
	if !known {
		return list
	}
	if t.version.IsZero() { // the shim leads to one that is on PATH, too
		system := path.NextTool(a.getenv("PATH"), tool, shim)
		for i := range list {
			list[i].Wins = list[i].Wins || shimFirst && list[i].Path == system
		}
		return list
	}
	program, _ := toolIn(t.goroot, t.version, tool)
	if program == "" {
		return list
	}
	chosen := found{Path: program, Kind: foundChosen, Version: t.version, Wins: shimFirst, Reason: t.choice.Source()}
	return append([]found{chosen}, list...)
}

// onPath returns what dirs, a value of PATH, has by the name tool, each program
// once. Elements that are not absolute are passed over, as gosw and Go do. The
// shim is shim, or what the stores have by its names.
func onPath(path toolchain.Path, dirs, tool, shim string) []found {
	var all []found
	for program := range fsx.OnPath(dirs, tool) {
		if slices.ContainsFunc(all, func(f found) bool { return f.Path == program }) {
			continue
		}
		kind, v := kindOf(path, program, shim)
		all = append(all, found{Path: program, Kind: kind, Version: v, OnPath: true})
	}
	return all
}

// kindOf tells what program is.
func kindOf(path toolchain.Path, program, shim string) (string, gover.Version) {
	if isShim(path, program, shim) {
		return foundShim, gover.Version{}
	}
	if v, ok := storeVersion(path, program); ok {
		return foundToolchain, v
	}
	return foundOther, gover.Version{}
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

// storeVersion returns the version of the stores that file belongs to, through
// whatever links.
func storeVersion(path toolchain.Path, file string) (gover.Version, bool) {
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
	byName   = "name"    // GOROOT/bin
	byGoTool = "go tool" // GOROOT/pkg/tool
	byBuild  = "built"   // GOROOT/src/cmd: "go tool" builds it when it is first run
)

// toolIn returns the program tool of the toolchain at goroot, "" for the system's
// go, and how it is started; "" if there is none. For byBuild it is the folder of its source.
func toolIn(goroot string, v gover.Version, tool string) (program, how string) {
	if goroot == "" {
		return "", ""
	}
	places := []struct{ path, how string }{
		{filepath.Join(goroot, "bin", tool+toolchain.Exe), byName},
		{filepath.Join(goroot, "pkg", "tool", runtime.GOOS+"_"+runtime.GOARCH, tool+toolchain.Exe), byGoTool},
	}
	if v.Minor() >= 25 && tool != "internal" && tool != "vendor" {
		places = append(places, struct{ path, how string }{filepath.Join(goroot, "src", "cmd", tool), byBuild})
	}
	for _, place := range places {
		if info, err := os.Stat(place.path); err == nil && info.IsDir() == (place.how == byBuild) {
			return place.path, place.how
		}
	}
	return "", ""
}

// gorootOf returns the GOROOT that the go program finds from its own place, ""
// if it is in none.
func gorootOf(program string) string {
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

// versionOf returns the toolchain name that a go program reports, as far as that
// can be read from it or from its GOROOT without running it.
func versionOf(program string) string {
	text := ""
	if info, err := buildInfo(program); err == nil {
		if info.Path != "" && info.Path != "cmd/go" { // somebody's wrapper
			return ""
		}
		text = info.GoVersion
	} else if data, err := fsx.Read(filepath.Join(gorootOf(program), "VERSION"), maxVersionFile, fsx.Follow); err == nil {
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
