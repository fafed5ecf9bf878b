//go:build !windows

package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/gosw/gosw/internal/tree"
)

// blind makes what is in toolchains/ impossible to look at, until it is called again:
// a link in its place leads back to itself.
func blind(t *testing.T, s *Store) (undo func()) {
	t.Helper()
	dir := s.Home().Toolchains()
	if err := errors.Join(os.Rename(dir, dir+".aside"), os.Symlink(dir, dir)); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if err := errors.Join(os.Remove(dir), os.Rename(dir+".aside", dir)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestErrorIsNoAbsence changes a store whose toolchains can't be looked at: whatever
// is asked of it is an error, and everything stays.
func TestErrorIsNoAbsence(t *testing.T) {
	t.Parallel()
	s := open(t)
	add(t, s, "1.21.0", "1.22.4")
	v := version(t, "1.22.4")
	// As if a repair had been killed between its renames: this is all that is left of v.
	grave := filepath.Join(s.staging(), v.String()+".1")
	if err := errors.Join(os.MkdirAll(filepath.Join(grave, graveTree), 0o755),
		os.Rename(s.Home().Dir(v), filepath.Join(grave, graveTree+asideSuffix))); err != nil {
		t.Fatal(err)
	}
	receipts := list(t, s.receipts())

	undo := blind(t, s)
	fill := func(context.Context, *os.Root, func() tree.Reuse) (*tree.Proof, error) {
		t.Error("it is installed anew")
		return nil, errors.New("test")
	}
	for name, call := range map[string]func() error{
		"Add":    func() error { _, err := s.Add(t.Context(), v, fill); return err },
		"add":    func() error { _, err := s.add(t.Context(), v, fill); return err },
		"Remove": func() error { _, err := s.Remove(t.Context(), v); return err },
		"remove": func() error { _, err := s.remove(t.Context(), v); return err },
		"Repair": func() error { _, err := s.Repair(t.Context(), v, Means{}); return err },
		"Verify": func() error { _, err := s.Verify(t.Context(), v); return err },
		"Relink": func() error { return s.Relink(t.Context()) },
		"Linked": func() error { _, err := s.Linked(); return err },
		"Tidy":   func() error { return s.Tidy(t.Context()) },
	} {
		if err := call(); err == nil || errors.Is(err, ErrNotInstalled) || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s = %v, want that it can't be known", name, err)
		}
	}
	if got := list(t, s.receipts()); !slices.Equal(got, receipts) {
		t.Errorf("receipts: %v, want %v", got, receipts)
	}
	undo()

	if err := s.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	check(t, s, "1.21.0", "1.22.4")
}

// TestReceiptOfAnother has a program that knows no lock put a toolchain in the place
// of the one that is being installed.
func TestReceiptOfAnother(t *testing.T) {
	t.Parallel()
	for _, plain := range []bool{false, true} {
		s := open(t)
		s.plain = plain
		v := version(t, "1.22.4")
		added, err := s.Add(t.Context(), v, func(ctx context.Context, root *os.Root, reuse func() tree.Reuse) (*tree.Proof, error) {
			other := filepath.Join(s.Home().Dir(v), "bin")
			if err := os.MkdirAll(other, 0o755); err != nil {
				return nil, err
			}
			return toy(v)(ctx, root, reuse)
		})
		if added != nil || !errors.Is(err, syscall.EEXIST) && !errors.Is(err, syscall.ENOTEMPTY) {
			t.Errorf("plain %v: Add = %v, %v; want that the name is taken", plain, added, err)
		}
		if got := list(t, s.receipts()); !slices.Equal(got, []string{"go1.22.4.json", "go1.22.4.sums"}) {
			t.Errorf("plain %v: receipts: %v", plain, got)
		}
	}
}
