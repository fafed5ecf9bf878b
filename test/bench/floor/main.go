//go:build unix

// Floor does what no installer can leave out, and nothing else: it inflates the
// entries of module zips, takes their SHA-256 and writes them, on all cores, from
// memory, with directories made once. It prints each zip's h1, so that it can be
// seen that it did.
//
// With -sibling and -tree, the zip of another release and where that is installed, it
// hashes and links the files that both have, instead of inflating and writing them.
//
//	floor [-sibling ZIP -tree DIR] DIR ZIP…
package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/klauspost/compress/flate"
	"golang.org/x/sync/errgroup"
)

func main() {
	log.SetFlags(0)
	sibling := flag.String("sibling", "", "the `zip` of a release that is installed")
	tree := flag.String("tree", "", "the `directory` where that is")
	if flag.Parse(); flag.NArg() < 2 || (*sibling == "") != (*tree == "") {
		log.Fatal("usage: floor [-sibling ZIP -tree DIR] DIR ZIP…")
	}
	hashes, err := unpack(flag.Arg(0), flag.Args()[1:], *sibling, *tree)
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
	crc      uint32
	mode     uint32
	same     string // a file with the same content, "" for none
	sum      [sha256.Size]byte
}

// unpack unpacks zips into dir and returns their h1. What the zip of a sibling has, too, is
// in tree already.
func unpack(dir string, zips []string, sibling, tree string) ([]string, error) {
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
	if sibling != "" {
		if err := share(all, sibling, tree); err != nil {
			return nil, fmt.Errorf("%s: %w", sibling, err)
		}
	}
	if err := makeDirectories(dir, all); err != nil {
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
			crc:      f.CRC32,
			mode:     uint32(f.Mode().Perm() | 0o644),
		})
	}
	return entries, nil
}

// share finds the entries that the zip of a sibling has, too, at the same path. Those of it
// are below tree, where go.mod has its own name again.
func share(entries []*entry, sibling, tree string) error {
	others, err := read(sibling)
	if err != nil {
		return err
	}
	// below cuts off golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64/.
	below := func(e *entry) string { return strings.SplitN(e.name, "/", 3)[2] }
	known := make(map[string]*entry)
	for _, e := range others {
		known[below(e)] = e
	}
	for _, e := range entries {
		if other := known[below(e)]; other != nil && other.size == e.size && other.crc == e.crc {
			dir, name := path.Split(below(e))
			if name == "_go.mod" {
				name = "go.mod"
			}
			e.same = filepath.Join(tree, dir, name)
		}
	}
	return nil
}

func makeDirectories(dir string, entries []*entry) error {
	made := make(map[string]bool)
	var directories []string
	for _, e := range entries {
		for d := path.Dir(e.name); d != "." && !made[d]; d = path.Dir(d) {
			made[d] = true
			directories = append(directories, d)
		}
	}
	slices.Sort(directories) // parents before what is in them
	for _, d := range directories {
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
	if e.same != "" {
		return w.link(e)
	}
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

// link gives a file that is there another name, and takes its hash.
func (w *worker) link(e *entry) error {
	fd, err := syscall.Open(e.same, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	w.buf = slices.Grow(w.buf[:0], e.size+1)[:e.size+1] // so that its end shows
	n := 0
	for more := 1; more > 0 && err == nil && n < len(w.buf); n += max(more, 0) {
		more, err = syscall.Read(fd, w.buf[n:])
	}
	if closeErr := syscall.Close(fd); err == nil {
		err = closeErr
	}
	if err == nil && n != e.size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	e.sum = sha256.Sum256(w.buf[:n])
	return syscall.Link(e.same, e.name)
}

// h1 is that of golang.org/x/mod/sumdb/dirhash.
func h1(entries []*entry) string {
	sum := sha256.New()
	for _, e := range slices.SortedFunc(slices.Values(entries), func(a, b *entry) int { return cmp.Compare(a.name, b.name) }) {
		_, _ = fmt.Fprintf(sum, "%x  %s\n", e.sum, e.name)
	}
	return "h1:" + base64.StdEncoding.EncodeToString(sum.Sum(nil))
}
