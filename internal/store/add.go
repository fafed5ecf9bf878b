package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/tree"
)

// A Fill writes a complete toolchain, a GOROOT, into root and says how it was
// proven. It runs under the lock of its version: however many processes ask
// for one version, one of them fills. Reuse begins to read the toolchain to share
// files with, once, and waits for that; without one, whatever the reason, it
// returns nil.
type Fill func(ctx context.Context, root *os.Root, reuse func() tree.Reuse) (*tree.Proof, error)

// Add publishes toolchain v as fill makes it and returns its receipt; none without
// an error means that v was there already. On an error nothing is left
// behind, unless there is one: then v is there, and its links may not be.
func (s *Store) Add(ctx context.Context, v gover.Version, fill Fill) (added *Receipt, err error) {
	there, err := s.home.Has(v)
	if err != nil {
		return nil, err
	}
	doomed, err := s.doomed(v)
	if err != nil {
		return nil, err
	}
	if !there || len(doomed) > 0 {
		if err := s.create(ctx); err != nil {
			return nil, err
		}
		if added, err = s.add(ctx, v, fill); err != nil {
			return added, err
		}
	}
	// Also where v was there already: its links may not have been made.
	return added, s.Tidy(ctx)
}

// Tidy fixes what killed processes left: it sweeps leftovers, as far as nobody
// uses them, and makes the links what they should be.
func (s *Store) Tidy(ctx context.Context) error {
	s.sweep()
	return s.Relink(ctx)
}

func (s *Store) add(ctx context.Context, v gover.Version, fill Fill) (*Receipt, error) {
	release, err := s.lockAt(ctx, "install/lock", v.String(), "installing")
	if err != nil {
		return nil, err
	}
	defer release()
	if err := s.putBack(v); err != nil {
		return nil, err
	}
	if there, err := s.home.Has(v); there || err != nil { // another process was first
		return nil, err
	}
	tree, err := s.stage(v)
	if err != nil {
		return nil, err
	}
	receipt, err := s.build(ctx, v, tree, fill)
	if err == nil {
		err = context.Cause(ctx)
	}
	if err == nil {
		err = s.publish(v, tree, receipt)
	}
	if err != nil {
		return nil, errors.Join(err, fsx.Retry(func() error { return os.RemoveAll(tree) }))
	}
	// Who waits for v to verify it finds its links then.
	return receipt, s.Relink(ctx)
}

// stage makes an empty directory for v. What an earlier holder of v's lock left in
// staging is removed first: it may be needed space.
func (s *Store) stage(v gover.Version) (string, error) {
	err := s.do("install/clean", func() error { return s.removeStaged(v.String()) })
	err = s.unlessBusy(s.staging(), err)
	if err == nil {
		err = s.step("install/stage")
	}
	if err != nil {
		return "", err
	}
	return os.MkdirTemp(s.staging(), v.String()+".*")
}

// build has the tree filled and seals it. Nothing of it is open then: Windows
// renames no directory below which something is.
func (s *Store) build(ctx context.Context, v gover.Version, tree string, fill Fill) (*Receipt, error) {
	root, err := os.OpenRoot(tree)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if err := s.step("install/fill"); err != nil {
		return nil, err
	}
	receipt, err := s.fill(ctx, v, root, fill)
	if err != nil {
		return nil, nameRoot(root, err)
	}
	if err := receipt.check(); err != nil {
		return nil, fmt.Errorf("receipt of %v: %w", v, err)
	}
	if err := s.do("install/seal", func() error { return receipt.seal(root) }); err != nil {
		return nil, nameRoot(root, err)
	}
	return receipt, nil
}

// fill has the tree written below root, which may share files with a sibling.
func (s *Store) fill(ctx context.Context, v gover.Version, root *os.Root, fill Fill) (*Receipt, error) {
	var sibling *Sibling
	proof, err := fill(ctx, root, sync.OnceValue(func() tree.Reuse {
		if sibling = s.sibling(v, root); sibling == nil {
			return nil
		}
		return sibling.Reuse
	}))
	if err != nil {
		return nil, errors.Join(err, sibling.Close())
	}
	receipt := s.receipt(proof)
	if sibling != nil {
		receipt.Sibling = sibling.version
	}
	return receipt, sibling.Close()
}

// nameRoot adds to the error of a path below root where that is.
func nameRoot(root *os.Root, err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) && !filepath.IsAbs(path.Path) {
		return fmt.Errorf("%s: %w", root.Name(), err)
	}
	return err
}

// publish gives the finished tree its name. The receipt comes first, so that
// there is no toolchain without one; a receipt without its toolchain says
// nothing and is swept. If v can be there after all, as something that takes no
// lock may have put it there, so does the receipt stay. All of it is on the disk before the rename, and the
// rename is on the disk before the caller is told.
func (s *Store) publish(v gover.Version, tree string, receipt *Receipt) error {
	err := s.writeReceipt(v, receipt)
	if err == nil {
		err = s.do("install/sync", func() error { return s.syncTree(tree) })
	}
	if err == nil {
		err = s.do("install/rename", func() error { return s.giveName(v, tree) })
	}
	if err != nil {
		if there, hasErr := s.home.Has(v); there || hasErr != nil {
			return err
		}
		return errors.Join(err, s.removeReceipt(v))
	}
	return s.do("install/syncdir", func() error { return fsx.SyncDir(s.home.Toolchains()) })
}

// giveName renames tree to the place of v, which is free, or has the link by
// which processes that run from an uninstalled v still reach it. They find the
// same files in the new tree, so it simply takes the place of the link.
func (s *Store) giveName(v gover.Version, tree string) error {
	grave, err := s.graveOf(v)
	if err != nil {
		return err
	}
	if grave == "" {
		return s.renameNew(tree, s.home.Dir(v))
	}
	if err := s.step("install/revive"); err != nil {
		return err
	}
	if err := s.swap(tree, s.home.Dir(v)); err != nil {
		return err
	}
	_ = fsx.Remove(tree) // the link; v is there now, and a sweep takes what is left
	return nil
}
