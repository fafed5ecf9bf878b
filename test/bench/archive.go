//go:build unix

package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// archiveFile is the tar.gz with the tree of the module zip of name, such as
// go1.22.5.linux-amd64.
func archiveFile(directory, name string) string { return filepath.Join(directory, name+".tar.gz") }

// makeArchive makes that archive, unless it is there, the way Go's own are made:
// the same names and modes, gzip at its best.
func makeArchive(directory, name, zipFile string) error {
	file := archiveFile(directory, name)
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	from, err := zip.OpenReader(zipFile)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	r, w := io.Pipe()
	go func() { _ = w.CloseWithError(writeArchive(w, from.File)) }() // keep sees the error
	return keep(file, r)
}

func writeArchive(w io.Writer, files []*zip.File) error {
	packed, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	out := tar.NewWriter(packed)
	for _, f := range files {
		if err := writeEntry(out, f); err != nil {
			return err
		}
	}
	if err := out.Close(); err != nil {
		return err
	}
	return packed.Close()
}

func writeEntry(out *tar.Writer, f *zip.File) error {
	_, name, _ := strings.Cut(strings.TrimPrefix(f.Name, "golang.org/toolchain@"), "/")
	if dir, base := path.Split(name); base == "_go.mod" {
		name = dir + "go.mod"
	}
	mode := int64(0o644)
	if f.Mode()&0o111 != 0 {
		mode = 0o755
	}
	h := &tar.Header{Name: "go/" + name, Mode: mode, Size: int64(f.UncompressedSize64), ModTime: time.Unix(0, 0)}
	if err := out.WriteHeader(h); err != nil {
		return err
	}
	content, err := f.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	_, err = io.Copy(out, content)
	return err
}
