//go:build !windows

package store

import (
	"context"
	"errors"
	"hash/crc32"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/gosw/gosw/internal/tree"
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
func (toy *toyTree) add(t *testing.T, text string) (shared []string) {
	t.Helper()
	toy.version = version(t, text)
	added, err := toy.store.Add(t.Context(), toy.version, func(_ context.Context, root *os.Root, reuse func() tree.Reuse) (*tree.Proof, error) {
		share := reuse()
		for path, content := range toy.files {
			if share != nil {
				if sum, ok := share(path, int64(len(content)), crc32.ChecksumIEEE([]byte(content))); ok {
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
		sums := toy.sums()
		toy.truth = tree.H1(sums)
		return &tree.Proof{Module: toyModule, H1: toy.truth, Sums: sums}, nil
	})
	if err != nil || added == nil {
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
		{"shorter", func(t *testing.T, _ *toyTree, file string) {
			must(t, os.Chmod(file, 0o600), os.Truncate(file, 3), os.Chmod(file, 0o444))
		}, []string{path}},
		{"gone", func(t *testing.T, _ *toyTree, file string) { must(t, os.Remove(file)) }, []string{path}},
		{"writable", func(t *testing.T, _ *toyTree, file string) { must(t, os.Chmod(file, 0o644)) }, []string{path}},
		{"program", func(t *testing.T, _ *toyTree, file string) { must(t, os.Chmod(file, 0o555)) }, []string{path}},
		{"setuid", func(t *testing.T, _ *toyTree, file string) { must(t, os.Chmod(file, 0o444|os.ModeSetuid)) }, []string{path}},
		{"link", func(t *testing.T, toy *toyTree, file string) {
			must(t, os.Rename(file, toy.path("../../f1.go")), os.Symlink(toy.path("../../f1.go"), file))
		}, []string{path}},
		{"pipe", func(t *testing.T, _ *toyTree, file string) { must(t, os.Remove(file), syscall.Mkfifo(file, 0o444)) }, []string{path}},
		{"directory", func(t *testing.T, _ *toyTree, file string) { must(t, os.Remove(file), os.Mkdir(file, 0o755)) }, []string{path}},
		{"directory that is a link", func(t *testing.T, toy *toyTree, _ string) {
			must(t, os.Rename(toy.path("src/p1"), toy.path("../../p1")), os.Symlink("../../../p1", toy.path("src/p1")))
		}, []string{path, "src/p1/f10.go", "src/p1/f19.go", "src/p1/f28.go", "src/p1/f37.go", "src/p1/f46.go"}},
		{"another content, well known to manifest and receipt", func(t *testing.T, toy *toyTree, file string) {
			// As if somebody had altered all of it: the sum is right, the CRC is not.
			must(t, os.Chmod(file, 0o644), os.WriteFile(file, []byte("package p9\n"), 0), os.Chmod(file, 0o444))
			sums := sumsOf(filesOf(toy.files, path, "package p9\n"))
			must(t, os.WriteFile(toy.store.sumsFile(toy.version), sums, 0o644))
			receipt, err := toy.store.Receipt(toy.version)
			must(t, err)
			receipt.Sums, receipt.H1 = sums, tree.H1(sums)
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
		stat tree.Stat
		want bool
	}{
		{tree.Stat{Mode: 0o444, Owner: os.Geteuid()}, true},
		{tree.Stat{Mode: 0o444}, true}, // root's
		{tree.Stat{Mode: 0o444, Owner: os.Geteuid() + 1}, false},
		{tree.Stat{Mode: 0o644, Owner: os.Geteuid()}, false},
		{tree.Stat{Mode: 0o464, Owner: os.Geteuid()}, false},
		{tree.Stat{Mode: 0o555, Owner: os.Geteuid()}, false},
		{tree.Stat{Mode: 0o444 | fs.ModeSticky, Owner: os.Geteuid()}, false},
		{tree.Stat{Mode: 0o444 | fs.ModeNamedPipe, Owner: os.Geteuid()}, false},
	} {
		if got := shareable(test.stat, "src/a.go", os.Geteuid()); got != test.want {
			t.Errorf("%+v: shareable %v, want %v", test.stat, got, test.want)
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

func filesOf(contents map[string]string, path, content string) map[string]string {
	files := maps.Clone(contents)
	files[path] = content
	return files
}

// TestReuseTogether has 32 goroutines take all files, each file four times, and
// the sibling closed in the middle of another such run.
func TestReuseTogether(t *testing.T) {
	t.Parallel()
	toy := newToyTree(t)
	paths := slices.Sorted(maps.Keys(toy.files))
	for _, closing := range []bool{false, true} {
		b, root := sibling(t, toy.store)
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
		if !closing && int(shared.Load()) != len(paths) {
			t.Errorf("shared %d times; want each of %d once", shared.Load(), len(paths))
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
