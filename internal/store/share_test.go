//go:build !windows

package store

import (
	"context"
	"errors"
	"hash/crc32"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// next returns the patch release after toy's: its VERSION and compiler are others,
// and one file is new.
func (toy *toyTree) next(text string) *toyTree {
	after := *toy
	after.files = maps.Clone(toy.files)
	after.files["VERSION"] = "go" + text + "\n"
	after.files["pkg/tool/x/compile"] = strings.Repeat("compiler", 100_000)
	after.files["src/new.go"] = "package new\n"
	return &after
}

// add installs toy with what its sibling has, and writes the rest. Nothing may be
// where a file was not shared.
func (toy *toyTree) add(t *testing.T, text string, others ...toolchain.Home) (shared []string) {
	t.Helper()
	toy.version = version(t, text)
	added, err := toy.store.Add(t.Context(), toy.version, func(_ context.Context, root *os.Root) (*Receipt, error) {
		b, err := toy.store.Sibling(toy.version, root, others...)
		if err != nil {
			return nil, err
		}
		for path, content := range toy.files {
			if b != nil {
				if sum, ok := b.Reuse(path, int64(len(content)), crc32.ChecksumIEEE([]byte(content))); ok {
					shared = append(shared, path)
					if sum != sumOf(content) {
						t.Errorf("Reuse(%s) = %x, want %x", path, sum, sumOf(content))
					}
					continue
				}
			}
			if _, err := root.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s is there and was not shared: %v", path, err)
			}
			if err := toy.write(root, path); err != nil {
				return nil, err
			}
		}
		if b != nil {
			if err := b.Close(); err != nil {
				return nil, err
			}
		}
		sums := toy.sums()
		toy.truth = hashOf(sums)
		return &Receipt{Platform: "linux/amd64", Module: toyModule, H1: toy.truth, Sums: sums}, nil
	})
	if err != nil || !added {
		t.Fatal(added, err)
	}
	if got := toy.verify(t); len(got) > 0 {
		t.Errorf("after the install: %q", got)
	}
	slices.Sort(shared)
	return shared
}

// same reports whether two trees have one file at path.
func same(t *testing.T, a, b *toyTree, path string) bool {
	t.Helper()
	first, err := os.Lstat(a.path(path))
	second, err2 := os.Lstat(b.path(path))
	must(t, err, err2)
	return os.SameFile(first, second)
}

// TestReuse does something to a file of the sibling: it is not shared then, all
// others are, and the new toolchain is as proven.
func TestReuse(t *testing.T) {
	t.Parallel()
	const path = "src/p1/f1.go"
	for _, test := range []struct {
		name   string
		damage func(t *testing.T, toy *toyTree, file string)
		lost   []string // besides VERSION, compile and new.go
	}{
		{"nothing", func(*testing.T, *toyTree, string) {}, nil},
		{"bit", func(t *testing.T, _ *toyTree, file string) { flip(t, file, 3) }, []string{path}},
		{"shorter", func(t *testing.T, _ *toyTree, file string) { must(t, os.Truncate(file, 3)) }, []string{path}},
		{"gone", func(t *testing.T, _ *toyTree, file string) { must(t, os.Remove(file)) }, []string{path}},
		{"writable", func(t *testing.T, _ *toyTree, file string) { must(t, os.Chmod(file, 0o644)) }, []string{path}},
		{"program", func(t *testing.T, _ *toyTree, file string) { must(t, os.Chmod(file, 0o555)) }, []string{path}},
		{"setuid", func(t *testing.T, _ *toyTree, file string) { must(t, os.Chmod(file, 0o444|os.ModeSetuid)) }, []string{path}},
		{"link", func(t *testing.T, toy *toyTree, file string) {
			must(t, os.Rename(file, toy.path("../../f1.go")), os.Symlink(toy.path("../../f1.go"), file))
		}, []string{path}},
		{"pipe", func(t *testing.T, _ *toyTree, file string) { must(t, os.Remove(file), syscall.Mkfifo(file, 0o444)) }, []string{path}},
		{"folder", func(t *testing.T, _ *toyTree, file string) { must(t, os.Remove(file), os.Mkdir(file, 0o755)) }, []string{path}},
		{"folder that is a link", func(t *testing.T, toy *toyTree, _ string) {
			must(t, os.Rename(toy.path("src/p1"), toy.path("../../p1")), os.Symlink("../../../p1", toy.path("src/p1")))
		}, []string{path, "src/p1/f10.go", "src/p1/f19.go", "src/p1/f28.go", "src/p1/f37.go", "src/p1/f46.go"}},
		{"another content, well known to manifest and receipt", func(t *testing.T, toy *toyTree, file string) {
			// As if somebody had altered all of it: the sum is right, the CRC is not.
			must(t, os.Chmod(file, 0o644), os.WriteFile(file, []byte("package p9\n"), 0), os.Chmod(file, 0o444))
			sums := formatSums(toyModule+"/", filesOf(toy.files, path, "package p9\n"))
			must(t, os.WriteFile(toy.store.sumsFile(toy.version), sums, 0o644))
			receipt, err := toy.store.Receipt(toy.version)
			must(t, err)
			receipt.Sums, receipt.H1 = sums, hashOf(sums)
			must(t, toy.store.writeReceipt(toy.version, receipt))
		}, []string{path}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			toy := newToyTree(t)
			after := toy.next("1.22.5")
			test.damage(t, toy, toy.path(path))
			shared := after.add(t, "1.22.5")
			want := append([]string{"VERSION", "pkg/tool/x/compile", "src/new.go"}, test.lost...)
			for file := range after.files {
				if slices.Contains(shared, file) == slices.Contains(want, file) {
					t.Errorf("%s: shared %v", file, slices.Contains(shared, file))
				}
			}
			clones := !after.store.noClones.Load()
			if got := same(t, toy, after, "src/go.mod"); got == clones {
				t.Errorf("src/go.mod: one file %v, clones %v", got, clones)
			}
		})
	}
}

