//go:build !windows

package store

import (
	"errors"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

func TestSiblingOrder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		v         string
		installed string
		want      string
	}{
		{"1.22.5", "1.21.13 1.22.1 1.22.4 1.23.0", "1.22.4 1.22.1 1.21.13 1.23.0"},
		{"1.22.5", "1.22.4 1.22.6 1.22.5 1.22.12", "1.22.6 1.22.4 1.22.12"},
		{"1.23.0", "1.20 1.21.13 1.22.12 1.23rc1 1.27.4 1.24.1", "1.23rc1 1.22.12 1.24.1"},
		{"1.20", "1.22.4 1.21.0", "1.21.0"},
		{"1.20", "1.20", ""},
	} {
		s := open(t)
		for _, text := range strings.Fields(test.installed) {
			must(t, os.MkdirAll(s.Home().Dir(version(t, text)), 0o755))
		}
		var got []string
		for _, c := range s.candidates(version(t, test.v)) {
			got = append(got, c.version.Number())
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s with %s: %v, want %s", test.v, test.installed, got, test.want)
		}
	}
}

// sibling opens the sibling of a version that is not installed.
func sibling(t *testing.T, s *Store) (*Sibling, *os.Root) {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	must(t, err)
	t.Cleanup(func() { _ = root.Close() })
	b := s.sibling(version(t, "1.22.6"), root)
	if b != nil {
		t.Cleanup(func() { _ = b.Close() })
	}
	return b, root
}

// TestSiblingUnusable takes away what makes the nearest one trustworthy: then it
// is the one before it.
func TestSiblingUnusable(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		damage func(t *testing.T, s *Store, v gover.Version)
	}{
		{"no receipt", func(t *testing.T, s *Store, v gover.Version) { must(t, os.Remove(s.receiptFile(v))) }},
		{"no manifest", func(t *testing.T, s *Store, v gover.Version) { must(t, os.Remove(s.sumsFile(v))) }},
		{"another manifest", func(t *testing.T, s *Store, v gover.Version) { flip(t, s.sumsFile(v), 3) }},
		{"no JSON", func(t *testing.T, s *Store, v gover.Version) { flip(t, s.receiptFile(v), 1) }},
		{"receipt of another", func(t *testing.T, s *Store, v gover.Version) {
			data, err := os.ReadFile(s.receiptFile(version(t, "1.22.4")))
			must(t, err, os.WriteFile(s.receiptFile(v), data, 0o644))
		}},
		{"no tree but a link", func(t *testing.T, s *Store, v gover.Version) {
			must(t, os.Rename(s.Home().Dir(v), filepath.Join(s.staging(), "x")), os.Symlink("../staging/x", s.Home().Dir(v)))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			toy := newToyTree(t)
			after := toy.next("1.22.5")
			after.add(t, "1.22.5")
			if b, _ := sibling(t, toy.store); b == nil || b.version != after.version {
				t.Fatalf("Sibling = %+v; want go1.22.5", b)
			}
			test.damage(t, toy.store, after.version)
			if b, _ := sibling(t, toy.store); b == nil || b.version != toy.version {
				t.Errorf("Sibling = %+v; want go1.22.4", b)
			}
		})
	}
}

func TestSiblingNone(t *testing.T) {
	t.Parallel()
	if b, _ := sibling(t, open(t)); b != nil {
		t.Errorf("Sibling in an empty store = %+v", b)
	}
	toy := newToyTree(t)
	for _, dir := range toy.store.directories() {
		must(t, os.Chmod(dir, 0o775))
		b, _ := sibling(t, toy.store)
		if b != nil {
			t.Errorf("%s is open to its group: Sibling = %+v", dir, b)
		}
		must(t, os.Chmod(dir, 0o755))
	}
}

