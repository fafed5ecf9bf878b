package mirror

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/web"
)

// A bundle is the same bytes each time, tar can read it, and what is unpacked serves
// plain go. Gosw reads it as it is.
func TestBundle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "1.22.4", "1.27.4")
	w.update(t, "1.22.4", "1.27.4")
	var bundles [2]bytes.Buffer
	for i := range bundles {
		if err := w.Bundle(&bundles[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(bundles[0].Bytes(), bundles[1].Bytes()) {
		t.Error("made twice, two files")
	}
	file := filepath.Join(t.TempDir(), "go, bundle|.tar")
	if err := os.WriteFile(file, bundles[0].Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	cmd := exec.Command("tar", "-xf", file)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	w.plain(t).installs(t, web.FileURL(dir).String(), "1.27.4", "1.22.4")
	w.open(t, dir, "").isWhole(t)

	b, err := OpenBundle(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	if got, want := b.Releases(), []release.Release{releaseOf(t, "1.27.4"), releaseOf(t, "1.22.4")}; !slices.Equal(got, want) {
		t.Errorf("releases %v, want %v", got, want)
	}
	c, err := fetch.New(fetch.Config{
		Proxy: b.Proxy(), Transport: b.Transport(), SumDB: w.SumDB(), Source: release.SourceProxy,
		CacheDir: t.TempDir(), StateDir: t.TempDir(), Platform: here,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Reset()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	proof, err := c.Fetch(t.Context(), releaseOf(t, "1.22.4").Version, root, fetch.Options{})
	if err != nil || proof.H1 != w.H1("1.22.4") || w.Requests("") != 0 {
		t.Errorf("%+v, %v, %d requests", proof, err, w.Requests(""))
	}
}

func TestOpenBundleNone(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{"empty": "", "text": "just text\n", "zeros": string(make([]byte, 10240))} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenBundle(file); err == nil {
			t.Errorf("%s: taken for a bundle", name)
		}
	}
}
