//go:build !windows

package upkeep

import (
	"os"
	"path/filepath"
	"syscall"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/toolchain"
)

// WarnOwner says so when root is about to write to the store of another user,
// as after sudo with that user's HOME: the files will belong to root, and the
// user can't change or remove them.
func WarnOwner(a *app.App, home toolchain.Home) {
	if os.Geteuid() != 0 {
		return
	}
	for dir := string(home); ; dir = filepath.Dir(dir) { // what is there of it decides
		info, err := os.Stat(dir)
		if err != nil && dir != filepath.Dir(dir) {
			continue
		}
		if err != nil {
			return
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Uid != 0 {
			a.UI.Note("running as root, but %s belongs to user %d: what is written there will belong to root", dir, stat.Uid)
			a.UI.Hint("run gosw as that user, or set GOSW_ROOT to a store of root's own")
		}
		return
	}
}
