// Package upkeep has what the commands that change a store share: what is
// needed of what is installed, how versions are removed and shims placed.
package upkeep

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/shell"
	"github.com/gosw/gosw/internal/toolchain"
)

// FitsPath is an error if PATH can't hold root, the directory of the store: it would
// be two entries there, of which the second is relative to wherever one is.
func FitsPath(root string) error {
	if !strings.ContainsRune(root, filepath.ListSeparator) {
		return nil
	}
	return failure.WithHint(
		fmt.Errorf("PATH can't contain %q, because of the %q in it", root, filepath.ListSeparator),
		command.Hintf("set GOSW_ROOT to a path without one"),
	)
}

// PathHint says how to get the shims on PATH, where they are not.
func PathHint(a *app.App, home toolchain.Home) {
	if slices.ContainsFunc(filepath.SplitList(a.Getenv("PATH")), func(dir string) bool { return toolchain.SameDir(dir, home.Bin()) }) {
		return
	}
	fix := command.Hintf("add it, before any other go")
	if _, ok := shell.Detect(a.Getenv); ok || a.Getenv("SHELL") == "" {
		fix = a.InitHint()
	}
	a.UI.Hint("%s is not on PATH; %v", home.Bin(), fix)
}

// RepairOf returns the command that repairs v in the store at home: the user's,
// the system's, or one of another platform below either.
func RepairOf(a *app.App, home toolchain.Home, v gover.Version) command.Command {
	repair := command.Step{Argv: []string{"gosw", "repair", gover.Only(v).String()}}
	own, err := a.Home()
	if err != nil || own == home {
		return command.Command{repair}
	}
	root := string(home)
	if above, name := filepath.Split(root); filepath.Base(above) == "platforms" {
		// With GOSW_ROOT=root it would become a store of this platform.
		repair.Argv = append(repair.Argv, "--platform", strings.Replace(name, "-", "/", 1))
		root = filepath.Dir(filepath.Clean(above))
	}
	if root != string(own) {
		repair.Kind, repair.Name, repair.Text = command.With, "GOSW_ROOT", root
	}
	return command.Command{repair}
}