// TestReuseOwner has a file that belongs to somebody else.
func TestReuseOwner(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		facts facts
		want  bool
	}{
		{facts{mode: 0o444, ours: true}, true},
		{facts{mode: 0o444}, false},
		{facts{mode: 0o644, ours: true}, false},
		{facts{mode: 0o464, ours: true}, false},
		{facts{mode: 0o555, ours: true}, false},
		{facts{mode: 0o444 | fs.ModeSticky, ours: true}, false},
		{facts{mode: 0o444 | fs.ModeNamedPipe, ours: true}, false},
	} {
		if got := test.facts.shareable("src/a.go"); got != test.want {
			t.Errorf("%+v: shareable %v, want %v", test.facts, got, test.want)
		}
	}
	if os.Geteuid() != 0 { // and nobody else can give a file away
		return
	}
	toy := newToyTree(t)
	must(t, os.Chown(toy.path("src/go.mod"), 65534, 65534))
	if shared := toy.next("1.22.5").add(t, "1.22.5"); slices.Contains(shared, "src/go.mod") {
		t.Error("a file of another user was shared")
	}
}

func filesOf(contents map[string]string, path, content string) []File {
	var files []File
	for name, text := range contents {
		if name == path {
			text = content
		}
		files = append(files, File{name, sumOf(text)})
	}
	return files
}

func TestSiblingOrder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		v         string
		installed string
		want      string
	}{
		{"1.22.5", "1.21.13 1.22.1 1.22.4 1.23.0", "1.22.4 1.22.1 1.21.13 1.23.0"},
		{"1.22.5", "1.22.4 1.22.6 1.22.5 1.22.12", "1.22.6 1.22.4 1.22.12"},
		{"1.23.0", "1.20 1.21.13 1.22.12 1.23rc1 1.27.4 1.24.1", "1.23rc1 1.22.12 1.21.13 1.20 1.24.1 1.27.4"},
		{"1.20", "1.22.4 1.21.0", "1.21.0 1.22.4"},
		{"1.20", "1.20", ""},
	} {
		s := open(t)
		for _, text := range strings.Fields(test.installed) {
			must(t, os.MkdirAll(s.Home().Dir(version(t, text)), 0o755))
		}
		var got []string
		for _, c := range s.candidates(version(t, test.v), nil) {
			got = append(got, c.version.Number())
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s with %s: %v, want %s", test.v, test.installed, got, test.want)
		}
	}
}

