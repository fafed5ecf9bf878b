package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/goroot"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/tree"
)

const toyModule = "golang.org/toolchain@v0.0.1-go1.22.4.linux-amd64"

// A toyTree is a toolchain with 60 files, and the means to repair it.
type toyTree struct {
	store   *Store
	version gover.Version
	files   map[string]string
	fetched []string // what Means.Files was asked for
	filled  int
	proved  int
	truth   string // the h1 that is published
}

func newToyTree(t *testing.T) *toyTree {
	t.Helper()
	toy := &toyTree{store: open(t), version: version(t, "1.22.4"), files: map[string]string{
		"VERSION": "go1.22.4\n", "bin/go": "#!/bin/sh\necho hello\n", "src/go.mod": "module std\n", "src/empty.go": "",
		"pkg/tool/x/compile": strings.Repeat("compile", 160_000), "src/make.bash": "#!/bin/bash\n",
	}}
	for i := range 54 {
		toy.files[fmt.Sprintf("src/p%d/f%d.go", i%9, i)] = fmt.Sprintf("package p%d\n", i)
	}
	if added, err := toy.store.Add(t.Context(), toy.version, toy.fill); err != nil || added == nil {
		t.Fatal(added, err)
	}
	toy.filled = 0
	return toy
}

func (toy *toyTree) sums() []byte {
	return sumsOf(toy.files)
}

func sumsOf(files map[string]string) []byte {
	sums := make(map[string][32]byte)
	for path, text := range files {
		sums[goroot.Name(path)] = sumOf(text)
	}
	return tree.Format(toyModule+"/", sums)
}

func sumOf(text string) [32]byte { return sha256.Sum256([]byte(text)) }

func (toy *toyTree) prove(context.Context) (*tree.Proof, error) {
	toy.proved++
	return &tree.Proof{Module: toyModule, H1: toy.truth}, nil
}

func (toy *toyTree) fill(_ context.Context, root *os.Root, _ func() tree.Reuse) (*tree.Proof, error) {
	toy.filled++
	sums := toy.sums()
	toy.truth = tree.H1(sums)
	for path := range toy.files {
		if err := toy.write(root, path); err != nil {
			return nil, err
		}
	}
	return &tree.Proof{Module: toyModule, H1: toy.truth, Sums: sums}, nil
}

func (toy *toyTree) write(root *os.Root, path string) error {
	if err := root.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return root.WriteFile(path, []byte(toy.files[path]), goroot.Mode(path))
}

func (toy *toyTree) means() Means {
	return Means{
		Check: func(r *Receipt) error {
			if r.H1 != toy.truth {
				return errors.New("not proven")
			}
			return nil
		},
		Prove: toy.prove,
		Files: func(_ context.Context, root *os.Root, files []tree.File) error {
			for _, f := range files {
				toy.fetched = append(toy.fetched, f.Path)
				if err := toy.write(root, f.Path); err != nil {
					return err
				}
			}
			return nil
		},
		Fill: toy.fill,
	}
}

func (toy *toyTree) path(path string) string {
	return filepath.Join(toy.store.Home().Dir(toy.version), filepath.FromSlash(path))
}

// verify returns the findings, "kind path" each.
func (toy *toyTree) verify(t *testing.T) []string {
	t.Helper()
	report, err := toy.store.Verify(t.Context(), toy.version)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, f := range append(report.Tree, report.Store...) {
		got = append(got, string(f.Kind)+" "+f.Path)
	}
	if len(got) == 0 && (report.H1 != toy.truth || report.Files != len(toy.files) || !report.Clean()) {
		t.Errorf("report = %+v, want %s of %d files", report, toy.truth, len(toy.files))
	}
	return got
}

// repair repairs and demands that nothing is wrong then.
func (toy *toyTree) repair(t *testing.T) {
	t.Helper()
	toy.fetched, toy.filled, toy.proved = nil, 0, 0
	if _, err := toy.store.Repair(t.Context(), toy.version, toy.means()); err != nil {
		t.Fatal(err)
	}
	if got := toy.verify(t); len(got) > 0 {
		t.Errorf("after the repair: %q", got)
	}
	check(t, toy.store, "1.22.4")
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// flip flips one bit of a file, in place, and leaves its mode.
func flip(t *testing.T, path string, bit int) {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err, os.Chmod(path, 0o600))
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	one := make([]byte, 1)
	_, err = f.ReadAt(one, int64(bit/8))
	one[0] ^= 1 << (bit % 8)
	_, err2 := f.WriteAt(one, int64(bit/8))
	must(t, err, err2, os.Chmod(path, info.Mode()))
}

