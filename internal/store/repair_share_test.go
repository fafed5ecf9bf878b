//go:build !windows

package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A kin is toolchains that share files: 1.22.4, 1.22.5 and 1.22.6, as hard links
// whatever the file system can do.
type kin struct {
	trees []*toyTree
	order []string // of the repairs
}

func newKin(t *testing.T) *kin {
	t.Helper()
	toy := newToyTree(t)
	toy.store.noClones.Store(true)
	k := &kin{trees: []*toyTree{toy}}
	for _, text := range []string{"1.22.5", "1.22.6"} {
		toy = toy.next(text)
		toy.add(t, text)
		k.trees = append(k.trees, toy)
	}
	return k
}

// repair repairs a tree as gosw does, with all who share its damage.
func (k *kin) repair(ctx context.Context, toy *toyTree, done map[*toyTree]bool) error {
	done[toy] = true
	means := toy.means()
	means.Sharer = func(ctx context.Context, other Sharer) error {
		for _, tree := range k.trees {
			if tree.version == other.Version && !done[tree] {
				k.order = append(k.order, fmt.Sprint(other.Version.Number(), " ", strings.Join(other.Paths, " ")))
				return k.repair(ctx, tree, done)
			}
		}
		return nil
	}
	toy.fetched = nil
	_, err := toy.store.Repair(ctx, toy.version, means)
	return err
}

// TestRepairSharers damages a file that three versions have: each finds it, and
// the repair of one fixes it for all, which share it again, with one download.
func TestRepairSharers(t *testing.T) {
	t.Parallel()
	const path = "src/p1/f1.go"
	for _, test := range []struct {
		name    string
		damage  func(t *testing.T, k *kin)
		found   []string // how many of the versions find what
		order   []string
		fetched int
	}{
		{"bit", func(t *testing.T, k *kin) { flip(t, k.trees[0].path(path), 3) },
			[]string{"changed " + path}, []string{"1.22.4 " + path, "1.22.6 " + path}, 1},
		{"mode", func(t *testing.T, k *kin) { must(t, os.Chmod(k.trees[0].path(path), 0o644)) },
			[]string{"mode " + path}, []string{"1.22.4 " + path, "1.22.6 " + path}, 0},
		{"two files, one not of all", func(t *testing.T, k *kin) {
			flip(t, k.trees[0].path(path), 3)
			flip(t, k.trees[1].path("src/new.go"), 3) // which 1.22.4 does not have
		}, []string{"changed src/new.go", "changed " + path}, []string{"1.22.4 " + path, "1.22.6 " + path}, 2},
		{"at another path, too", func(t *testing.T, k *kin) {
			must(t, os.Remove(k.trees[0].path("src/make.bash")), os.Link(k.trees[1].path(path), k.trees[0].path("src/make.bash")))
			flip(t, k.trees[1].path(path), 3)
		}, []string{"changed " + path}, []string{"1.22.4 " + path, "1.22.6 " + path}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			k := newKin(t)
			test.damage(t, k)
			if got := k.trees[1].verify(t); !slices.Equal(got, test.found) {
				t.Errorf("verify found %q, want %q", got, test.found)
			}
			must(t, k.repair(t.Context(), k.trees[1], make(map[*toyTree]bool)))
			if !slices.Equal(k.order, test.order) {
				t.Errorf("repaired %q, want %q", k.order, test.order)
			}
			fetched := 0
			for _, tree := range k.trees {
				fetched += len(tree.fetched)
				if got := tree.verify(t); len(got) > 0 {
					t.Errorf("%v after the repair: %q", tree.version, got)
				}
				if !same(t, tree, k.trees[1], path) || same(t, tree, k.trees[1], "VERSION") != (tree == k.trees[1]) {
					t.Errorf("%v does not share what it should", tree.version)
				}
			}
			if fetched != test.fetched {
				t.Errorf("%d files were fetched, want %d", fetched, test.fetched)
			}
			check(t, k.trees[0].store, "1.22.4", "1.22.5", "1.22.6")
		})
	}
}

// TestRepairSharerFails has a version that can't be repaired: the one that was
// asked for stays as it is, so that the next repair comes by both.
func TestRepairSharerFails(t *testing.T) {
	t.Parallel()
	k := newKin(t)
	flip(t, k.trees[0].path("src/go.mod"), 3)
	means := k.trees[1].means()
	failed := errors.New("failed")
	means.Sharer = func(context.Context, Sharer) error { return failed }
	report, err := k.trees[1].store.Repair(t.Context(), k.trees[1].version, means)
	if !errors.Is(err, failed) || report == nil || len(report.Tree) != 1 {
		t.Errorf("Repair = %+v, %v", report, err)
	}
	for _, tree := range k.trees {
		if got := tree.verify(t); len(got) != 1 {
			t.Errorf("%v: %q", tree.version, got)
		}
	}
	must(t, k.repair(t.Context(), k.trees[1], make(map[*toyTree]bool)))
	for _, tree := range k.trees {
		if got := tree.verify(t); len(got) > 0 {
			t.Errorf("%v after the repair: %q", tree.version, got)
		}
	}
}

// TestRepairFromOthers loses a tree but for its root: what others have is taken
// from them.
func TestRepairFromOthers(t *testing.T) {
	t.Parallel()
	k := newKin(t)
	toy := k.trees[1]
	for _, name := range []string{"src", "bin"} {
		must(t, os.RemoveAll(toy.path(name)))
	}
	must(t, k.repair(t.Context(), toy, make(map[*toyTree]bool)))
	if got := toy.verify(t); len(got) > 0 || len(toy.fetched) > 0 || len(k.order) > 0 {
		t.Errorf("after the repair: %q; fetched %q, repaired %q", got, toy.fetched, k.order)
	}
}

// TestSealShared has a shared file with another mode: that is not this tree's to
// change.
func TestSealShared(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "own"), nil, 0o600))
	root, err := os.OpenRoot(dir)
	must(t, err)
	defer root.Close()
	must(t, sealed(root), os.Link(filepath.Join(dir, "own"), filepath.Join(t.TempDir(), "other")), sealed(root), os.Chmod(filepath.Join(dir, "own"), 0o600))
	if err := sealed(root); err == nil || !strings.Contains(err.Error(), "seal own: shared") {
		t.Errorf("seal = %v", err)
	}
}

func sealed(root *os.Root) error {
	_, err := seal(root, false)
	return err
}
