// Package release knows what Go releases there are, for which platforms, and
// how their archives are named. A [Lister] asks the module proxies, the index of
// go.dev/dl and a table that is built in, and keeps what it has learned. [Identify]
// reads which release a GOROOT says it is.
//
// Text from a list becomes a [gover.Version] and a [Platform] or is left out.
// The package downloads no release and proves none.
package release

import (
	"strings"

	"github.com/gosw/gosw/internal/gover"
)

// Module is the module whose versions are the Go toolchains.
const Module = "golang.org/toolchain"

// A Platform is what a toolchain runs on, in the words of GOOS and GOARCH.
type Platform struct{ OS, Arch string }

// String returns the usual form, such as "linux/amd64".
func (p Platform) String() string { return p.OS + "/" + p.Arch }

// Valid reports whether p has the form of a platform, and so is safe as part of
// a URL and of a path.
func (p Platform) Valid() bool { return isWord(p.OS) && isWord(p.Arch) }

func isWord(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// A Release is one version for one platform, the unit of everything here.
type Release struct {
	Version  gover.Version
	Platform Platform
}

// String returns the form for messages, such as "go1.22.3 linux/amd64".
func (r Release) String() string { return r.Version.String() + " " + r.Platform.String() }

// Module returns the version of [Module] that holds the release.
func (r Release) Module() string {
	return "v0.0.1-" + r.Version.String() + "." + r.Platform.OS + "-" + r.Platform.Arch
}

// Prefix returns what every name in the release's zip starts with.
func (r Release) Prefix() string { return Module + "@" + r.Module() + "/" }

// Parse reads "go1.22.4.linux-amd64", as in the name of an archive and in a
// version of [Module]. It accepts a version by its canonical name only, so that
// every release in a list can be asked for. A word for the architecture that Go
// does not use, such as armv6l, is left to the caller.
func Parse(text string) (Release, bool) {
	left, arch, _ := strings.Cut(text, "-")
	dot := strings.LastIndexByte(left, '.')
	if dot < 0 {
		return Release{}, false
	}
	v, err := gover.Parse(left[:dot])
	r := Release{Version: v, Platform: Platform{OS: left[dot+1:], Arch: arch}}
	return r, err == nil && v.String() == left[:dot] && r.Platform.Valid()
}

// ParseFile reads the name of an archive of go.dev/dl: go1.22.5.linux-amd64.tar.gz.
// Those for linux/arm say which instructions they need; up to Go 1.4 those for
// macOS end in -osx10.6 or -osx10.8.
func ParseFile(name string) (Release, bool) {
	stem, ok := strings.CutSuffix(name, ".tar.gz")
	if !ok {
		stem, ok = strings.CutSuffix(name, ".zip")
	}
	if strings.Contains(stem, ".darwin-") {
		stem = strings.TrimSuffix(strings.TrimSuffix(stem, "-osx10.6"), "-osx10.8")
	}
	r, exact := Parse(stem)
	r.Platform.Arch = goarch(r.Platform.Arch)
	return r, ok && exact && len(name) <= 100
}

// goarch returns the GOARCH for what archives are named after.
func goarch(arch string) string {
	if arch == "armv6l" || arch == "arm6" {
		return "arm"
	}
	return arch
}

// ModuleOf returns the module version that a release is: what its record in
// the checksum database is about.
func ModuleOf(v gover.Version, p Platform) string {
	return Module + "@" + Release{Version: v, Platform: p}.Module()
}
