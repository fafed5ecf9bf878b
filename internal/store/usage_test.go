//go:build !windows

package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
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
		return s.Measure(versions, false)
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
	if got := s.Measure(nil, false); got.Leftovers < 1<<20 {
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
