package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/goroot"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/tree"
)

// An overlay, as a container has it, renames no directory of a lower layer: it says
// EXDEV. So a tree from there can be neither moved to its grave nor exchanged. It is
// deleted where it lies, and repaired file by file. Neither is one step.

// doomedMark is the name of a file in a grave. It says that the version goes, whatever
// its name still leads to: who takes the lock of the version finishes that.
const doomedMark = "doomed"

// An InUseError says that a process runs from a toolchain that can only be deleted at
// once.
type InUseError struct {
	Version gover.Version
	Process Process
}

func (e *InUseError) Error() string {
	return fmt.Sprintf("uninstall %v: process %d (%s) runs from it, and this file system can't keep its files for that",
		e.Version, e.Process.ID, e.Process.Command)
}

// deleteInPlace deletes the tree of v where it lies, after it has left a mark in grave
// by which that is finished if it is cut short. The caller holds the lock of v.
func (s *Store) deleteInPlace(v gover.Version, grave string) error {
	users, err := s.Users(v)
	if err != nil {
		return err
	}
	if len(users[v]) > 0 {
		return &InUseError{v, users[v][0]}
	}
	err = s.do("uninstall/mark", func() error {
		err := os.WriteFile(filepath.Join(grave, doomedMark), nil, 0o644)
		return errors.Join(err, fsx.SyncDir(grave), fsx.SyncDir(s.staging()))
	})
	if err == nil {
		err = s.do("uninstall/delete", func() error { return s.finishDoomed(v, grave) })
	}
	if err != nil {
		return fmt.Errorf("uninstall %v, which is deleted in part, and in whole by the next change of the store: %w", v, err)
	}
	return nil
}

// finishDoomed deletes what is left of v, its programs first, and then the mark: before
// v can be installed again.
func (s *Store) finishDoomed(v gover.Version, grave string) error {
	trees, err := os.OpenRoot(s.home.Toolchains())
	if err != nil {
		return err
	}
	defer trees.Close()
	for _, part := range []string{filepath.Join(v.String(), "bin"), v.String()} {
		if err := removeAll(trees, part); err != nil {
			return err
		}
	}
	if err := fsx.SyncDir(s.home.Toolchains()); err != nil {
		return err
	}
	return os.Remove(filepath.Join(grave, doomedMark))
}

// doomed returns the graves that have the mark of v.
func (s *Store) doomed(v gover.Version) (graves []string, err error) {
	all, err := s.graves(v)
	for _, grave := range all {
		free, lookErr := lookFor(filepath.Join(grave, doomedMark))
		if !free && lookErr == nil {
			graves = append(graves, grave)
		}
		err = errors.Join(err, lookErr)
	}
	return graves, err
}

// replace puts the new files, in the tree at from, into the tree as it stands, each in
// one step, takes out what is no part of the release, and proves the whole.
func (r *repair) replace(ctx context.Context, from string) error {
	dir := r.store.home.Dir(r.report.Version)
	m, err := tree.ParseManifest(r.receipt.Sums)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	findings := tree.CompareManifest(r.report.tree, m)
	for _, f := range findings { // before anything is reached by a link of somebody's
		if f.Kind == tree.Type {
			err = errors.Join(err, removeAll(root, f.Path))
		}
	}
	for _, d := range m.Dirs() {
		err = errors.Join(err, mendDir(root, filepath.FromSlash(d)))
	}
	for _, f := range findings {
		switch staged := filepath.Join(from, filepath.FromSlash(f.Path)); {
		case err != nil:
			return err
		case f.Kind == tree.Extra:
			if err = removeAll(root, strings.TrimSuffix(f.Path, "/")); toolchain.Missing(err) { // as what it was in
				err = nil
			}
		case isFile(staged):
			err = os.Rename(staged, filepath.Join(dir, filepath.FromSlash(f.Path)))
		}
	}
	if err == nil {
		err = r.store.syncTree(dir)
	}
	if err != nil {
		return err
	}
	return r.prove(ctx, dir)
}

// mendDir makes the directory name of root, or gives it the rights that it should have.
func mendDir(root *os.Root, name string) error {
	info, err := root.Lstat(name)
	if err == nil && info.Mode()&tree.Rights == goroot.DirMode {
		return nil
	}
	return errors.Join(root.MkdirAll(name, goroot.DirMode), root.Chmod(name, goroot.DirMode))
}

func isFile(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular()
}