func TestVerify(t *testing.T) {
	t.Parallel()
	testVerify(t, newToyTree(t))
}

// TestRepairInPlace repairs all of that where trees can't be moved.
func TestRepairInPlace(t *testing.T) {
	t.Parallel()
	toy := newToyTree(t)
	toy.store.Step = fixed
	testVerify(t, toy)
}

func testVerify(t *testing.T, toy *toyTree) {
	receipt, sums := toy.store.receiptFile(toy.version), toy.store.sumsFile(toy.version)
	for _, test := range []struct {
		name    string
		damage  func(t *testing.T)
		want    []string
		fetched []string
		filled  int
		proved  int
	}{
		{name: "nothing", damage: func(*testing.T) {}},
		{"bit", func(t *testing.T) { flip(t, toy.path("src/p1/f1.go"), 3) }, []string{"changed src/p1/f1.go"}, []string{"src/p1/f1.go"}, 0, 0},
		{"go.mod", func(t *testing.T) { flip(t, toy.path("src/go.mod"), 3) }, []string{"changed src/go.mod"}, []string{"src/go.mod"}, 0, 0},
		{"longer", func(t *testing.T) {
			must(t, os.Chmod(toy.path("src/empty.go"), 0o600), os.WriteFile(toy.path("src/empty.go"), []byte("x"), 0), os.Chmod(toy.path("src/empty.go"), 0o444))
		}, []string{"changed src/empty.go"}, []string{"src/empty.go"}, 0, 0},
		{"deletion", func(t *testing.T) { must(t, os.Remove(toy.path("bin/go"))) }, []string{"missing bin/go"}, []string{"bin/go"}, 0, 0},
		{"directory deleted", func(t *testing.T) { must(t, os.RemoveAll(toy.path("bin"))) }, []string{"missing bin/go"}, []string{"bin/go"}, 0, 0},
		{"additions", func(t *testing.T) {
			must(t, os.MkdirAll(toy.path("src/new/deep"), 0o755), os.WriteFile(toy.path("src/new/deep/a.go"), nil, 0o444),
				os.WriteFile(toy.path("src/p1/b.go"), nil, 0o444), os.Symlink("/etc/passwd", toy.path("src/p2/link")))
		}, []string{"extra src/new/", "extra src/new/deep/", "extra src/new/deep/a.go", "extra src/p1/b.go", "extra src/p2/link"}, nil, 0, 0},
		{"modes", func(t *testing.T) {
			must(t, os.Chmod(toy.path("VERSION"), 0o644), os.Chmod(toy.path("bin/go"), 0o444), os.Chmod(toy.path("src/make.bash"), 0o555|os.ModeSetuid), os.Chmod(toy.path("src/p3"), 0o777))
		}, []string{"mode VERSION", "mode bin/go", "mode src/make.bash", "mode src/p3"}, nil, 0, 0},
		{"no right to write", func(t *testing.T) {
			must(t, os.Chmod(toy.path("src/p1"), 0o555), os.Chmod(toy.path("."), 0o555))
		}, []string{"mode .", "mode src/p1"}, nil, 0, 0},
		{"no right to read", func(t *testing.T) {
			if os.Getuid() == 0 {
				t.Skip("root may read all")
			}
			must(t, os.Chmod(toy.path("VERSION"), 0), os.Chmod(toy.path("bin"), 0))
		}, []string{"unreadable VERSION", "unreadable bin", "unreadable bin/go"}, []string{"VERSION", "bin/go"}, 0, 0},
		{"link for a file", func(t *testing.T) {
			must(t, os.Rename(toy.path("src/p1/f1.go"), toy.path("../../elsewhere")), os.Symlink("../../../../elsewhere", toy.path("src/p1/f1.go")))
		}, []string{"type src/p1/f1.go"}, []string{"src/p1/f1.go"}, 0, 0},
		{"directory for a file", func(t *testing.T) {
			must(t, os.Remove(toy.path("VERSION")), os.Mkdir(toy.path("VERSION"), 0o755))
		}, []string{"type VERSION"}, []string{"VERSION"}, 0, 0},
		{"link for a directory", func(t *testing.T) {
			must(t, os.RemoveAll(toy.path("../../bin2")), os.Rename(toy.path("bin"), toy.path("../../bin2")), os.Symlink("../../bin2", toy.path("bin")))
		}, []string{"type bin", "missing bin/go"}, []string{"bin/go"}, 0, 0},
		{"file for a directory", func(t *testing.T) {
			must(t, os.RemoveAll(toy.path("bin")), os.WriteFile(toy.path("bin"), nil, 0o444))
		}, []string{"type bin", "missing bin/go"}, []string{"bin/go"}, 0, 0},
		{"manifest", func(t *testing.T) { flip(t, sums, 3) }, []string{"altered receipts/go1.22.4.sums"}, nil, 0, 0},
		{"manifest and a mode", func(t *testing.T) { flip(t, sums, 1003); must(t, os.Chmod(toy.path("VERSION"), 0o644)) },
			[]string{"mode VERSION", "altered receipts/go1.22.4.sums"}, nil, 0, 0},
		{"manifest and an extra file", func(t *testing.T) { flip(t, sums, 0); must(t, os.WriteFile(toy.path("src/x.go"), nil, 0o444)) },
			[]string{"extra src/x.go", "altered receipts/go1.22.4.sums"}, nil, 0, 0},
		{"receipt gone and manifest", func(t *testing.T) { must(t, os.Remove(receipt)); flip(t, sums, 0) }, nil, nil, 0, 1},
		{"manifest gone", func(t *testing.T) { must(t, os.Remove(sums)) }, []string{"missing receipts/go1.22.4.sums"}, nil, 0, 0},
		{"manifest empty", func(t *testing.T) { must(t, os.WriteFile(sums, nil, 0)) }, []string{"altered receipts/go1.22.4.json", "altered receipts/go1.22.4.sums"}, nil, 0, 0},
		{"manifest that leads out", func(t *testing.T) {
			must(t, os.WriteFile(sums, []byte(strings.Repeat("0", 64)+"  "+toyModule+"/../../x\n"), 0))
		}, []string{"altered receipts/go1.22.4.sums"}, nil, 0, 0},
		{"manifest and a file", func(t *testing.T) { must(t, os.Remove(sums)); flip(t, toy.path("VERSION"), 1) }, nil, nil, 1, 0},
		{"receipt gone", func(t *testing.T) { must(t, os.Remove(receipt)) }, []string{"missing receipts/go1.22.4.json"}, nil, 0, 1},
		{"receipt gone and a file", func(t *testing.T) { must(t, os.Remove(receipt)); flip(t, toy.path("VERSION"), 1) },
			[]string{"changed VERSION", "missing receipts/go1.22.4.json"}, []string{"VERSION"}, 0, 1},
		{"receipt and manifest gone", func(t *testing.T) { must(t, os.Remove(receipt), os.Remove(sums)) }, nil, nil, 1, 1},
		{"receipt no JSON", func(t *testing.T) { flip(t, receipt, 1) }, []string{"altered receipts/go1.22.4.json"}, nil, 0, 1},
		{"receipt of another", func(t *testing.T) {
			data, err := os.ReadFile(receipt)
			must(t, err, os.WriteFile(receipt, bytes.Replace(data, []byte(`"go1.22.4"`), []byte(`"go1.22.5"`), 1), 0))
		}, []string{"altered receipts/go1.22.4.json"}, nil, 0, 1},
		{"links", func(t *testing.T) {
			bin, line := filepath.Join(toy.store.Home().Bin(), "go1.22.4"), filepath.Join(toy.store.Home().Toolchains(), "1.22")
			must(t, os.Remove(bin), os.Remove(line), os.Symlink("go1.22.3", line))
		}, []string{"link bin/go1.22.4", "link toolchains/1.22"}, nil, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.damage(t)
			if got := toy.verify(t); test.want != nil && !slices.Equal(got, test.want) {
				t.Errorf("verify found %q, want %q", got, test.want)
			}
			toy.repair(t)
			if !slices.Equal(toy.fetched, test.fetched) || toy.filled != test.filled || toy.proved != test.proved {
				t.Errorf("fetched %q, filled %d times, proved %d times; want %q, %d, %d", toy.fetched, toy.filled, toy.proved, test.fetched, test.filled, test.proved)
			}
		})
	}
}

