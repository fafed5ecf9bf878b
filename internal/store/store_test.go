package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

func version(t testing.TB, text string) gover.Version {
	t.Helper()
	v, err := gover.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func open(t testing.TB) *Store {
	t.Helper()
	s, err := Open(toolchain.Home(filepath.Join(t.TempDir(), "store")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// toy fills root with a toolchain of three files.
func toy(v gover.Version) Fill {
	return func(_ context.Context, root *os.Root) (*Receipt, error) {
		files := map[string]string{"VERSION": v.String() + "\n", "bin/go": "#!/bin/sh\necho " + v.String() + "\n", "src/a.go": "package a\n"}
		var sums strings.Builder
		for _, name := range []string{"VERSION", "bin/go", "src/a.go"} {
			if err := root.MkdirAll(filepath.Dir(name), 0o700); err != nil {
				return nil, err
			}
			mode := fs.FileMode(0o600)
			if name == "bin/go" {
				mode = 0o700
			}
			if err := root.WriteFile(name, []byte(files[name]), mode); err != nil {
				return nil, err
			}
			fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256([]byte(files[name])), name)
		}
		return receipt(sums.String()), nil
	}
}

func receipt(sums string) *Receipt {
	sum := sha256.Sum256([]byte(sums))
	return &Receipt{
		Platform: "linux/amd64", Installed: time.Now(), Source: "toy", Module: "toy",
		H1: "h1:" + base64.StdEncoding.EncodeToString(sum[:]), Sums: []byte(sums),
	}
}

func add(t testing.TB, s *Store, versions ...string) {
	t.Helper()
	for _, text := range versions {
		v := version(t, text)
		if added, err := s.Add(t.Context(), v, toy(v)); err != nil || !added {
			t.Fatalf("Add(%v) = %v, %v; want true, nil", v, added, err)
		}
	}
}

// check demands what must hold of a store at any time that nobody writes to it:
// the links are those of the versions, nothing is staged, and nothing has a
// receipt that is not installed.
func check(t testing.TB, s *Store, versions ...string) {
	t.Helper()
	installed, err := s.Home().Installed()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range installed {
		got = append(got, v.Number())
		if r, err := s.Receipt(v); err != nil || r.Version != v {
			t.Errorf("receipt of %v: %+v, %v", v, r, err)
		}
	}
	slices.Sort(got)
	slices.Sort(versions)
	if !slices.Equal(got, versions) {
		t.Errorf("installed %v, want %v", got, versions)
	}
	if changes, err := s.linkChanges(); err != nil || len(changes) > 0 {
		t.Errorf("links to change: %v, %v; want none", changes, err)
	}
	if names := list(t, s.staging()); len(names) > 0 {
		t.Errorf("staging has %v", names)
	}
	if names := list(t, s.receipts()); len(names) != 2*len(versions) {
		t.Errorf("receipts has %v, want two for each of %v", names, versions)
	}
}

func list(t testing.TB, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestAdd(t *testing.T) {
	t.Parallel()
	s := open(t)
	add(t, s, "1.22.4", "1.22.12", "1.21.13", "1.23rc1")
	check(t, s, "1.22.4", "1.22.12", "1.21.13", "1.23rc1")

	v := version(t, "1.22.4")
	added, err := s.Add(t.Context(), v, func(context.Context, *os.Root) (*Receipt, error) {
		t.Error("filled again")
		return nil, errors.New("filled again")
	})
	if added || err != nil {
		t.Errorf("second Add = %v, %v; want false, nil", added, err)
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
		fill func(*os.Root, *Receipt) error
		want string
	}{
		"error after writing": {func(*os.Root, *Receipt) error { return broken }, "broken"},
		"symbolic link":       {func(r *os.Root, _ *Receipt) error { return r.Symlink("/etc/passwd", "x") }, "not a regular file"},
		"manifest not of h1":  {func(_ *os.Root, r *Receipt) error { r.Sums = append(r.Sums, "x  y\n"...); return nil }, "not to the proven"},
		"empty h1":            {func(_ *os.Root, r *Receipt) error { r.H1 = ""; return nil }, "not to the proven"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			v := version(t, "1.22.4")
			added, err := s.Add(t.Context(), v, func(ctx context.Context, root *os.Root) (*Receipt, error) {
				r, err := toy(v)(ctx, root)
				return r, errors.Join(err, test.fill(root, r))
			})
			if added || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Add = %v, %v; want false and %q", added, err, test.want)
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
	_, err := s.Add(ctx, v, func(ctx context.Context, root *os.Root) (*Receipt, error) {
		defer cancel()
		return toy(v)(ctx, root)
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
			added, err := s.Add(t.Context(), v, func(ctx context.Context, root *os.Root) (*Receipt, error) {
				fills.Add(1)
				return toy(v)(ctx, root)
			})
			if err != nil {
				t.Error(err)
			}
			if added {
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

// TestAddAgainstRemove leaves a store that is whole whoever came last.
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
		for !s.Home().Has(v) {
			time.Sleep(50 * time.Microsecond)
		}
		report, err := s.Verify(t.Context(), v)
		if err := errors.Join(err, <-done); err != nil {
			t.Fatal(err)
		}
		if i := slices.IndexFunc(report.Store, func(f Finding) bool { return f.Kind == Link }); i >= 0 {
			t.Fatalf("verify finds %+v", report.Store[i])
		}
	}
}

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
	if s.Home().Has(v) {
		check(t, s, "1.22.4")
	} else {
		check(t, s)
	}
}

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
	plant("staging/go1.23.0.1/VERSION") // its process lives
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
	if got := list(t, s.staging()); !slices.Equal(got, []string{"go1.23.0.1"}) {
		t.Errorf("staging has %v, want what is locked", got)
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
			_, err := s.Add(t.Context(), version(t, "1.22.4"), func(context.Context, *os.Root) (*Receipt, error) {
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

func TestFormat(t *testing.T) {
	t.Parallel()
	s := open(t)
	add(t, s, "1.22.4")
	if _, err := Open(s.Home(), Options{}); err != nil {
		t.Fatal(err)
	}
	for _, found := range []string{"2\n", "", "x"} {
		if err := os.WriteFile(s.format(), []byte(found), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Open(s.Home(), Options{})
		if wrong := (*FormatError)(nil); !errors.As(err, &wrong) || wrong.Found != strings.TrimSpace(found) {
			t.Errorf("format %q: %v; want a FormatError", found, err)
		}
	}
}

func TestSetDefault(t *testing.T) {
	t.Parallel()
	s := open(t)
	if err := s.SetDefault(t.Context(), gover.Spec{}); err != nil {
		t.Errorf("take away what is not there: %v", err)
	}
	for _, text := range []string{"1.22", "latest"} {
		spec, err := gover.ParseSpec(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SetDefault(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(s.Home().DefaultFile()); string(got) != text+"\n" {
			t.Errorf("default holds %q, %v; want %q", got, err, text)
		}
	}
	if err := s.SetDefault(t.Context(), gover.Spec{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.Home().DefaultFile()); err == nil {
		t.Error("default is still there")
	}
	check(t, s)
}

func TestLockWait(t *testing.T) {
	t.Parallel()
	said := make(chan string, 1)
	s := open(t)
	s.timeout = 10 * patience
	s.waiting = func(what, holder string) { said <- what + " held by " + holder }
	if err := s.create(t.Context()); err != nil {
		t.Fatal(err)
	}
	release, err := s.lock(t.Context(), "go1.22.4", "install")
	if err != nil {
		t.Fatal(err)
	}
	v := version(t, "1.22.4")
	_, err = s.Add(t.Context(), v, toy(v))
	want := fmt.Sprintf("process %d (install)", os.Getpid())
	if busy := (*BusyError)(nil); !errors.As(err, &busy) || busy.Holder != want || busy.What != "go1.22.4" {
		t.Errorf("Add = %v; want a BusyError that names %q", err, want)
	}
	if got := <-said; got != "go1.22.4 held by "+want {
		t.Errorf("waiting for %q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(patience, cancel)
	if _, err = s.Add(ctx, v, toy(v)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled Add = %v", err)
	}
	time.AfterFunc(patience/2, release) // wakes the waiter
	if added, err := s.Add(t.Context(), v, toy(v)); !added || err != nil {
		t.Errorf("Add after release = %v, %v", added, err)
	}
	check(t, s, "1.22.4")
}

func TestShim(t *testing.T) {
	t.Parallel()
	s := open(t)
	first := filepath.Join(t.TempDir(), "gosw-shim")
	second := filepath.Join(t.TempDir(), "gosw-shim")
	for _, program := range []string{first, first, second} {
		if err := s.Shim(t.Context(), program); err != nil {
			t.Fatal(err)
		}
		for _, tool := range []string{"go", "gofmt"} {
			if got, _ := os.Readlink(filepath.Join(s.Home().Bin(), tool)); got != program {
				t.Errorf("%s -> %q, want %q", tool, got, program)
			}
		}
	}
	check(t, s)
}

// TestUnwritable puts the store below a file, which stops root too.
func TestUnwritable(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s := &Store{home: toolchain.Home(filepath.Join(file, "store")), timeout: time.Second}
	v := version(t, "1.22.4")
	if added, err := s.Add(t.Context(), v, toy(v)); added || err == nil {
		t.Errorf("Add = %v, %v; want an error", added, err)
	}
	if err := s.SetDefault(t.Context(), gover.Only(v)); err == nil {
		t.Error("SetDefault: want an error")
	}
}
