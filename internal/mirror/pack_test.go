package mirror

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/tree"
)

// A zip that is packed from an installed tree is the release, the same bytes each time; what is not
// as installed is not packed.
func TestPack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "1.22.4", "1.27.4")
	r := releaseOf(t, "1.22.4")
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	proof, err := w.client.Fetch(t.Context(), r.Version, root, fetch.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := tree.ParseManifest(proof.Sums)
	if err != nil {
		t.Fatal(err)
	}
	var packed [2]bytes.Buffer
	for i := range packed {
		if err := Pack(t.Context(), &packed[i], root, m); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(packed[0].Bytes(), packed[1].Bytes()) {
		t.Error("packed twice, two files")
	}
	name := filepath.Join(t.TempDir(), "x.zip")
	if err := os.WriteFile(name, packed[0].Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if h1, err := HashZip(t.Context(), name, r); err != nil || h1 != proof.H1 {
		t.Errorf("HashZip = %q, %v, want %q", h1, err, proof.H1)
	}

	// Plain go takes it in the place of the published one.
	w.update(t, "1.22.4")
	if err := os.WriteFile(w.path(w.zip(r)), packed[0].Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	w.isWhole(t)
	w.plain(t).installs(t, w.url(), "1.22.4")

	file := filepath.Join(dir, "VERSION")
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("go1.22.4\ntime x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Pack(t.Context(), new(bytes.Buffer), root, m); err == nil || err.Error() != "VERSION: not as it was installed" {
		t.Error(err)
	}
}
