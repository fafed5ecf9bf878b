//go:build !windows

package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// TestMeasure shares a file between two versions, as a hard link.
func TestMeasure(t *testing.T) {
	t.Parallel()
	s := open(t)
	add(t, s, "1.22.4", "1.22.5", "1.22.6")
	size := func(texts ...string) Usage {
		var versions []gover.Version
		for _, text := range texts {
			versions = append(versions, version(t, text))
		}
		return s.Measure(versions)
	}
	before := size("1.22.4")
	const big = 1 << 20
	first := filepath.Join(s.Home().Dir(version(t, "1.22.4")), "big")
	second := filepath.Join(s.Home().Dir(version(t, "1.22.5")), "big")
	if err := errors.Join(os.WriteFile(first, []byte(strings.Repeat("x", big)), 0o444), os.Link(first, second)); err != nil {
		t.Fatal(err)
	}
	if got := size("1.22.4").Total; got > before.Total+big/2 {
		t.Errorf("one of two that share frees %d, before %d", got, before.Total)
	}
	if got := size("1.22.4", "1.22.5").Total; got < 2*before.Total+big || got > 2*before.Total+big+big/2 {
		t.Errorf("both that share free %d, want about %d", got, 2*before.Total+big)
	}
	left := filepath.Join(s.staging(), "go1.21.0.77")
	if err := os.WriteFile(left, []byte(strings.Repeat("x", big)), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := size(); got.Leftovers < big || got.Total != got.Leftovers {
		t.Errorf("a leftover of %d is measured as %+v", big, got)
	}
	release, ok := s.tryLock("go1.21.0")
	if !ok {
		t.Fatal("no lock")
	}
	defer release()
	if got := size(); got.Leftovers != 0 {
		t.Errorf("what a living process works on is measured as %+v", got)
	}
}

// sizesOf returns the sizes of versions in their order.
func sizesOf(s *Store, versions []gover.Version) (sizes []Size, total int64) {
	var dirs []string
	for _, v := range versions {
		dirs = append(dirs, s.home.Dir(v))
	}
	found, total := Sizes(dirs)
	for _, dir := range dirs {
		sizes = append(sizes, found[dir])
	}
	return sizes, total
}

// TestMeasureShared asks what uninstalling frees: of one what it has alone, of all
// everything.
func TestMeasureShared(t *testing.T) {
	t.Parallel()
	k := newKin(t)
	s := k.trees[0].store
	versions := []gover.Version{k.trees[0].version, k.trees[1].version, k.trees[2].version}
	const receipt = 100_000 // what a receipt and a manifest take at most
	for n := range 3 {
		sizes, total := sizesOf(s, versions[:n+1])
		usage := s.Measure(versions[:n+1])
		if n < 2 { // what is shared stays, for the last one has it
			total = 0
			for _, size := range sizes {
				total += size.Own
			}
		}
		if usage.Total < total || usage.Total > total+int64(n+1)*receipt {
			t.Errorf("uninstalling %v would free %d, want about %d", versions[:n+1], usage.Total, total)
		}
	}
}

// TestSizes compares what is said of shared files with what is there.
func TestSizes(t *testing.T) {
	t.Parallel()
	k := newKin(t)
	s := k.trees[0].store
	versions := []gover.Version{k.trees[0].version, k.trees[1].version, k.trees[2].version}
	sizes, total := sizesOf(s, versions)
	var own int64
	for i, size := range sizes {
		own += size.Own
		// The compiler of the first is its own; those of the others are one.
		if compiler := int64(700_000); i == 0 && size.Own < compiler || i > 0 && (size.Own > 200_000 || size.Shared < 800_000) {
			t.Errorf("%v: %+v", versions[i], size)
		}
	}
	if total <= own+800_000 || total >= own+1_300_000 {
		t.Errorf("all take %d, alone they have %d", total, own)
	}
	must(t, os.Link(k.trees[0].path("VERSION"), k.trees[0].path("again")))
	again, _ := sizesOf(s, versions[:1])
	if again[0] != sizes[0] {
		t.Errorf("a file with two names in one tree: %+v, before %+v", again[0], sizes[0])
	}
	if none, total := sizesOf(s, []gover.Version{version(t, "1.19")}); none[0] != (Size{}) || total != 0 {
		t.Errorf("what is not there takes %+v, %d", none, total)
	}
}

// TestUsageAny has files that any of the trees, and others, share in any way, and
// asks du what they take, and what it frees to remove some.
func TestUsageAny(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		top := t.TempDir()
		s, err := Open(toolchain.Home(filepath.Join(top, "store")), Options{})
		must(t, err)
		var versions []gover.Version
		var dirs []string
		for i := range 2 + random.IntN(5) {
			v := version(t, fmt.Sprintf("1.22.%d", i))
			versions, dirs = append(versions, v), append(dirs, s.home.Dir(v))
		}
		trees := slices.Clone(dirs)
		dirs = append(dirs, filepath.Join(top, "beside"))
		for _, dir := range dirs {
			must(t, os.MkdirAll(filepath.Join(dir, "src"), 0o755))
		}
		for i := range 30 {
			first := ""
			for j := range 1 + random.IntN(4) {
				file := filepath.Join(dirs[random.IntN(len(dirs))], "src", fmt.Sprint(i, "-", j))
				if first == "" {
					first = file
					must(t, os.WriteFile(file, make([]byte, 1+random.IntN(20000)), 0o444))
				} else {
					must(t, os.Link(first, file))
				}
			}
		}
		if _, total := Sizes(trees); total != du(t, trees...) {
			t.Errorf("all take %d, du says %d", total, du(t, trees...))
		}
		sizes, _ := sizesOf(s, versions)
		some := versions[:1+random.IntN(len(versions))]
		f, usage := s.Footprint(some)
		if f.Total != du(t, string(s.home)) {
			t.Errorf("the store takes %+v, du says %d", f, du(t, string(s.home)))
		}
		if got := s.Measure(some); !reflect.DeepEqual(got, usage) {
			t.Errorf("without %v: %+v, and with the footprint %+v", some, got, usage)
		}
		if got := usage.Versions[versions[0]]; got != sizes[0].Own || sizes[0].Own+sizes[0].Shared != du(t, trees[0]) {
			t.Errorf("the first takes %+v, du says %d; to remove it frees %d", sizes[0], du(t, trees[0]), got)
		}
		before := du(t, top)
		for _, dir := range trees[:len(some)] {
			must(t, os.RemoveAll(dir))
		}
		if got := before - du(t, top); got != usage.Total {
			t.Errorf("removing %v gave %d back, said were %d", some, got, usage.Total)
		}
	}
}

