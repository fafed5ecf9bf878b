package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/tree"
)

// Means are how a repair gets what the store does not have any more.
type Means struct {
	// Check reports whether a receipt's record proves its h1.
	Check func(*Receipt) error
	// Prove returns a new proof of the version, without Sums.
	Prove func(context.Context) (*tree.Proof, error)
	// Files puts files, each proven by its sum, into root.
	Files func(ctx context.Context, root *os.Root, files []tree.File) error
	// Fill is as in Add: it is called where the manifest is lost.
	Fill Fill
	// Sharer is called with each other toolchain that shares a damaged file,
	// before the one that is asked for is fixed. It should repair that, too; if it
	// returns an error nothing is fixed, or else nobody would know of it the next
	// time. It may be nil.
	Sharer func(ctx context.Context, other Sharer) error
}

// Repair brings v back to what was proven and returns what was wrong: nothing,
// if the Report is clean and the receipt's record holds.
//
// It builds a whole tree beside the old one, of links to the files that have
// just been verified and of new copies of the others, proves it again, and
// exchanges the two in one step: a go that runs meanwhile finds each path at
// any time. A file that was damaged is never written to, as other trees may
// share it. The old tree goes when no process runs from it any more.
//
// Where a tree can't be exchanged, as on an overlay, the new files alone take the
// places of the damaged ones, each in one step.
func (s *Store) Repair(ctx context.Context, v gover.Version, means Means) (*Report, error) {
	if err := s.mustHave(v); err != nil {
		return nil, fmt.Errorf("repair %v: %w", v, err)
	}
	if err := s.create(ctx); err != nil {
		return nil, err
	}
	report, err := s.lockAndRepair(ctx, v, means)
	return report, errors.Join(err, s.Tidy(ctx))
}

func (s *Store) lockAndRepair(ctx context.Context, v gover.Version, means Means) (*Report, error) {
	release, report, err := s.lockAndVerify(ctx, v)
	if err != nil {
		return nil, err
	}
	defer func() { release() }()
	sharers, err := s.sharers(report)
	if err != nil {
		return nil, err
	}
	if len(sharers) > 0 && means.Sharer != nil {
		// They take their own locks, and who holds two could wait for ever. v is
		// last, and not before all of them, so that whoever repairs it again after
		// a kill or a failure comes by here again.
		release()
		release = func() {}
		for _, other := range sharers {
			if err := means.Sharer(ctx, other); err != nil {
				return report, fmt.Errorf("repair %v: it shares a damaged file with %v: %w", v, other.Version, err)
			}
		}
		if release, report, err = s.lockAndVerify(ctx, v); err != nil {
			release = func() {}
			return nil, err
		}
	}
	r := &repair{store: s, means: means, report: report}
	return report, r.run(ctx)
}

// run fixes what the report says.
func (r *repair) run(ctx context.Context) error {
	if err := r.chooseProof(ctx); err != nil {
		return err
	}
	if len(r.findings) > 0 || r.receipt.Sums == nil {
		return r.exchange(ctx)
	}
	return r.writeReceipt()
}

// lockAndVerify takes the lock of v to repair it, and finds out what is wrong.
func (s *Store) lockAndVerify(ctx context.Context, v gover.Version) (release func(), report *Report, err error) {
	if release, err = s.lockAt(ctx, "repair/lock", v.String(), "repairing"); err != nil {
		return nil, nil, err
	}
	if err = s.putBack(v); err == nil {
		err = s.checkOwn(v)
	}
	if err == nil {
		report, err = s.verify(ctx, v)
	}
	if err != nil {
		release()
		return nil, nil, err
	}
	return release, report, nil
}

// A repair is one of a version, whose lock it holds.
type repair struct {
	store    *Store
	means    Means
	report   *Report
	receipt  *Receipt       // that is proven; without Sums if all must be fetched
	findings []tree.Finding // about the tree, by the manifest of receipt
	rewrite  bool           // the receipt or manifest in the store is not that one
	partial  bool           // only what is damaged is made anew, to be put in its place file by file
}

