package install

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/progress"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/web"
)

// installInto makes dir the GOROOT of one version, whole or not at all, and leaves the
// user's store alone. It is made in a store of its own beside dir, so what holds for a
// store holds here: one process at a time, nothing without its name before it is
// verified. What a killed process leaves there, the next one for dir uses or removes.
func installInto(ctx context.Context, a *app.App, options installOptions, dir string) error {
	if len(options.specs)+len(options.files) != 1 {
		return failure.Usage(errors.New("--into takes one version or file"), command.Hintf(`for example %v`, command.Gosw("install", "--into", dir, "1.22.5")))
	}
	if !filepath.IsAbs(dir) {
		here, err := a.WorkingDir()
		if err != nil {
			return err
		}
		dir = filepath.Join(here, dir)
	}
	dir = filepath.Clean(dir)
	beside := filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+".gosw")
	if err := vacant(dir); err != nil {
		return errors.Join(err, os.RemoveAll(beside)) // of one that was killed when all was done
	}
	st, err := a.StoreAt(toolchain.Home(beside), store.Write)
	if err != nil {
		return err
	}
	v, err := fillBeside(ctx, a, st, options)
	if err == nil {
		err = moveInto(st.Home().Dir(v), dir)
	}
	return errors.Join(err, fsx.Retry(func() error { return os.RemoveAll(beside) }))
}

// vacant makes sure that there is room for a directory called dir: nothing of that name,
// or an empty directory.
func vacant(dir string) error {
	hint := command.Hintf("name a directory that is empty, or that does not exist")
	info, err := os.Lstat(dir)
	switch {
	case toolchain.Missing(err):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return failure.WithHint(fmt.Errorf("install into %s: it is not a directory", term.Clean(dir)), hint)
	}
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) > 0 {
		err = failure.WithHint(fmt.Errorf("install into %s: it is not empty", term.Clean(dir)), hint)
	}
	return err
}

// fillBeside installs what options name into st, and returns its version.
func fillBeside(ctx context.Context, a *app.App, st *store.Store, options installOptions) (v gover.Version, err error) {
	in := &installer{app: a, store: st, path: toolchain.Path{st.Home()}, client: sync.OnceValues(a.Client)}
	in.shown = progress.Start(a.UI, "looking up releases")
	defer in.shown.Stop()
	if len(options.files) > 0 {
		local, err := fetch.OpenLocal(options.files[0])
		if err != nil {
			return v, err
		}
		local.Close()
		return local.Version, in.addFile(ctx, options.files[0], options.sum)
	}
	versions, err := cmdline.Select(web.WithRetries(ctx, in.shown.Retry), a, in.client, options.specs)
	if err != nil {
		return v, err
	}
	return versions[0], in.addAll(ctx, versions)
}

// moveInto gives the finished tree the name dir, which an empty directory may have.
func moveInto(tree, dir string) error {
	if info, err := os.Lstat(dir); err == nil && info.IsDir() {
		_ = os.Remove(dir) // if it is not empty any more, the rename fails
	}
	if err := fsx.Rename(tree, dir); err != nil {
		return err
	}
	return fsx.SyncDir(filepath.Dir(dir))
}