// TestVerifyFinds does 200 random things to a tree, one at a time: each is
// found, and nothing else.
func TestVerifyFinds(t *testing.T) {
	t.Parallel()
	toy := newToyTree(t)
	var paths []string
	for path := range toy.files {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	random := rand.New(rand.NewPCG(1, 2))
	seen := make(map[string]int)
	for i := range 200 {
		path := paths[random.IntN(len(paths))]
		name := toy.path(path)
		var want string
		switch kind := random.IntN(4); {
		case kind == 0 && toy.files[path] != "":
			flip(t, name, random.IntN(8*len(toy.files[path])))
			want = "changed " + path
		case kind == 1:
			must(t, os.Remove(name))
			want = "missing " + path
		case kind == 2:
			must(t, os.WriteFile(name+"x", []byte(path), 0o444))
			want = "extra " + path + "x"
		default:
			mode := fs.FileMode(random.IntN(0o1000))
			if mode == goroot.Mode(path) {
				mode ^= 1
			}
			must(t, os.Chmod(name, mode|0o400)) // also somebody who is not root has to read it
			want = "mode " + path
			if mode|0o400 == goroot.Mode(path) {
				continue
			}
		}
		if got := toy.verify(t); !slices.Equal(got, []string{want}) {
			t.Fatalf("fault %d: verify found %q, want %q", i, got, want)
		}
		kind, _, _ := strings.Cut(want, " ")
		seen[kind]++
		if i%10 == 9 {
			toy.repair(t)
			continue
		}
		must(t, os.RemoveAll(name), os.RemoveAll(name+"x"), os.WriteFile(name, []byte(toy.files[path]), 0o600), os.Chmod(name, goroot.Mode(path)))
	}
	t.Logf("found %v", seen)
	toy.repair(t)
}

// TestRepairSharesNothingBad checks that a damaged file is not written to, and
// that good ones are shared.
func TestRepairSharesNothingBad(t *testing.T) {
	t.Parallel()
	toy := newToyTree(t)
	other := filepath.Join(t.TempDir(), "other")
	must(t, os.Link(toy.path("src/p1/f1.go"), other), os.Chmod(toy.path("src/p2/f2.go"), 0o644))
	flip(t, toy.path("src/p1/f1.go"), 5)
	damaged, err := os.ReadFile(other)
	must(t, err)
	before := map[string]fs.FileInfo{}
	for _, path := range []string{"VERSION", "src/p1/f1.go", "src/p2/f2.go"} {
		before[path], err = os.Stat(toy.path(path))
		must(t, err)
	}
	toy.repair(t)
	if now, err := os.ReadFile(other); err != nil || !bytes.Equal(now, damaged) {
		t.Errorf("the damaged file was written to: %q, %v", now, err)
	}
	for path, share := range map[string]bool{"VERSION": true, "src/p1/f1.go": false, "src/p2/f2.go": false} {
		if now, err := os.Stat(toy.path(path)); err != nil || os.SameFile(before[path], now) != share {
			t.Errorf("%s: shared %v, want %v; %v", path, !share, share, err)
		}
	}
}

// TestRepairFails lets every step fail: the old tree stays as it was, nothing
// is left, and the next repair fixes it.
func TestRepairFails(t *testing.T) {
	t.Parallel()
	for _, step := range Steps() {
		if !strings.HasPrefix(step.Name, "repair/") {
			continue
		}
		t.Run(step.Name, func(t *testing.T) {
			t.Parallel()
			toy := newToyTree(t)
			flip(t, toy.path("VERSION"), 1)
			if step.Name == "repair/fill" || step.Name == "repair/proof" {
				must(t, os.Remove(toy.store.sumsFile(toy.version)), os.Remove(toy.store.receiptFile(toy.version)))
			}
			injected := errors.New("injected")
			toy.store.Step = func(name string) error {
				if name == step.Name {
					return injected
				}
				if step.Name == "repair/replace" {
					return fixed(name)
				}
				return nil
			}
			if _, err := toy.store.Repair(t.Context(), toy.version, toy.means()); !errors.Is(err, injected) {
				t.Fatalf("Repair = %v, want the injected error", err)
			}
			toy.store.Step = nil
			if toy.store.lacks(toy.version) {
				t.Error("no toolchain any more")
			}
			toy.repair(t)
		})
	}
}

// TestRepairPlain repairs where names can't be exchanged.
func TestRepairPlain(t *testing.T) {
	t.Parallel()
	toy := newToyTree(t)
	toy.store.plain = true
	flip(t, toy.path("VERSION"), 1)
	toy.repair(t)
}
