package mirror

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/release"
)

// sumsName is the file of a bundle that sha256sum -c reads. It finds what was damaged on the
// way; it proves nothing.
const sumsName = "SHA256SUMS"

// Bundle writes the tree as one tar, in the order in which a reader of the unpacked tree needs
// it. It is a tar and not a zip as every system unpacks one, in that order, from a pipe too;
// and not compressed, as the zips are. The same tree gives the same bytes.
func (t *Tree) Bundle(w io.Writer) error {
	names, err := t.names()
	if err != nil {
		return err
	}
	tw := tar.NewWriter(w)
	var sums bytes.Buffer
	for _, name := range names {
		if err := t.step("bundle/file"); err != nil {
			return err
		}
		sum, err := t.bundleFile(tw, name)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(&sums, "%x  %s\n", sum, name)
	}
	if err := tw.WriteHeader(headerOf(sumsName, int64(sums.Len()))); err != nil {
		return err
	}
	if _, err := sums.WriteTo(tw); err != nil {
		return err
	}
	return tw.Close()
}

func headerOf(name string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644, ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR}
}

func (t *Tree) bundleFile(tw *tar.Writer, name string) ([]byte, error) {
	f, info, err := fsx.Open(t.path(name), fsx.Follow)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	err = tw.WriteHeader(headerOf(name, info.Size()))
	if err == nil {
		_, err = io.Copy(io.MultiWriter(tw, h), f)
	}
	return h.Sum(nil), err
}

// names returns the names of all files of the tree: the zips and what belongs to them, tiles, look-ups, the
// other files of the database, the list.
func (t *Tree) names() ([]string, error) {
	var names []string
	for _, top := range []string{release.Module, "sumdb"} {
		err := filepath.WalkDir(t.path(top), func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			name, err := filepath.Rel(t.dir, file)
			names = append(names, filepath.ToSlash(name))
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	rank := func(name string) int {
		rest, database := strings.CutPrefix(name, t.sumdb("")+"/")
		switch {
		case name == list:
			return 4
		case !database:
			return 0
		case strings.HasPrefix(rest, "tile/"):
			return 1
		case strings.HasPrefix(rest, "lookup/"):
			return 2
		}
		return 3
	}
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names, nil
}