// chooseProof finds the receipt to go by: the one that is there if its record
// proves it, else a new one. Then it looks for the manifest that hashes to the
// proven h1: the one that is there, or the one that the tree makes.
func (r *repair) chooseProof(ctx context.Context) error {
	report := r.report
	old := report.Receipt
	usable := old != nil && old.Format == Format && old.Version == report.Version && r.means.Check(old) == nil
	if usable {
		r.receipt = old
	} else {
		err := r.store.do("repair/proof", func() error {
			proof, err := r.means.Prove(ctx)
			if err == nil {
				r.receipt = r.store.receipt(proof)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	r.rewrite = !usable || slices.ContainsFunc(report.Store, ofReceipt)
	r.receipt.Sums = report.manifestOf(r.receipt.H1)
	r.findings = report.Tree
	if r.receipt.Sums == nil || bytes.Equal(r.receipt.Sums, report.against) {
		return nil
	}
	m, err := tree.ParseManifest(r.receipt.Sums)
	r.findings = tree.CompareManifest(report.tree, m)
	return err
}

// ofReceipt reports whether a finding is about the receipt or the manifest.
func ofReceipt(f tree.Finding) bool { return strings.HasPrefix(f.Path, "receipts/") }

func (r *repair) writeReceipt() error {
	if !r.rewrite {
		return nil
	}
	return r.store.writeReceipt(r.report.Version, r.receipt)
}

// exchange builds a tree and puts it in the place of the old one.
func (r *repair) exchange(ctx context.Context) error {
	s, v := r.store, r.report.Version
	grave, err := r.stage(v)
	if err != nil {
		return err
	}
	tree := filepath.Join(grave, graveTree)
	r.partial = r.receipt.Sums != nil && onOverlay(s.home.Dir(v))
	err = r.build(ctx, tree)
	if err == nil {
		err = r.writeReceipt()
	}
	if err == nil {
		err = s.do("repair/datasync", func() error { return s.syncTree(tree) })
	}
	if err == nil {
		err = s.do("repair/exchange", func() error {
			if err := mendMode(s.home.Dir(v)); err != nil || r.partial {
				return cmp.Or(err, error(syscall.EXDEV))
			}
			return s.swap(tree, s.home.Dir(v))
		})
	}
	if errors.Is(err, syscall.EXDEV) {
		if err = s.do("repair/replace", func() error { return r.replace(ctx, tree) }); err != nil {
			err = fmt.Errorf("repair %v, of which a part is repaired: %w", v, err)
		}
	}
	if err != nil {
		// Not what else may be there: an exchange in steps puts the old tree aside.
		return errors.Join(err, s.discard(filepath.Join(filepath.Base(grave), graveTree)), fsx.Remove(grave))
	}
	if err := s.do("repair/sync", func() error { return fsx.SyncDir(s.home.Toolchains()) }); err != nil {
		return err
	}
	// It lies there like an uninstalled tree: it goes when nothing runs from it.
	err = s.do("repair/delete", func() error { return fsx.Retry(func() error { return s.bury(v, grave) }) })
	return s.unlessBusy(grave, err)
}

// stage makes the directory in which the new tree is built, and the old one ends.
func (r *repair) stage(v gover.Version) (grave string, err error) {
	if err := r.store.step("repair/stage"); err != nil {
		return "", err
	}
	if grave, err = os.MkdirTemp(r.store.staging(), v.String()+".*"); err != nil {
		return "", err
	}
	return grave, os.Mkdir(filepath.Join(grave, graveTree), 0o755)
}

// build makes the tree and proves it.
func (r *repair) build(ctx context.Context, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if r.receipt.Sums == nil {
		err = r.store.do("repair/fill", func() error {
			proof, err := r.means.Fill(ctx, root, func() tree.Reuse { return nil })
			if err != nil {
				return err
			}
			r.receipt, r.rewrite = r.store.receipt(proof), true
			return r.receipt.check()
		})
	} else {
		err = r.assemble(ctx, root, dir)
	}
	if err == nil {
		err = r.store.do("repair/seal", func() error {
			if r.partial {
				_, err := seal(root, false)
				return err
			}
			return r.receipt.seal(root)
		})
	}
	if err != nil {
		return nameRoot(root, err)
	}
	if r.partial { // each of its files is proven, and all are again when they have their places
		return nil
	}
	return r.prove(ctx, dir)
}

// prove compares the whole new tree with its manifest.
func (r *repair) prove(ctx context.Context, dir string) error {
	m, err := tree.ParseManifest(r.receipt.Sums)
	if err != nil {
		return fmt.Errorf("manifest of %v: %w", r.report.Version, err)
	}
	again, err := tree.Sealed(ctx, dir)
	if err != nil {
		return err
	}
	if findings := tree.CompareManifest(again, m); len(findings) > 0 {
		f := findings[0]
		return fmt.Errorf("repair %v: %s %s in the new tree", r.report.Version, f.Kind, f.Path)
	}
	return nil
}
