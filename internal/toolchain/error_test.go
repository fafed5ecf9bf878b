//go:build !windows

package toolchain

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/gosw/gosw/internal/gover"
)

// TestErrorIsNoAbsence asks a store that can't be looked into: a link in its way leads
// back to itself. None of the answers may be that nothing is installed.
func TestErrorIsNoAbsence(t *testing.T) {
	t.Parallel()
	loop := filepath.Join(t.TempDir(), "loop")
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	broken, v := Home(loop), version(t, "go1.22.4")
	good := newHome(t, "go1.22.4 go1.21.0")
	for _, path := range []Path{{broken}, {broken, good}} {
		if ok, err := path.Has(v); ok || !errors.Is(err, syscall.ELOOP) {
			t.Errorf("%v: Has = %v, %v", path, ok, err)
		}
		if versions, err := path.Installed(); !errors.Is(err, syscall.ELOOP) {
			t.Errorf("%v: Installed = %v, %v", path, versions, err)
		}
		for _, text := range []string{"1.22.4", "1.22", "latest", "oldstable", "1.21.0"} {
			spec, err := gover.ParseSpec(text)
			if err != nil {
				t.Fatal(err)
			}
			if v, ok, err := path.Lookup(spec); ok || !errors.Is(err, syscall.ELOOP) {
				t.Errorf("%v: Lookup(%s) = %v, %v, %v", path, text, v, ok, err)
			}
		}
	}
	if home, err := (Path{broken, good}).Of(v); !errors.Is(err, syscall.ELOOP) {
		t.Errorf("Of = %v, %v: the one before it may have it, too", home, err)
	}
	// A file in the place of a directory has nothing below it.
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if ok, err := Home(file).Has(v); ok || err != nil {
		t.Errorf("below a file: Has = %v, %v", ok, err)
	}
}
