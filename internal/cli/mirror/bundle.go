package mirror

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/mirror"
)

// Bundle is "gosw bundle".
func Bundle(a *app.App) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "bundle FILE VERSION…",
		Short: "Pack Go versions into one file to carry away",
		Long: `Bundle writes a tar file with each VERSION and the part of the checksum database
that verifies it, for machines without a network. There, "gosw install --from FILE"
installs from it, "gosw mirror DIR --from FILE" adds it to a mirror, and plain go
takes it unpacked as GOPROXY=file://DIR. Nobody has to trust FILE: a changed one
is refused. The same versions give the same bytes until the database is asked
again. "sha256sum -c SHA256SUMS" finds what was damaged on the way.`,
		Example: `  gosw bundle go.tar 1.26 1.27
  gosw bundle go.tar 1.27.4 --platform windows/amd64`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.parse(a, cmd, args, "a file to write"); err != nil {
				return err
			}
			if len(args) == 1 && a.From == "" && !o.fromStore {
				return failure.Usage(errors.New("bundle needs a version"), cmdline.HelpHint(cmd))
			}
			return bundle(cmd.Context(), a, args[0], o)
		},
		ValidArgsFunction: completeAfterPath(a, cobra.ShellCompDirectiveDefault),
	}
	o.flags(a, cmd)
	return cmd
}

// bundle makes a tree beside the file, packs it, and gives the file its name.
func bundle(ctx context.Context, a *app.App, file string, o options) (err error) {
	w, err := newWriter(a, o)
	if err != nil {
		return err
	}
	defer w.close()
	dir := bundleDir(file)
	if err := fsx.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	unlock, err := lock(ctx, a, filepath.Join(dir, lockName), term.Clean(file), "writing")
	if err != nil {
		return err
	}
	work, temp := filepath.Join(dir, "tree"), filepath.Join(dir, "bundle.tar")
	defer func() {
		err = errors.Join(err, os.RemoveAll(work), os.RemoveAll(temp), removeLocked(dir, unlock))
	}()
	if err := os.RemoveAll(work); err != nil { // of one that was killed
		return err
	}
	tree, err := mirror.Open(work, mirror.Proxy, w.db)
	if err != nil {
		return err
	}
	tree.Step = a.Inv.Step
	result, err := w.update(ctx, tree)
	if err != nil {
		return err
	}
	size, err := writeBundle(tree, temp, file)
	if err == nil {
		a.UI.Note("wrote %s (%s, %s, with %d records of %s)", term.Clean(file), term.Size(size), count(len(result.Added), "release"), result.Head.N, w.db.Name())
	}
	return err
}

// lockName is the lock of a directory that a bundle is made in.
const lockName = ".lock"

// removeLocked removes dir, in which there is the lock only, and unlocks it. Windows
// removes no file that is open: there, whoever has the lock by then keeps both.
func removeLocked(dir string, unlock func()) error {
	if runtime.GOOS == "windows" {
		unlock()
		_ = os.Remove(filepath.Join(dir, lockName))
		_ = os.Remove(dir)
		return nil
	}
	defer unlock()
	return os.RemoveAll(dir)
}

func writeBundle(tree *mirror.Tree, temp, file string) (size int64, err error) {
	f, err := os.Create(temp)
	if err != nil {
		return 0, err
	}
	if err = tree.Bundle(f); err == nil {
		size, err = f.Seek(0, 1)
	}
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return 0, err
	}
	if err := fsx.Rename(temp, file); err != nil {
		return 0, err
	}
	return size, fsx.SyncDir(filepath.Dir(file))
}
