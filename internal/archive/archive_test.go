package archive

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/dirhash"

	"github.com/gosw/gosw/internal/tree"
)

const toyPrefix = "golang.org/toolchain@v0.0.1-go1.22.4.linux-amd64/"

// rootAt opens a directory until the test ends.
func rootAt(t testing.TB, dir string) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return root
}

// zipBytes packs names and contents, deflated.
func zipBytes(t testing.TB, files ...[2]string) []byte {
	t.Helper()
	return packZip(t, func(zw *zip.Writer) {
		for _, f := range files {
			w, err := zw.Create(f[0])
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(f[0], "/") {
				continue // a directory: archive/zip takes no content for it
			}
			if _, err := w.Write([]byte(f[1])); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func packZip(t testing.TB, fill func(*zip.Writer)) []byte {
	t.Helper()
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	fill(zw)
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// unpackBytes unpacks a zip of toyRelease into dir.
func unpackBytes(t testing.TB, data []byte, dir string) (sums []byte, err error) {
	t.Helper()
	root := rootAt(t, dir)
	return ModuleZip.Unpack(t.Context(), bytes.NewReader(data), int64(len(data)), toyPrefix, root)
}

func good() [][2]string {
	return [][2]string{
		{toyPrefix + "bin/go", "#!/bin/sh\n"},
		{toyPrefix + "VERSION", "go1.22.4\n"},
		{toyPrefix + "src/_go.mod", "module std\n"},
	}
}

func TestUnpackMatchesDirhash(t *testing.T) {
	t.Parallel()
	files := append(good(),
		[2]string{toyPrefix + "src/large", strings.Repeat("0123456789abcdef", 300_000)},
		[2]string{toyPrefix + "src/empty", ""},
		[2]string{toyPrefix + "a-b", "sorts before a/b"},
		[2]string{toyPrefix + "a/b", "x"},
	)
	data := zipBytes(t, files...)
	name := filepath.Join(t.TempDir(), "x.zip")
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	want, err := dirhash.HashZip(name, dirhash.Hash1)
	if err != nil {
		t.Fatal(err)
	}
	sums, err := unpackBytes(t, data, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if got := tree.H1(sums); got != want {
		t.Errorf("h1 = %s, want %s\n%s", got, want, sums)
	}
}

// Modes in the archive have no effect, setuid least of all.
func TestModesAreOurs(t *testing.T) {
	t.Parallel()
	data := packZip(t, func(zw *zip.Writer) {
		for _, f := range append(good(), [2]string{toyPrefix + "src/x.go", "x"}) {
			h := &zip.FileHeader{Name: f[0], Method: zip.Store}
			h.SetMode(fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky | 0o777)
			w, err := zw.CreateHeader(h)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = w.Write([]byte(f[1]))
		}
	})
	dir := t.TempDir()
	if _, err := unpackBytes(t, data, dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{"bin/go": 0o555, "src/x.go": 0o444, "src/go.mod": 0o444} {
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode() != want {
			t.Errorf("%s: %v, want %v", name, info.Mode(), want)
		}
	}
}

func flip(data []byte, i int) []byte {
	data = bytes.Clone(data)
	data[i] ^= 0x10
	return data
}

// What is too long for a buffer reads the same as what is not.
func TestReadInParts(t *testing.T) {
	t.Parallel()
	content := make([]byte, maxWhole+1<<20)
	_, _ = rand.Read(content)
	sizes := []int{1, 1 << 20, len(content), 1 << 20}
	data := packZip(t, func(zw *zip.Writer) {
		for i, size := range sizes {
			w, err := zw.Create(fmt.Sprintf("%sf%d", toyPrefix, i))
			if err == nil {
				_, err = w.Write(content[:size])
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	a, err := ModuleZip.Open(bytes.NewReader(data), int64(len(data)), toyPrefix)
	if err != nil {
		t.Fatal(err)
	}
	zr := newZipReader()
	for i, size := range sizes {
		if err := zr.open(&a.Entries[i].zip); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(zr); err != nil || !bytes.Equal(got, content[:size]) {
			t.Errorf("%d bytes: %d bytes, %v", size, len(got), err)
		}
	}
	if cap(zr.packed) > maxWhole {
		t.Errorf("a buffer of %d bytes", cap(zr.packed))
	}
}
