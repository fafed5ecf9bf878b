package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/tree"
)

func TestAdd(t *testing.T) {
	t.Parallel()
	s := open(t)
	add(t, s, "1.22.4", "1.22.12", "1.21.13", "1.23rc1")
	check(t, s, "1.22.4", "1.22.12", "1.21.13", "1.23rc1")

	v := version(t, "1.22.4")
	added, err := s.Add(t.Context(), v, func(context.Context, *os.Root, func() tree.Reuse) (*tree.Proof, error) {
		t.Error("filled again")
		return nil, errors.New("filled again")
	})
	if added != nil || err != nil {
		t.Errorf("second Add = %v, %v; want nil, nil", added, err)
	}
	for path, want := range map[string]string{
		"toolchains/1.22":   "go1.22.12",
		"toolchains/1.21":   "go1.21.13",
		"toolchains/latest": "go1.22.12",
		"bin/go1.22.4":      "../toolchains/go1.22.4/bin/go",
		"bin/go1.23rc1":     "../toolchains/go1.23rc1/bin/go",
	} {
		if got, err := os.Readlink(filepath.Join(string(s.Home()), path)); got != want {
			t.Errorf("%s -> %q, %v; want %q", path, got, err, want)
		}
	}
	if _, err := os.Lstat(filepath.Join(s.Home().Toolchains(), "1.23")); err == nil {
		t.Error("a release candidate made a line link")
	}
}

func TestSeal(t *testing.T) {
	t.Parallel()
	s := open(t)
	add(t, s, "1.22.4")
	for path, want := range map[string]fs.FileMode{
		"": 0o755, "bin": 0o755, "VERSION": 0o444, "bin/go": 0o555, "src/a.go": 0o444,
	} {
		info, err := os.Stat(filepath.Join(s.Home().Dir(version(t, "1.22.4")), path))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%q has mode %v, %v; want %v", path, info.Mode().Perm(), err, want)
		}
	}
}

// TestAddRefuses has a fill that goes wrong in each row: nothing may be left.
func TestAddRefuses(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		fill func(*os.Root, *tree.Proof) error
		want string
	}{
		"error after writing": {func(*os.Root, *tree.Proof) error { return broken }, "broken"},
		"symbolic link":       {func(r *os.Root, _ *tree.Proof) error { return r.Symlink("/etc/passwd", "x") }, "not a regular file"},
		"manifest not of h1":  {func(_ *os.Root, r *tree.Proof) error { r.Sums = append(r.Sums, "x  y\n"...); return nil }, "not to the verified"},
		"file unproven":       {func(r *os.Root, _ *tree.Proof) error { return r.WriteFile("src/z.go", nil, 0o444) }, "4 files, but only 3 are verified"},
		"file missing":        {func(r *os.Root, _ *tree.Proof) error { return r.Remove("src/a.go") }, "2 files instead of 3"},
		"empty h1":            {func(_ *os.Root, r *tree.Proof) error { r.H1 = ""; return nil }, "not to the verified"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			v := version(t, "1.22.4")
			added, err := s.Add(t.Context(), v, func(ctx context.Context, root *os.Root, reuse func() tree.Reuse) (*tree.Proof, error) {
				r, err := toy(v)(ctx, root, reuse)
				return r, errors.Join(err, test.fill(root, r))
			})
			if added != nil || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Add = %v, %v; want nil and %q", added, err, test.want)
			}
			check(t, s)
		})
	}
}

func TestAddCancelled(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := version(t, "1.22.4")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Add(ctx, v, func(ctx context.Context, root *os.Root, reuse func() tree.Reuse) (*tree.Proof, error) {
		defer cancel()
		return toy(v)(ctx, root, reuse)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Add = %v, want %v", err, context.Canceled)
	}
	check(t, s)
}

func TestAddTogether(t *testing.T) {
	t.Parallel()
	s := open(t)
	var fills, adds atomic.Int32
	var wait sync.WaitGroup
	for i := range 60 {
		v := version(t, []string{"1.22.4", "1.22.5", "1.21.13"}[i%3])
		wait.Go(func() {
			added, err := s.Add(t.Context(), v, func(ctx context.Context, root *os.Root, reuse func() tree.Reuse) (*tree.Proof, error) {
				fills.Add(1)
				return toy(v)(ctx, root, reuse)
			})
			if err != nil {
				t.Error(err)
			}
			if added != nil {
				adds.Add(1)
			}
		})
	}
	wait.Wait()
	if fills.Load() != 3 || adds.Load() != 3 {
		t.Errorf("%d fills, %d adds; want 3, 3", fills.Load(), adds.Load())
	}
	check(t, s, "1.22.4", "1.22.5", "1.21.13")
}

func TestRemove(t *testing.T) {
	t.Parallel()
	s := open(t)
	add(t, s, "1.22.4", "1.22.12", "1.21.13")
	for _, step := range []struct {
		version string
		removed bool
		left    []string
	}{
		{"1.22.12", true, []string{"1.22.4", "1.21.13"}},
		{"1.22.12", false, []string{"1.22.4", "1.21.13"}},
		{"1.21.13", true, []string{"1.22.4"}},
		{"1.22.4", true, nil},
	} {
		removed, err := s.Remove(t.Context(), version(t, step.version))
		if removed != step.removed || err != nil {
			t.Errorf("Remove(%s) = %v, %v; want %v, nil", step.version, removed, err, step.removed)
		}
		check(t, s, step.left...)
	}
	if left := list(t, s.Home().Toolchains()); len(left) > 0 {
		t.Errorf("toolchains has %v", left)
	}
}

// TestAddAgainstVerify verifies what is just being published: nothing is missing.
func TestAddAgainstVerify(t *testing.T) {
	t.Parallel()
	v := version(t, "1.22.4")
	for range 20 {
		s := open(t)
		done := make(chan error)
		go func() {
			_, err := s.Add(t.Context(), v, toy(v))
			done <- err
		}()
		for s.lacks(v) {
			time.Sleep(50 * time.Microsecond)
		}
		report, err := s.Verify(t.Context(), v)
		if err := errors.Join(err, <-done); err != nil {
			t.Fatal(err)
		}
		if i := slices.IndexFunc(report.Store, func(f tree.Finding) bool { return f.Kind == Link }); i >= 0 {
			t.Fatalf("verify finds %+v", report.Store[i])
		}
	}
}

// TestAddAgainstRemove leaves a store that is whole whoever came last.
func TestAddAgainstRemove(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := version(t, "1.22.4")
	var wait sync.WaitGroup
	for i := range 40 {
		wait.Go(func() {
			var err error
			if i%2 == 0 {
				_, err = s.Add(t.Context(), v, toy(v))
			} else {
				_, err = s.Remove(t.Context(), v)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	s.sweep()
	if err := s.Relink(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !s.lacks(v) {
		check(t, s, "1.22.4")
	} else {
		check(t, s)
	}
}