// du returns the bytes that du says paths take, what they share counted once.
func du(t *testing.T, paths ...string) (bytes int64) {
	t.Helper()
	out, err := exec.Command("du", append([]string{"-sk", "--"}, paths...)...).Output()
	must(t, err)
	for line := range strings.Lines(string(out)) {
		text, _, _ := strings.Cut(line, "\t")
		kilobytes, err := strconv.ParseInt(text, 10, 64)
		must(t, err)
		bytes += kilobytes << 10
	}
	return bytes
}

func TestPins(t *testing.T) {
	t.Parallel()
	s := open(t)
	if err := s.Seen("/a/.go-version"); err != nil { // there is no store yet
		t.Fatal(err)
	}
	add(t, s, "1.22.4")
	// As an older gosw has written them.
	if err := os.WriteFile(s.pinsFile(), []byte("/a/.go-version\n/b \\n\"/.go-version\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	want := []string{"/a/.go-version", "/b \\n\"/.go-version", "/with\nnewline", "\n", "/\xff\n\"\\"}
	for _, file := range append(want, want...) {
		if err := s.Seen(file); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Pins(); err != nil || !slices.Equal(got, want) {
		t.Errorf("Pins = %q, %v", got, err)
	}
	if err := s.Forget(func(file string) bool { return file == "/a/.go-version" }); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Pins(); err != nil || !slices.Equal(got, want[1:]) {
		t.Errorf("Pins = %q, %v", got, err)
	}
	check(t, s, "1.22.4")
}

// TestMeasureOddPath has a store whose path means more than itself to a glob.
func TestMeasureOddPath(t *testing.T) {
	t.Parallel()
	s, err := Open(toolchain.Home(filepath.Join(t.TempDir(), "a [b] *\n", "store")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	add(t, s, "1.22.4")
	if err := os.WriteFile(filepath.Join(s.staging(), "go1.21.0.77"), []byte(strings.Repeat("x", 1<<20)), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := s.Measure(nil); got.Leftovers < 1<<20 {
		t.Errorf("a leftover of 1 MB is measured as %+v", got)
	}
}

// TestPinsFull has more pins than are kept: a project that is still there stays,
// old as it is.
func TestPinsFull(t *testing.T) {
	t.Parallel()
	s := open(t)
	add(t, s, "1.22.4")
	pin := filepath.Join(t.TempDir(), ".go-version")
	text := pin + "\n"
	for i := range maxPins - 1 {
		text += fmt.Sprintf("/nowhere/%d/.go-version\n", i)
	}
	if err := errors.Join(os.WriteFile(pin, nil, 0o644), os.WriteFile(s.pinsFile(), []byte(text), 0o644), s.Seen(pin+"2")); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Pins(); err != nil || !slices.Equal(got, []string{pin}) {
		t.Errorf("%d pins, %v; want the one that is there", len(got), err)
	}
}

// TestPlain has a file system without syncfs, NOREPLACE and EXCHANGE.
func TestPlain(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.plain = true
	add(t, s, "1.22.4", "1.22.5")
	if _, err := s.Remove(t.Context(), version(t, "1.22.5")); err != nil {
		t.Fatal(err)
	}
	check(t, s, "1.22.4")
	if left := list(t, s.Home().Toolchains()); !slices.Equal(left, []string{"1.22", "go1.22.4", "latest"}) {
		t.Errorf("toolchains has %v", left)
	}
}