// sibling opens the sibling of a version that is not installed.
func sibling(t *testing.T, s *Store, others ...toolchain.Home) (*Sibling, *os.Root, error) {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	must(t, err)
	t.Cleanup(func() { _ = root.Close() })
	b, err := s.Sibling(version(t, "1.22.6"), root, others...)
	if b != nil {
		t.Cleanup(func() { _ = b.Close() })
	}
	return b, root, err
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
			if b, _, err := sibling(t, toy.store); err != nil || b == nil || b.Version() != after.version {
				t.Fatalf("Sibling = %+v, %v; want go1.22.5", b, err)
			}
			test.damage(t, toy.store, after.version)
			if b, _, err := sibling(t, toy.store); err != nil || b == nil || b.Version() != toy.version {
				t.Errorf("Sibling = %+v, %v; want go1.22.4", b, err)
			}
		})
	}
}

func TestSiblingNone(t *testing.T) {
	t.Parallel()
	if b, _, err := sibling(t, open(t)); b != nil || err != nil {
		t.Errorf("Sibling in an empty store = %+v, %v", b, err)
	}
	toy := newToyTree(t)
	for _, dir := range toy.store.folders() {
		must(t, os.Chmod(dir, 0o775))
		b, _, err := sibling(t, toy.store)
		if open := (*AccessError)(nil); b != nil || !errors.As(err, &open) {
			t.Errorf("%s is open to its group: Sibling = %+v, %v", dir, b, err)
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
	if shared := other.add(t, "1.22.4", toy.store.Home()); len(shared) != len(toy.files)-1 {
		t.Errorf("%d files shared with the same release of another platform, want %d", len(shared), len(toy.files)-1)
	}
	for _, test := range []struct {
		home toolchain.Home
		want bool
	}{
		{there.Home(), true},
		{home("platforms", "missing"), false},
		{home("elsewhere"), false},
		{toolchain.Home(t.TempDir()), false},
	} {
		found := toy.store.candidates(version(t, "1.22.4"), []toolchain.Home{test.home})
		if got := len(found) == 1 && found[0].home == there.Home(); got != test.want {
			t.Errorf("%s: %v, want it among them: %v", test.home, found, test.want)
		}
	}
	must(t, os.Chmod(there.staging(), 0o777))
	if found := toy.store.candidates(version(t, "1.22.4"), []toolchain.Home{there.Home()}); len(found) > 0 {
		t.Errorf("a store that others may write to offers %v", found)
	}
}

// TestSiblingUninstalled uninstalls the sibling while files are taken from it.
func TestSiblingUninstalled(t *testing.T) {
	t.Parallel()
	toy := newToyTree(t)
	b, root, err := sibling(t, toy.store)
	must(t, err)
	reuse := func(path string) bool {
		_, ok := b.Reuse(path, int64(len(toy.files[path])), crc32.ChecksumIEEE([]byte(toy.files[path])))
		return ok
	}
	if !reuse("src/go.mod") {
		t.Fatal("not shared")
	}
	_, err = toy.store.Remove(t.Context(), toy.version)
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

// TestReuseTogether has 32 goroutines take all files, each file four times, and
// the sibling closed in the middle of another such run.
func TestReuseTogether(t *testing.T) {
	t.Parallel()
	toy := newToyTree(t)
	paths := slices.Sorted(maps.Keys(toy.files))
	for _, closing := range []bool{false, true} {
		b, root, err := sibling(t, toy.store)
		must(t, err)
		var wait sync.WaitGroup
		var next, shared atomic.Int64
		for i := range 32 {
			wait.Go(func() {
				for n := int(next.Add(1)) - 1; n < 4*len(paths); n = int(next.Add(1)) - 1 {
					path := paths[n%len(paths)]
					if closing && i == 7 && n > len(paths)/2 {
						_ = b.Close()
					}
					if _, ok := b.Reuse(path, int64(len(toy.files[path])), crc32.ChecksumIEEE([]byte(toy.files[path]))); ok {
						shared.Add(1)
					}
				}
			})
		}
		wait.Wait()
		files, bytes := b.Shared()
		if int(shared.Load()) != files || !closing && (files != len(paths) || bytes < 700_000) {
			t.Errorf("closing %v: shared %d times, %d files, %d bytes; want each of %d once", closing, shared.Load(), files, bytes, len(paths))
		}
		for _, path := range paths {
			data, err := root.ReadFile(path)
			if closing && errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil || string(data) != toy.files[path] {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}
