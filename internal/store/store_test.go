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
	"testing"
	"time"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/tree"
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
	return func(_ context.Context, root *os.Root, _ func() tree.Reuse) (*tree.Proof, error) {
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

func receipt(sums string) *tree.Proof {
	sum := sha256.Sum256([]byte(sums))
	return &tree.Proof{
		Source: "toy", Module: "toy",
		H1: "h1:" + base64.StdEncoding.EncodeToString(sum[:]), Sums: []byte(sums),
	}
}

func add(t testing.TB, s *Store, versions ...string) {
	t.Helper()
	for _, text := range versions {
		v := version(t, text)
		if added, err := s.Add(t.Context(), v, toy(v)); err != nil || added == nil {
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
		st, err := Open(s.Home(), Options{})
		if wrong := (*FormatError)(nil); st != nil || !errors.As(err, &wrong) || wrong.Found != strings.TrimSpace(found) {
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
	s.LockTimeout = 10 * patience
	s.Waiting = func(what, holder string) { said <- what + " held by " + holder }
	if err := s.create(t.Context()); err != nil {
		t.Fatal(err)
	}
	release, err := s.lock(t.Context(), "go1.22.4", "installing")
	if err != nil {
		t.Fatal(err)
	}
	v := version(t, "1.22.4")
	_, err = s.Add(t.Context(), v, toy(v))
	want := fmt.Sprintf("another gosw (pid %d) is installing", os.Getpid())
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
	if added, err := s.Add(t.Context(), v, toy(v)); added == nil || err != nil {
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
		programs := map[string]string{"go": program, "gofmt": program, "gosw": program}
		if err := s.Shim(t.Context(), programs); err != nil {
			t.Fatal(err)
		}
		if wrong := s.WrongShims(programs); wrong != nil {
			t.Errorf("wrong: %v", wrong)
		}
		for tool := range programs {
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
	s := &Store{home: toolchain.Home(filepath.Join(file, "store")), Options: Options{LockTimeout: time.Second}}
	v := version(t, "1.22.4")
	if added, err := s.Add(t.Context(), v, toy(v)); added != nil || err == nil {
		t.Errorf("Add = %v, %v; want an error", added, err)
	}
	if err := s.SetDefault(t.Context(), gover.Only(v)); err == nil {
		t.Error("SetDefault: want an error")
	}
}

func TestLineLinks(t *testing.T) {
	t.Parallel()
	s := open(t)
	add(t, s, "1.22.4", "1.22.5", "1.27.1")
	for name, target := range map[string]string{"mine": "go1.22.4", "1.20": "../elsewhere"} {
		if err := os.Symlink(target, filepath.Join(s.home.Toolchains(), name)); err != nil {
			t.Fatal(err)
		}
	}
	got := fmt.Sprint(s.LineLinks())
	if want := "map[go1.22.5:[1.22] go1.27.1:[1.27 latest]]"; linksSupported && got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
