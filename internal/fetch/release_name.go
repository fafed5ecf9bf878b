package fetch

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

// A release is one version for one platform, the unit of everything here.
type release struct {
	version  gover.Version
	platform Platform
}

// String returns the form for messages, such as "go1.22.3 linux/amd64".
func (r release) String() string { return r.version.String() + " " + r.platform.String() }

// module returns the version of [Module] that holds the release.
func (r release) module() string {
	return "v0.0.1-" + r.version.String() + "." + r.platform.OS + "-" + r.platform.Arch
}

// prefix returns what every name in the release's zip starts with.
func (r release) prefix() string { return Module + "@" + r.module() + "/" }

// ModuleOf returns the module version that a release is: what its record in
// the checksum database is about.
func ModuleOf(v gover.Version, p Platform) string {
	return Module + "@" + release{version: v, platform: p}.module()
}
