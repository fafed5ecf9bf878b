package upkeep

import (
	"context"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

// PlaceShims puts go, gofmt and gosw into the store's bin directory. Toolchains can be
// used without them, so a missing gosw-shim is worth a word, not a failure.
func PlaceShims(ctx context.Context, a *app.App, st *store.Store) error {
	shim, programs, err := Shims(a, st.Home())
	if err != nil {
		a.UI.Note("%v, so %s has no go", err, st.Home().Bin())
		a.UI.Hint("%v", a.Hint(err))
		return nil
	}
	if _, err := os.Stat(shim); err != nil && !toolchain.Missing(err) {
		return err
	} else if err != nil {
		a.UI.Note("no gosw-shim beside gosw, so %s has no go", st.Home().Bin())
		a.UI.Hint(`install both: "go install github.com/gosw/gosw/cmd/..."`)
		return nil
	}
	return st.Shim(ctx, programs)
}

// Shims returns the place of gosw-shim, and what the programs in the bin directory of the
// store at home are to lead to: go and gofmt to gosw-shim, and gosw to this gosw.
func Shims(a *app.App, home toolchain.Home) (shim string, programs map[string]string, err error) {
	if shim, err = app.ShimProgram(); err != nil {
		return "", nil, err
	}
	programs = map[string]string{"go" + toolchain.Exe: shim, "gofmt" + toolchain.Exe: shim}
	if gosw := goswProgram(a, home); gosw != "" {
		programs["gosw"] = gosw
	}
	return shim, programs, nil
}

// goswProgram returns what gosw in the bin directory of the store at home is to lead to: a
// link that leads to this gosw stays; a new one is made of the path by which PATH
// has it, which outlives an update that moves what that leads to. It returns "" where
// there should be no such link: where a file has that place, such as gosw itself, and
// where it would hide another gosw on PATH.
func goswProgram(a *app.App, home toolchain.Home) string {
	exe, err := app.Executable()
	link := filepath.Join(home.Bin(), "gosw")
	info, statErr := os.Lstat(link)
	if err != nil || home == "" || runtime.GOOS == "windows" || statErr == nil && info.Mode()&fs.ModeSymlink == 0 {
		return ""
	}
	if LeadsTo(link, exe) {
		target, _ := os.Readlink(link)
		return target
	}
	for program := range GoswsBehind(a, home) {
		if LeadsTo(program, exe) {
			return program
		}
		return ""
	}
	return exe
}

// GoswsBehind returns the programs called gosw that PATH has besides that in the bin
// directory of the store at home.
func GoswsBehind(a *app.App, home toolchain.Home) iter.Seq[string] {
	bin, binErr := os.Stat(home.Bin())
	return func(yield func(string) bool) {
		for program := range fsx.OnPath(a.Getenv("PATH"), "gosw") {
			dir, err := os.Stat(filepath.Dir(program))
			if binErr == nil && err == nil && os.SameFile(bin, dir) {
				continue
			}
			if !yield(program) {
				return
			}
		}
	}
}

// LeadsTo reports whether program is exe, as [app.Executable] has it, or a link to it.
func LeadsTo(program, exe string) bool {
	physical, err := app.Resolve(program)
	return err == nil && physical == exe
}
