package mirror

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/release"
)

// ErrNoBundle says that a file is none that [Tree.Bundle] wrote.
var ErrNoBundle = errors.New("not a bundle of gosw")

// A Bundled is the tree in a bundle. It may be hostile: what it has is as little trusted as what
// a mirror sends.
type Bundled struct {
	file  *os.File
	path  string // absolute, slash-separated
	files map[string]bundled
}

// A bundled file is where a file stands in the bundle.
type bundled struct {
	name         string
	offset, size int64
}

// OpenBundle reads what files a bundle has.
func OpenBundle(name string) (*Bundled, error) {
	f, _, err := fsx.Open(name, fsx.Follow)
	if err != nil {
		return nil, err
	}
	b := &Bundled{file: f, files: make(map[string]bundled)}
	abs, err := filepath.Abs(name)
	if b.path = filepath.ToSlash(abs); err == nil {
		err = b.index()
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return b, nil
}

// Close closes the file.
func (b *Bundled) Close() error { return b.file.Close() }

// index finds the regular files. Their content is not read.
func (b *Bundled) index() error {
	const most = 100_000
	tr := tar.NewReader(b.file)
	for range most {
		header, err := tr.Next()
		if errors.Is(err, io.EOF) {
			if _, ok := b.files[sumsName]; !ok {
				return fmt.Errorf("%w: it has no %s", ErrNoBundle, sumsName)
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNoBundle, err)
		}
		name := path.Clean(header.Name)
		if header.Typeflag != tar.TypeReg || !fs.ValidPath(name) || header.Size > archive.MaxZip {
			continue
		}
		at, err := b.file.Seek(0, io.SeekCurrent)
		if err != nil {
			return err
		}
		b.files[name] = bundled{name, at, header.Size}
	}
	return fmt.Errorf("%w: more than %d files", ErrNoBundle, most)
}

// Releases returns the releases that the bundle has a zip of, newest first.
func (b *Bundled) Releases() []release.Release {
	var releases []release.Release
	for name := range b.files {
		version, ok := strings.CutPrefix(strings.TrimSuffix(name, ".zip"), release.Module+"/@v/v0.0.1-")
		if r, exact := release.Parse(version); ok && exact && strings.HasSuffix(name, ".zip") {
			releases = append(releases, r)
		}
	}
	slices.SortFunc(releases, compare)
	return releases
}

// Proxy is the address of the tree for [Bundled.Transport], as of a module proxy.
func (b *Bundled) Proxy() string {
	return element(&url.URL{Scheme: "http", Host: "bundle", Path: path.Join("/", b.path)})
}

// Transport answers requests below [Bundled.Proxy] from the bundle, parts of files too, and no others:
// no request leaves the machine.
func (b *Bundled) Transport() http.RoundTripper { return http.NewFileTransportFS(b) }

// Open opens the file of the bundle at a path below that of the bundle itself. It is for package http.
func (b *Bundled) Open(name string) (fs.File, error) {
	below, ok := strings.CutPrefix("/"+name, path.Join("/", b.path)+"/")
	if f, there := b.files[below]; ok && there {
		return &member{io.NewSectionReader(b.file, f.offset, f.size), f}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// A member is an open file of a bundle.
type member struct {
	*io.SectionReader
	bundled
}

func (m *member) Stat() (fs.FileInfo, error) { return m, nil }
func (m *member) Close() error               { return nil }
func (m *member) Size() int64                { return m.size }
func (b bundled) Name() string               { return path.Base(b.name) }
func (b bundled) Mode() fs.FileMode          { return 0o444 }
func (b bundled) ModTime() time.Time         { return time.Time{} }
func (b bundled) IsDir() bool                { return false }
func (b bundled) Sys() any                   { return nil }
