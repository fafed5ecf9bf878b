package store

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gosw/gosw/internal/toolchain"
)

// TestFootprint has a file of a known size in each part.
func TestFootprint(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(name string, size int) string {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, make([]byte, size), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const mb = 1 << 20
	shared := write("toolchains/go1.22.4/src/a", 8*mb)
	write("staging/go1.22.5.123/"+graveTree+"/b", 4*mb)
	write("staging/go1.27.4.456/c", 3*mb)
	write("receipts/go1.22.4.json", 2*mb)
	write("platforms/linux-386/toolchains/go1.22.4/d", 1*mb)
	write("pins", mb/2)
	if err := os.Link(shared, filepath.Join(root, "receipts", "again")); err != nil {
		t.Fatal(err)
	}
	st, err := Open(toolchain.Home(root), Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := st.Footprint(nil)
	near := func(what string, got, want int64) {
		t.Helper()
		if got < want || got > want+mb/4 { // directories take something, too
			t.Errorf("%s: %d bytes, want %d", what, got, want)
		}
	}
	near("toolchains", f.Toolchains, 8*mb)
	near("graves", f.Graves, 4*mb)
	near("staging", f.Staging, 3*mb)
	near("receipts", f.Receipts, 2*mb) // and not the shared file once more
	near("platforms", f.Platforms, mb)
	near("other", f.Other, mb/2)
	if sum := f.Toolchains + f.Graves + f.Staging + f.Receipts + f.Platforms + f.Other; f.Total != sum {
		t.Errorf("total: %d bytes, want %d", f.Total, sum)
	}
	near("a directory", DiskUsage(filepath.Join(root, "receipts")), 10*mb)
	if got := DiskUsage(filepath.Join(root, "none")); got != 0 {
		t.Errorf("nothing takes %d bytes", got)
	}
}