// TestSiblingElsewhere has stores of other platforms, and some that are none.
func TestSiblingElsewhere(t *testing.T) {
	t.Parallel()
	toy := newToyTree(t)
	home := func(path ...string) toolchain.Home {
		return toolchain.Home(filepath.Join(append([]string{string(toy.store.Home())}, path...)...))
	}
	there, err := Open(home("platforms", "linux-arm64"), Options{})
	must(t, err)
	must(t, os.Mkdir(string(home("platforms")), 0o755))
	other := toy.next("1.22.4")
	other.store = there
	if shared := other.add(t, "1.22.4"); len(shared) != len(toy.files)-1 {
		t.Errorf("%d files shared with the same release of another platform, want %d", len(shared), len(toy.files)-1)
	}
	far := newToyTree(t) // in a root of its own
	must(t, os.Mkdir(string(home("elsewhere")), 0o755), os.Rename(string(far.store.Home()), string(home("elsewhere", "store"))))
	for _, test := range []struct {
		of   *Store
		want []toolchain.Home
	}{
		{toy.store, []toolchain.Home{toy.store.Home(), there.Home()}},
		{there, []toolchain.Home{there.Home(), toy.store.Home()}},
		{&Store{home: home("elsewhere", "store")}, []toolchain.Home{home("elsewhere", "store")}},
	} {
		if got, err := test.of.family(); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s shares with %v, want %v", test.of.home, got, test.want)
		}
	}
	if found := toy.store.candidates(version(t, "1.22.4")); len(found) != 1 || found[0].home != there.Home() {
		t.Errorf("siblings of the same release: %v", found)
	}
	for _, damage := range []func() error{
		func() error { return os.Chmod(there.staging(), 0o777) },
		func() error {
			return errors.Join(os.Chmod(there.staging(), 0o755), os.WriteFile(there.format(), []byte("9\n"), 0o644))
		},
	} {
		must(t, damage())
		if found := toy.store.candidates(version(t, "1.22.4")); len(found) > 0 {
			t.Errorf("a store that is refused offers %v", found)
		}
	}
}

// TestSiblingSameSize asks for programs of the same size, one long enough to be
// compared before it is hashed, whose content is another or is damaged.
func TestSiblingSameSize(t *testing.T) {
	t.Parallel()
	toy := newToyTree(t)
	b, root := sibling(t, toy.store)
	for _, path := range []string{"bin/go", "pkg/tool/x/compile"} {
		text := toy.files[path]
		if large := len(text) >= largeFile; large != (path != "bin/go") {
			t.Fatalf("%s has %d bytes", path, len(text))
		}
		other := strings.Repeat("x", len(text))
		if _, ok := b.Reuse(path, int64(len(text)), crc32.ChecksumIEEE([]byte(other))); ok {
			t.Errorf("%s was taken for another one", path)
		}
		must(t, os.Chmod(toy.path(path), 0o755), os.WriteFile(toy.path(path), []byte(other), 0o755), os.Chmod(toy.path(path), 0o555))
		for _, like := range []string{text, other} {
			if _, ok := b.Reuse(path, int64(len(text)), crc32.ChecksumIEEE([]byte(like))); ok {
				t.Errorf("%s was taken, and is damaged", path)
			}
		}
		if _, err := root.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is there: %v", path, err)
		}
	}
}

// TestSiblingUninstalled uninstalls the sibling while files are taken from it.
func TestSiblingUninstalled(t *testing.T) {
	t.Parallel()
	toy := newToyTree(t)
	b, root := sibling(t, toy.store)
	reuse := func(path string) bool {
		_, ok := b.Reuse(path, int64(len(toy.files[path])), crc32.ChecksumIEEE([]byte(toy.files[path])))
		return ok
	}
	if !reuse("src/go.mod") {
		t.Fatal("not shared")
	}
	_, err := toy.store.Remove(t.Context(), toy.version)
	must(t, err)
	check(t, toy.store)
	if reuse("src/make.bash") {
		t.Error("a file was shared that is gone")
	}
	if _, err := root.Stat("src/make.bash"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("something is there:", err)
	}
	if data, err := root.ReadFile("src/go.mod"); err != nil || string(data) != toy.files["src/go.mod"] {
		t.Errorf("what was shared before holds %q, %v", data, err)
	}
	must(t, b.Close())
	if reuse("bin/go") || b.Close() != nil {
		t.Error("of use after it was closed")
	}
}
