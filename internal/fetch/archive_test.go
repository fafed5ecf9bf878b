package fetch

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/dirhash"
)

const toyPrefix = "golang.org/toolchain@v0.0.1-go1.22.4.linux-amd64/"

func toyRelease(t testing.TB) release {
	return release{version(t, "go1.22.4"), Platform{"linux", "amd64"}}
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
				continue // a folder: archive/zip takes no content for it
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
	root := openRoot(t, dir)
	a, err := openArchive(bytes.NewReader(data), int64(len(data)), toyRelease(t))
	if err != nil {
		return nil, err
	}
	if err := a.unpack(t.Context(), root); err != nil {
		return nil, err
	}
	return a.sums(), checkGOROOT(root, toyRelease(t))
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
		[2]string{toyPrefix + "ä/ö", "x"},
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
	if got := h1(sums); got != want {
		t.Errorf("h1 = %s, want %s\n%s", got, want, sums)
	}
}

func TestHostileNames(t *testing.T) {
	t.Parallel()
	for _, names := range [][]string{
		{"../x"}, {"a/../../x"}, {"/etc/x"}, {"a//b"}, {"a/"}, {"./a"}, {"a\\b"}, {"C:x"}, {"a\x00b"}, {"a\nb"},
		{"nul"}, {"com1.txt"}, {"a."}, {""}, {".."}, {"a:b"}, {"\xff"},
		{"a", "a"}, {"a", "A"}, {"a/b", "A/c"}, {"a", "a/b"}, {"a/b", "a"}, {"a/b", "A"},
		{"x/_go.mod", "x/go.mod"}, {"x/_go.mod", "x/GO.mod"}, {"straße", "STRAßE"}, {"ſ", "s"}, {"K", "k"},
	} {
		files := good()
		for _, name := range names {
			files = append(files, [2]string{toyPrefix + name, "x"})
		}
		_, err := unpackBytes(t, zipBytes(t, files...), t.TempDir())
		var e *ArchiveError
		if !errors.As(err, &e) || e.Name == "" {
			t.Errorf("%q: err = %v, want ArchiveError", names, err)
		}
	}
	for _, name := range []string{"x", "", "../" + toyPrefix + "x", strings.Replace(toyPrefix, "1.22.4", "1.22.5", 1) + "x", strings.Replace(toyPrefix, "linux", "LINUX", 1) + "x"} {
		_, err := unpackBytes(t, zipBytes(t, append(good(), [2]string{name, "x"})...), t.TempDir())
		var e *ArchiveError
		if !errors.As(err, &e) || e.Reason != "does not belong to v0.0.1-go1.22.4.linux-amd64" {
			t.Errorf("%q: err = %v", name, err)
		}
	}
}

