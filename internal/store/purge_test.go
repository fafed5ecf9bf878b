package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestPurge deletes all that gosw has made, also closed directories, and nothing
// else; a link in the store is not followed.
func TestPurge(t *testing.T) {
	t.Parallel()
	for _, mine := range []string{"", "bin/mine", "notes"} {
		s := open(t)
		if all, err := s.Purge(t.Context()); !all || err != nil {
			t.Errorf("a store that is not there: %v, %v", all, err)
		}
		add(t, s, "1.22.4", "1.22.5")
		shim := filepath.Join(t.TempDir(), "gosw-shim")
		programs := map[string]string{"go": shim, "gofmt": shim, "gosw": shim}
		outside := filepath.Join(t.TempDir(), "file")
		err := errors.Join(s.Shim(t.Context(), programs), os.WriteFile(outside, nil, 0o600),
			os.Symlink(filepath.Dir(outside), filepath.Join(s.Home().Toolchains(), "mine")),
			os.Chmod(filepath.Join(s.Home().Toolchains(), "go1.22.4"), 0o500))
		if mine != "" {
			err = errors.Join(err, os.WriteFile(filepath.Join(string(s.Home()), mine), nil, 0o600))
		}
		if err != nil {
			t.Fatal(err)
		}
		if all, err := s.Purge(t.Context()); all != (mine == "") || err != nil {
			t.Errorf("%q: %v, %v", mine, all, err)
		}
		want := map[string][]string{"": nil, "bin/mine": {"bin"}, "notes": {"notes"}}[mine]
		if left := list(t, string(s.Home())); !slices.Equal(left, want) {
			t.Errorf("%q: it left %q", mine, left)
		}
		if _, err := os.Stat(outside); err != nil {
			t.Error(err)
		}
	}
}

// TestUnshim takes away what leads to a gosw that goes, and only that.
func TestUnshim(t *testing.T) {
	t.Parallel()
	s := open(t)
	programs := map[string]string{"go": "/old/gosw-shim", "gofmt": "/old/gosw-shim"}
	if err := s.Unshim(t.Context(), programs); err != nil {
		t.Errorf("a store that is not there: %v", err)
	}
	add(t, s, "1.22.4")
	other := filepath.Join(s.Home().Bin(), "gofmt")
	if err := errors.Join(s.Shim(t.Context(), programs), os.Remove(other), os.Symlink("/other/gosw-shim", other)); err != nil {
		t.Fatal(err)
	}
	if err := s.Unshim(t.Context(), programs); err != nil {
		t.Error(err)
	}
	if left := list(t, s.Home().Bin()); !slices.Equal(left, []string{"go1.22.4", "gofmt"}) {
		t.Errorf("it left %q", left)
	}
}
