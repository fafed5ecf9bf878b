//go:build unix

// Floor does what no installer can leave out, and nothing else: it inflates the
// entries of module zips, takes their SHA-256 and writes them, on all cores, from
// memory, with directories made once. It prints each zip's h1, so that it can be
// seen that it did.
//
//	floor FOLDER ZIP…
package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"syscall"

	"github.com/klauspost/compress/flate"
	"golang.org/x/sync/errgroup"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: floor FOLDER ZIP…")
	}
	hashes, err := unpack(os.Args[1], os.Args[2:])
	if err != nil {
		log.Fatal("floor: ", err)
	}
	for _, h1 := range hashes {
		fmt.Println(h1)
	}
}

// An entry is a file of a zip.
type entry struct {
	name     string
	deflated []byte // stored, if method is zip.Store
	method   uint16
	size     int
	mode     uint32
	sum      [sha256.Size]byte
}

// unpack unpacks zips into dir and returns their h1.
func unpack(dir string, zips []string) ([]string, error) {
	var all []*entry
	ends := []int{0}
	for _, file := range zips {
		entries, err := read(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, entries...)
		ends = append(ends, len(all))
	}
	if err := makeFolders(dir, all); err != nil {
		return nil, err
	}
	if err := os.Chdir(dir); err != nil { // names below it are short
		return nil, err
	}
	// The largest first, so that no worker is alone with one at the end.
	if err := writeAll(slices.SortedFunc(slices.Values(all), func(a, b *entry) int { return cmp.Compare(b.size, a.size) })); err != nil {
		return nil, err
	}
	var hashes []string
	for i := range zips {
		hashes = append(hashes, h1(all[ends[i]:ends[i+1]]))
	}
	return hashes, nil
}

// read maps a zip into memory and returns its entries.
func read(file string) ([]*entry, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(bytes.NewReader(data), info.Size())
	if err != nil {
		return nil, err
	}
	var entries []*entry
	for _, f := range archive.File {
		start, err := f.DataOffset()
		if err != nil {
			return nil, err
		}
		if !filepath.IsLocal(f.Name) || start+int64(f.CompressedSize64) > info.Size() {
			return nil, fmt.Errorf("entry %q is not sound", f.Name)
		}
		entries = append(entries, &entry{
			name:     f.Name,
			deflated: data[start : start+int64(f.CompressedSize64)],
			method:   f.Method,
			size:     int(f.UncompressedSize64),
			mode:     uint32(f.Mode().Perm() | 0o644),
		})
	}
	return entries, nil
}

func makeFolders(dir string, entries []*entry) error {
	made := make(map[string]bool)
	var folders []string
	for _, e := range entries {
		for d := path.Dir(e.name); d != "." && !made[d]; d = path.Dir(d) {
			made[d] = true
			folders = append(folders, d)
		}
	}
	slices.Sort(folders) // parents before what is in them
	for _, d := range folders {
		if err := syscall.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
			return &os.PathError{Op: "mkdir", Path: d, Err: err}
		}
	}
	return nil
}

func writeAll(entries []*entry) error {
	var next atomic.Int64
	var group errgroup.Group
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			w := worker{inflate: flate.NewReader(nil)}
			for {
				i := int(next.Add(1)) - 1
				if i >= len(entries) {
					return nil
				}
				if err := w.write(entries[i]); err != nil {
					return fmt.Errorf("%s: %w", entries[i].name, err)
				}
			}
		})
	}
	return group.Wait()
}

// A worker writes an entry at a time.
type worker struct {
	inflate io.ReadCloser
	source  bytes.Reader
	buf     []byte
}

func (w *worker) write(e *entry) error {
	content := e.deflated
	if e.method == zip.Deflate {
		w.source.Reset(e.deflated)
		if err := w.inflate.(flate.Resetter).Reset(&w.source, nil); err != nil {
			return err
		}
		w.buf = slices.Grow(w.buf[:0], e.size)
		content = w.buf[:e.size]
		if _, err := io.ReadFull(w.inflate, content); err != nil {
			return err
		}
	}
	e.sum = sha256.Sum256(content)
	// The bare system calls: the os package does more for each file.
	fd, err := syscall.Open(e.name, syscall.O_CREAT|syscall.O_EXCL|syscall.O_WRONLY|syscall.O_CLOEXEC, e.mode)
	if err != nil {
		return err
	}
	for len(content) > 0 {
		n, err := syscall.Write(fd, content)
		if err != nil {
			_ = syscall.Close(fd)
			return err
		}
		content = content[n:]
	}
	return syscall.Close(fd)
}

// h1 is that of golang.org/x/mod/sumdb/dirhash.
func h1(entries []*entry) string {
	sum := sha256.New()
	for _, e := range slices.SortedFunc(slices.Values(entries), func(a, b *entry) int { return cmp.Compare(a.name, b.name) }) {
		_, _ = fmt.Fprintf(sum, "%x  %s\n", e.sum, e.name)
	}
	return "h1:" + base64.StdEncoding.EncodeToString(sum.Sum(nil))
}
