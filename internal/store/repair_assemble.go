package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/goroot"
)

// assemble makes the tree from the files that are as proven, and new ones.
func (r *repair) assemble(ctx context.Context, root *os.Root, tree string) error {
	m, err := parseManifest(r.receipt.Sums)
	if err != nil {
		return fmt.Errorf("manifest of %v: %w", r.report.Version, err)
	}
	for _, dir := range m.dirs() {
		if err := root.MkdirAll(filepath.FromSlash(dir), 0o755); err != nil {
			return err
		}
	}
	kinds := make(map[string]Kind)
	for _, f := range r.findings {
		if f.Kind != Mode || kinds[f.Path] == "" {
			kinds[f.Path] = f.Kind
		}
	}
	if err := r.store.step("repair/link"); err != nil {
		return err
	}
	lost, err := r.gather(ctx, m.entries, kinds, root, tree)
	if err != nil || len(lost) == 0 {
		return err
	}
	return r.store.do("repair/fetch", func() error { return r.means.Files(ctx, root, lost) })
}

// gather puts the files into the tree that are to be had here: those of the old
// tree that are as proven, and others from toolchains that have the same content.
// It returns the files that are not.
func (r *repair) gather(ctx context.Context, files []File, kinds map[string]Kind, root *os.Root, tree string) ([]File, error) {
	others := &sources{store: r.store, version: r.report.Version, root: root}
	defer others.close()
	into, err := openHandle(root)
	if err != nil {
		return nil, err
	}
	defer func() { _ = into.close() }()
	var lost []File
	for _, f := range files {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		kind := kinds[f.Path]
		switch {
		case kind == "":
			err = r.reuse(f.Path, tree, into)
		case others.take(f):
		case kind == Mode:
			// Somebody who could change that may have the file open for writing.
			err = r.copyOld(f.Path, tree)
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
func (r *repair) reuse(path, tree string, into *handle) error {
	from := filepath.Join(r.store.home.Dir(r.report.Version), filepath.FromSlash(path))
	// Not on macOS: see [handle.link].
	if runtime.GOOS == "linux" && os.Link(from, filepath.Join(tree, filepath.FromSlash(path))) == nil {
		return nil
	}
	src, err := openRaw(from)
	if err != nil {
		return err
	}
	defer src.close()
	if into.clone(src, path) == nil {
		return nil
	}
	return r.copyOld(path, tree)
}

// maxOld bounds a file of a tree, in bytes; none of Go's has a tenth of it.
const maxOld = 1 << 30

// copyOld puts a copy of a file of the old tree into the new one.
func (r *repair) copyOld(path, tree string) error {
	data, err := fsx.Read(filepath.Join(r.store.home.Dir(r.report.Version), filepath.FromSlash(path)), maxOld, fsx.NoFollow)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(tree, filepath.FromSlash(path)), data, goroot.Mode(path)|0o200)
}
