package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/goroot"
	"github.com/gosw/gosw/internal/tree"
)

// assemble makes the tree from the files that are as proven, and new ones.
func (r *repair) assemble(ctx context.Context, root *os.Root, dir string) error {
	m, err := tree.ParseManifest(r.receipt.Sums)
	if err != nil {
		return fmt.Errorf("manifest of %v: %w", r.report.Version, err)
	}
	for _, d := range m.Dirs() {
		if err := root.MkdirAll(filepath.FromSlash(d), 0o755); err != nil {
			return err
		}
	}
	kinds := make(map[string]tree.Kind)
	for _, f := range r.findings {
		if f.Kind != tree.Mode || kinds[f.Path] == "" {
			kinds[f.Path] = f.Kind
		}
	}
	if err := r.store.step("repair/link"); err != nil {
		return err
	}
	lost, err := r.gather(ctx, m.Files, kinds, root, dir)
	if err != nil || len(lost) == 0 {
		return err
	}
	return r.store.do("repair/fetch", func() error { return r.means.Files(ctx, root, lost) })
}

// gather puts the files into the tree that are to be had here: those of the old
// tree that are as proven, and others from toolchains that have the same content.
// It returns the files that are not.
func (r *repair) gather(ctx context.Context, files []tree.File, kinds map[string]tree.Kind, root *os.Root, dir string) ([]tree.File, error) {
	others := &sources{store: r.store, version: r.report.Version, root: root}
	defer others.close()
	into, err := openHandle(root)
	if err != nil {
		return nil, err
	}
	defer func() { _ = into.Close() }()
	var lost []tree.File
	for _, f := range files {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		kind := kinds[f.Path]
		switch {
		case kind == "" && r.partial: // it stays
		case kind == "":
			err = r.reuse(f.Path, dir, into)
		case others.take(f):
		case kind == tree.Mode:
			// Somebody who could change that may have the file open for writing.
			err = r.copyOld(f.Path, dir)
		default:
			lost = append(lost, f)
		}
		if err != nil {
			return nil, err
		}
	}
	return lost, nil
}

// reuse puts a file of the old tree, which was just verified, into the new one:
// the file itself or, where that can't be, a clone or copy. Who shares it goes on
// to share it.
func (r *repair) reuse(path, dir string, into *handle) error {
	from := filepath.Join(r.store.home.Dir(r.report.Version), filepath.FromSlash(path))
	// Not on macOS: see [handle.link].
	if runtime.GOOS == "linux" && os.Link(from, filepath.Join(dir, filepath.FromSlash(path))) == nil {
		return nil
	}
	old, err := openTree(r.store.home.Dir(r.report.Version))
	if err != nil {
		return err
	}
	defer func() { _ = old.Close() }()
	src, err := old.Open(path)
	if err != nil {
		return err
	}
	defer src.Close()
	if into.clone(src, path) == nil {
		return nil
	}
	return r.copyOld(path, dir)
}

// maxOld bounds a file of a tree, in bytes; none of Go's has a tenth of it.
const maxOld = 1 << 30

// copyOld puts a copy of a file of the old tree into the new one.
func (r *repair) copyOld(path, dir string) error {
	data, err := fsx.Read(filepath.Join(r.store.home.Dir(r.report.Version), filepath.FromSlash(path)), maxOld, fsx.NoFollow)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, filepath.FromSlash(path)), data, goroot.Mode(path)|0o200)
}
