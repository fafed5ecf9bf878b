// Package selfupdate finds newer releases of gosw itself, proves them, and
// exchanges the installed copy for one of them, or for the one before, in one
// step. It proves what is installed, too: by building it again from the public
// source. docs/self.md has the layout on disk and why it is so.
//
// A release is a signed note (release.note) with the hashes of its archives. It
// counts if a key of the running program has signed it, if the checksum database
// has the hash of the source that the note names, and if the archive has the hash
// that the note has for it. What contradicts that is a [*sumdb.SecurityError].
//
// The package asks nobody by itself, prints nothing and reads no environment. It
// knows no store of toolchains.
package selfupdate

import (
	"cmp"
	"debug/buildinfo"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/gosw/gosw/internal/toolchain"
)

// Module is the path of gosw's own module.
const Module = "github.com/gosw/gosw"

// The programs of gosw, which stand in one directory.
var programs = [...]string{"gosw" + toolchain.Exe, "gosw-shim" + toolchain.Exe}

// A Copy is an installed gosw, as its program tells.
type Copy struct {
	Dir     string // of the programs
	Version string // such as "v0.2.0"; "" for a development build
	H1      string // of the source
	Go      string // that built it, such as "go1.26.8"

	// Step is called before each step of a change, with its name; an error takes
	// the place of the step. It is for fault tests; nil in the product.
	Step func(name string) error

	settings map[string]string // of the build
}

// Inspect returns the copy whose gosw is program, an absolute path. Only a build
// of a published version has a version: its build information has the hash of the
// module's zip. What was built in a checkout has none, also at a tag.
func Inspect(program string) (*Copy, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("read the build information of %s: %w", program, err)
	}
	c := &Copy{Dir: filepath.Dir(program), Go: info.GoVersion, settings: make(map[string]string)}
	if main := info.Main; main.Path == Module && main.Sum != "" && semver.IsValid(main.Version) {
		c.Version, c.H1 = main.Version, main.Sum
	}
	for _, s := range info.Settings {
		c.settings[s.Key] = s.Value
	}
	return c, nil
}

// Program returns the path of the copy's gosw.
func (c *Copy) Program() string { return filepath.Join(c.Dir, programs[0]) }

// Newer reports whether version, such as "v0.3.0", is newer than the copy.
func (c *Copy) Newer(version string) bool { return semver.Compare(version, c.Version) > 0 }

// do is a step and what follows it.
func (c *Copy) do(step string, next func() error) error {
	if c.Step != nil {
		if err := c.Step("self/" + step); err != nil {
			return err
		}
	}
	return next()
}

// archiveOf returns the name of the archive of a release for this platform,
// without its extension, which is also that of the directory in it.
func archiveOf(version string) string {
	arch := cmp.Or(map[string]string{"arm": "armv7"}[runtime.GOARCH], runtime.GOARCH)
	return fmt.Sprintf("gosw_%s_%s_%s", strings.TrimPrefix(version, "v"), runtime.GOOS, arch)
}