func TestHostileTypes(t *testing.T) {
	t.Parallel()
	for _, mode := range []fs.FileMode{
		fs.ModeSymlink | 0o777, fs.ModeDir | 0o755, fs.ModeNamedPipe, fs.ModeDevice, fs.ModeCharDevice | fs.ModeDevice, fs.ModeSocket,
	} {
		data := packZip(t, func(zw *zip.Writer) {
			h := &zip.FileHeader{Name: toyPrefix + "x", Method: zip.Deflate}
			h.SetMode(mode)
			w, err := zw.CreateHeader(h)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = w.Write([]byte("../../x"))
		})
		_, err := unpackBytes(t, data, t.TempDir())
		if err == nil || !strings.HasSuffix(err.Error(), "not a regular file") {
			t.Errorf("%v: err = %v", mode, err)
		}
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

func TestDamagedArchives(t *testing.T) {
	t.Parallel()
	files := append(good(), [2]string{toyPrefix + "x", strings.Repeat("some text ", 1000)})
	whole := zipBytes(t, files...)
	for name, data := range map[string][]byte{
		"empty":     {},
		"no zip":    []byte("PK\x03\x04 is all there is of it"),
		"cut":       whole[:len(whole)-30],
		"head cut":  whole[30:],
		"none":      zipBytes(t),
		"content":   flip(whole, bytes.Index(whole, []byte("/x"))+20),
		"VERSION":   zipBytes(t, good()[0], [2]string{toyPrefix + "VERSION", "go1.22.40\n"}),
		"noVERSION": zipBytes(t, good()[0], good()[2]),
		"no go":     zipBytes(t, good()[1:]...),
		"go is dir": zipBytes(t, good()[1], [2]string{toyPrefix + "bin/go/x", ""}),
	} {
		_, err := unpackBytes(t, data, t.TempDir())
		var e *ArchiveError
		if !errors.As(err, &e) {
			t.Errorf("%s: err = %v, want ArchiveError", name, err)
		}
	}
}

func flip(data []byte, i int) []byte {
	data = bytes.Clone(data)
	data[i] ^= 0x10
	return data
}

// An entry may not hold more, nor less, than its header says.
func TestDeclaredSize(t *testing.T) {
	t.Parallel()
	whole := zipBytes(t, append(good(), [2]string{toyPrefix + "x", strings.Repeat("0", 600<<10)})...)
	for _, size := range []uint32{0, 10, 600<<10 - 1, 600<<10 + 1, 1 << 30} {
		data := bytes.Clone(whole)
		i := bytes.LastIndex(data, []byte(toyPrefix+"x")) - 46 // the entry in the directory
		binary.LittleEndian.PutUint32(data[i+24:], size)
		dir := t.TempDir()
		_, err := unpackBytes(t, data, dir)
		var e *ArchiveError
		if !errors.As(err, &e) {
			t.Errorf("%d: err = %v, want ArchiveError", size, err)
		}
		if info, err := os.Stat(filepath.Join(dir, "x")); err == nil && info.Size() > 600<<10 {
			t.Errorf("%d: %d bytes written", size, info.Size())
		}
	}
}

func TestArchiveBounds(t *testing.T) {
	t.Parallel()
	many := packZip(t, func(zw *zip.Writer) {
		for i := range maxEntries + 1 {
			if _, err := zw.CreateRaw(&zip.FileHeader{Name: fmt.Sprintf("%s%d", toyPrefix, i)}); err != nil {
				t.Fatal(err)
			}
		}
	})
	large := packZip(t, func(zw *zip.Writer) {
		for i := range 3 {
			h := &zip.FileHeader{Name: fmt.Sprintf("%s%d", toyPrefix, i), UncompressedSize64: 1 << 30, Method: zip.Deflate}
			if _, err := zw.CreateRaw(h); err != nil {
				t.Fatal(err)
			}
		}
	})
	huge := packZip(t, func(zw *zip.Writer) {
		for i := range 2 { // whose sum overflows
			h := &zip.FileHeader{Name: fmt.Sprintf("%s%d", toyPrefix, i), UncompressedSize64: 1<<63 + 5, Method: zip.Deflate}
			if _, err := zw.CreateRaw(h); err != nil {
				t.Fatal(err)
			}
		}
	})
	directory := packZip(t, func(zw *zip.Writer) {
		for i := range 200 {
			h := &zip.FileHeader{Name: fmt.Sprintf("%s%d", toyPrefix, i), Comment: strings.Repeat("x", 60_000)}
			if _, err := zw.CreateRaw(h); err != nil {
				t.Fatal(err)
			}
		}
	})
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"entries":   {many, "zip file: 50001 entries"},
		"bytes":     {large, "zip file: unpacks to more than 2 GiB"},
		"overflow":  {huge, "zip file: unpacks to more than 2 GiB"},
		"directory": {directory, "zip file: not readable: directory too large"},
	} {
		if _, err := unpackBytes(t, test.data, t.TempDir()); err == nil || err.Error() != test.want {
			t.Errorf("%s: err = %v, want %s", name, err, test.want)
		}
	}
}

// FuzzUnpack checks that no zip makes it panic or write outside its root.
func FuzzUnpack(f *testing.F) {
	f.Add(zipBytes(f, good()...))
	f.Add(zipBytes(f, [2]string{"../x", "x"}, [2]string{toyPrefix + "../../x", "x"}))
	f.Add(packZip(f, func(zw *zip.Writer) {
		h := &zip.FileHeader{Name: toyPrefix + "x"}
		h.SetMode(fs.ModeSymlink | 0o777)
		if w, err := zw.CreateHeader(h); err == nil {
			_, _ = w.Write([]byte("../.."))
		}
	}))
	f.Fuzz(func(t *testing.T, data []byte) {
		outer := t.TempDir()
		dir := filepath.Join(outer, "root")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		_, _ = unpackBytes(t, data, dir)
		entries, err := os.ReadDir(outer)
		if err != nil || len(entries) != 1 {
			t.Errorf("outside: %v, %v", entries, err)
		}
		err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && !d.Type().IsRegular() {
				t.Errorf("%s is %v", name, d.Type())
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
