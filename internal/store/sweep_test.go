package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gosw/gosw/internal/tree"
)

// TestSweep has what killed processes may leave, and what living ones need.
func TestSweep(t *testing.T) {
	t.Parallel()
	s := open(t)
	add(t, s, "1.22.4")
	plant := func(path string) {
		t.Helper()
		file := filepath.Join(string(s.Home()), path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, nil, 0o444)); err != nil {
			t.Fatal(err)
		}
	}
	plant("staging/go1.22.4.123/bin/go")
	plant("staging/go1.21.0.456/bin/go")
	plant("staging/go1.20.789/bin/go")
	plant("staging/go1.21.0.457") // a receipt that was not yet in its place
	plant("staging/store.12")
	plant("receipts/go1.21.0.json")
	plant("receipts/go1.21.0.sums")
	plant("staging/go1.23.0.1/VERSION")                                                         // its process lives
	foreign := []string{"go1.21.9.linux-amd64", "go1.22.4.007", "go1.22.4.tgz", "store.backup"} // names that gosw never gives
	for _, name := range foreign {
		plant(filepath.Join("staging", name, "x"))
	}
	release, err := s.lock(t.Context(), "go1.23.0", "test")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(
		os.Remove(filepath.Join(s.Home().Bin(), "go1.22.4")),
		os.Symlink("../toolchains/go1.9/bin/go", filepath.Join(s.Home().Bin(), "go1.9")),
		os.Remove(filepath.Join(s.Home().Toolchains(), "1.22")),
		os.Symlink("go1.22.3", filepath.Join(s.Home().Toolchains(), "1.22")),
	); err != nil {
		t.Fatal(err)
	}
	plant("bin/go1.8") // somebody's own file

	v := version(t, "1.22.4")
	if _, err := s.Add(t.Context(), v, toy(v)); err != nil {
		t.Fatal(err)
	}
	if got, want := list(t, s.staging()), append(foreign, "go1.23.0.1"); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("staging has %v, want %v", got, want)
	}
	for _, name := range foreign {
		if err := os.RemoveAll(filepath.Join(s.staging(), name)); err != nil {
			t.Fatal(err)
		}
	}
	release()
	if _, err := s.Add(t.Context(), v, toy(v)); err != nil {
		t.Fatal(err)
	}
	check(t, s, "1.22.4")
	if got := list(t, s.Home().Bin()); !slices.Equal(got, []string{"go1.22.4", "go1.8"}) {
		t.Errorf("bin has %v", got)
	}
}

// TestPutBack has an exchange in steps cut short at the moment in which nothing
// has the name: the next change of the store brings the toolchain back.
func TestPutBack(t *testing.T) {
	t.Parallel()
	for name, heal := range map[string]func(*Store) error{
		"install of it": func(s *Store) error {
			_, err := s.Add(t.Context(), version(t, "1.22.4"), func(context.Context, *os.Root, func() tree.Reuse) (*tree.Proof, error) {
				return nil, errors.New("downloaded again")
			})
			return err
		},
		"any change": func(s *Store) error { return s.Tidy(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			add(t, s, "1.22.4")
			grave := filepath.Join(s.staging(), "go1.22.4.1")
			if err := errors.Join(
				os.MkdirAll(filepath.Join(grave, graveTree), 0o755),
				os.Rename(s.Home().Dir(version(t, "1.22.4")), filepath.Join(grave, graveTree+asideSuffix)),
			); err != nil {
				t.Fatal(err)
			}
			if err := heal(s); err != nil {
				t.Fatal(err)
			}
			check(t, s, "1.22.4")
		})
	}
}

// TestSwapCutShort has an exchange in steps cut short when the link has the name,
// and the tree is not yet in its grave. Nothing is left of it, not even the link.
func TestSwapCutShort(t *testing.T) {
	t.Parallel()
	s := open(t)
	add(t, s, "1.22.4", "1.22.5")
	v := version(t, "1.22.5")
	grave := filepath.Join(s.staging(), "go1.22.5.1")
	tree := filepath.Join(grave, graveTree)
	if err := errors.Join(
		os.Mkdir(grave, 0o755),
		os.Rename(s.Home().Dir(v), tree+asideSuffix),
		os.Symlink(graveLink(grave), s.Home().Dir(v)),
		s.putBack(v),
	); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(s.Home().Dir(v), "bin", "go")); err != nil {
		t.Errorf("who runs from it does not reach it: %v", err)
	}
	// One that lost its grave altogether, as by a hand that tidied up.
	if err := errors.Join(os.RemoveAll(grave), s.Tidy(t.Context())); err != nil {
		t.Fatal(err)
	}
	check(t, s, "1.22.4")
	if got := list(t, s.Home().Toolchains()); !slices.Equal(got, []string{"1.22", "go1.22.4", "latest"}) {
		t.Errorf("toolchains has %v", got)
	}
}
