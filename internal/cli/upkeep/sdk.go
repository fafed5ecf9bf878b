package upkeep

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// SDK is the directory in which VS Code and GoLand look for versions of Go: golang.org/dl
// keeps them there.
func SDK(a *app.App) (string, error) {
	home, err := a.UserHome()
	return filepath.Join(home, "sdk"), err
}

// IsSDKLink reports whether name is a link that "gosw init sdk" has made: to the
// toolchain of that name, in the store at home.
func IsSDKLink(name string, home toolchain.Home) bool {
	target, err := os.Readlink(name)
	return err == nil && strings.HasPrefix(filepath.Base(name), "go") && target == filepath.Join(home.Toolchains(), filepath.Base(name))
}

// UnlinkSDK removes the link to v, which is uninstalled, if gosw has made it.
func UnlinkSDK(a *app.App, home toolchain.Home, v gover.Version) error {
	dir, err := SDK(a)
	name := filepath.Join(dir, v.String())
	if err != nil || !IsSDKLink(name, home) { // without a HOME there is none
		return nil
	}
	return os.Remove(name)
}
