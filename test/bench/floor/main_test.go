//go:build unix

package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/mod/sumdb/dirhash"
)

// What the floor leaves out must not be the work itself: its tree and its hash
// are the right ones.
func TestUnpack(t *testing.T) {
	files := map[string][]byte{
		"golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64/bin/go":      bytes.Repeat([]byte("go"), 100_000),
		"golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64/src/a/a.go":  []byte("package a\n"),
		"golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64/src/a/empty": nil,
		"golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64/VERSION":     []byte("go1.22.5\n"),
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "x.zip")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	for name, content := range files {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		h.SetMode(0o644)
		if filepath.Base(name) == "go" {
			h.SetMode(0o755)
		}
		if filepath.Base(name) == "VERSION" {
			h.Method = zip.Store
		}
		e, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	want, err := dirhash.HashZip(file, dirhash.Hash1)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	if err := os.Mkdir(out, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir) // unpack goes elsewhere, and this is undone
	got, err := unpack(out, []string{file}, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0] != want {
		t.Errorf("got %v, want %s", got, want)
	}
	for name, content := range files {
		written, err := os.ReadFile(filepath.Join(out, name))
		if err != nil || !bytes.Equal(written, content) {
			t.Errorf("%s: %d bytes, %v; want %d", name, len(written), err, len(content))
		}
		info, err := os.Stat(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if executable := info.Mode()&0o100 != 0; executable != (filepath.Base(name) == "go") {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}

	// What a sibling has is linked, and hashed all the same.
	again := filepath.Join(dir, "again")
	if err := os.Mkdir(again, 0o755); err != nil {
		t.Fatal(err)
	}
	changed := "golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64/VERSION"
	if err := os.Remove(filepath.Join(out, changed)); err != nil {
		t.Fatal(err)
	}
	tree := filepath.Join(out, filepath.Dir(changed))
	if _, err := unpack(again, []string{file}, file, tree); err == nil {
		t.Error("nothing missed what the sibling has lost")
	}
	if err := errors.Join(os.RemoveAll(again), os.Mkdir(again, 0o755), os.WriteFile(filepath.Join(out, changed), files[changed], 0o644)); err != nil {
		t.Fatal(err)
	}
	if got, err := unpack(again, []string{file}, file, tree); err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("with a sibling: got %v, %v, want %s", got, err, want)
	}
	for name := range files {
		first, err := os.Stat(filepath.Join(out, name))
		second, secondErr := os.Stat(filepath.Join(again, name))
		if err != nil || secondErr != nil || !os.SameFile(first, second) {
			t.Errorf("%s is not linked: %v, %v", name, err, secondErr)
		}
	}
}
