package fetch

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// FetchFiles downloads just these files of release v and puts them below root
// with their final modes. Each has the sum that is asked for, or it is a
// [*SecurityError]. It returns the number of bytes received: little more than
// the files and the zip's directory, if a module proxy sends parts of a file;
// the download page has whole archives only.
func (c *Client) FetchFiles(ctx context.Context, v gover.Version, files []tree.File, root *os.Root) (received int64, err error) {
	r := release.Release{Version: v, Platform: c.cfg.Platform}
	d, remove, err := c.newDownload(r)
	if err != nil {
		return 0, fmt.Errorf("download %s: %w", r, err)
	}
	defer remove()
	if err := root.Mkdir(wholeDir, 0o700); err != nil {
		return 0, fmt.Errorf("unpack %s: %w", r, err)
	}
	defer func() { err = errors.Join(err, root.RemoveAll(wholeDir)) }()
	whole, err := root.OpenRoot(wholeDir)
	if err != nil {
		return 0, fmt.Errorf("unpack %s: %w", r, err)
	}
	defer whole.Close()
	d.root, d.only = whole, make(map[string]bool)
	for _, f := range files {
		d.only[f.Path] = true
	}
	if err := c.obtain(ctx, d); err != nil {
		return 0, err
	}
	if d.sums == nil {
		if _, err := d.unpack(ctx, whole); err != nil {
			return d.received, fmt.Errorf("unpack %s: %w", r, err)
		}
	}
	for _, f := range files {
		if err := d.take(f, root); err != nil {
			return d.received, err
		}
	}
	return d.received, nil
}

// wholeDir is where below the root files are unpacked, those that came along too,
// until they are proven. No release has that name. Whoever sweeps the root away
// after a kill sweeps it, too.
const wholeDir = ".whole"

// take proves a file of the whole and moves it to its place.
func (d *download) take(f tree.File, root *os.Root) error {
	from := path.Join(wholeDir, f.Path)
	src, err := root.Open(from)
	if err != nil {
		return &archive.Error{Name: f.Path, Reason: "not in " + d.String(), Err: fsx.Cause(err)}
	}
	h := sha256.New()
	_, err = io.Copy(h, src)
	if err = errors.Join(err, src.Close(), root.MkdirAll(path.Dir(f.Path), 0o777)); err != nil {
		return err
	}
	if got := [32]byte(h.Sum(nil)); got != f.Sum {
		return mismatch(d.Release, "file:       "+web.CleanLine(f.Path), fmt.Sprintf("downloaded: %x", got), fmt.Sprintf("verified:   %x", f.Sum))
	}
	return root.Rename(from, f.Path)
}
