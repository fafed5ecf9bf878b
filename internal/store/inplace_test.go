package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// fixed is the hook of a store whose trees can't be moved.
func fixed(step string) error {
	if step == "uninstall/rename" || step == "repair/exchange" {
		return syscall.EXDEV
	}
	return nil
}

// TestRemoveInPlace removes what can't be moved, and is cut short in its middle: who
// comes next finishes that, whatever it is for, and spares what is installed then.
func TestRemoveInPlace(t *testing.T) {
	t.Parallel()
	if !linksSupported {
		t.Skip("everything can be moved there")
	}
	v := version(t, "1.22.4")
	for name, next := range map[string]func(*Store) error{
		"sweep":  func(s *Store) error { s.sweep(); return s.Relink(t.Context()) },
		"remove": func(s *Store) error { _, err := s.Remove(t.Context(), v); return err },
		"repair": func(s *Store) error {
			_, err := s.Repair(t.Context(), v, Means{})
			if !errors.Is(err, ErrNotInstalled) {
				return errors.Join(errors.New("repaired"), err)
			}
			return nil
		},
		"install": func(s *Store) error {
			if added, err := s.Add(t.Context(), v, toy(v)); added == nil || err != nil {
				return errors.Join(errors.New("not added"), err)
			}
			s.sweep()
			if s.lacks(v) {
				return errors.New("gone again")
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			add(t, s, "1.21.0", "1.22.4")
			cut := errors.New("cut short")
			s.Step = func(step string) error {
				if step == "uninstall/delete" {
					_ = os.RemoveAll(filepath.Join(s.home.Dir(v), "bin"))
					return cut
				}
				if strings.HasPrefix(step, "sweep/") || strings.HasPrefix(step, "link/") {
					return cut
				}
				return fixed(step)
			}
			// As a kill would leave it: Remove itself sweeps in the end.
			release, err := s.lock(t.Context(), v.String(), "uninstall")
			must(t, err)
			grave, err := s.dig(v)
			must(t, err)
			err = s.deleteInPlace(v, grave)
			release()
			if !errors.Is(err, cut) || !strings.Contains(err.Error(), "deleted in part") || s.lacks(v) {
				t.Fatalf("deleteInPlace = %v", err)
			}
			s.Step = fixed
			if err := next(s); err != nil {
				t.Error(err)
			}
			if name == "install" {
				check(t, s, "1.21.0", "1.22.4")
			} else {
				check(t, s, "1.21.0")
			}
			if left := list(t, s.staging()); len(left) > 0 {
				t.Errorf("staging has %v", left)
			}
		})
	}
}
