package fetch

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

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
	if c.cfg.Source != release.SourceDL {
		received, err = c.filesFromProxy(ctx, r, files, root)
		if err == nil || c.cfg.Source == release.SourceProxy || c.cfg.DL == "" || ctx.Err() != nil || !isAway(err) {
			return received, err
		}
	}
	received, dlErr := c.filesFromDL(ctx, r, files, root)
	if err != nil {
		dlErr = bothAway(err, dlErr)
	}
	return received, dlErr
}

// wholeDir is where below the root a whole archive is unpacked for some files of it.
// No release has that name. Whoever sweeps the root away after a kill sweeps it, too.
const wholeDir = ".whole"

// filesFromDL unpacks a whole archive below root, takes the files from there, and
// removes the rest.
func (c *Client) filesFromDL(ctx context.Context, r release.Release, files []tree.File, root *os.Root) (received int64, err error) {
	temp, err := c.tempFile()
	if err != nil {
		return 0, fmt.Errorf("download files of %s: %w", r, err)
	}
	defer temp.remove()
	d := &download{Release: r, file: temp.File, answered: make(chan struct{})}
	if err := c.downloadDL(ctx, d); err != nil {
		return 0, err
	}
	if err := root.Mkdir(wholeDir, 0o700); err != nil {
		return d.size, fmt.Errorf("unpack %s: %w", r, err)
	}
	defer func() { err = errors.Join(err, root.RemoveAll(wholeDir)) }()
	whole, err := root.OpenRoot(wholeDir)
	if err != nil {
		return d.size, fmt.Errorf("unpack %s: %w", r, err)
	}
	defer whole.Close()
	if _, err := d.unpack(ctx, whole); err != nil {
		return d.size, fmt.Errorf("unpack %s: %w", r, err)
	}
	for _, f := range files {
		if err := d.take(f, root); err != nil {
			return d.size, err
		}
	}
	return d.size, nil
}

// take proves a file of the whole and moves it to its place.
func (d *download) take(f tree.File, root *os.Root) error {
	from := path.Join(wholeDir, f.Path)
	src, err := root.Open(from)
	if err != nil {
		return fmt.Errorf("unpack files of %s: %w", d.Release, err)
	}
	h := sha256.New()
	_, err = io.Copy(h, src)
	if err = errors.Join(err, src.Close(), root.MkdirAll(path.Dir(f.Path), 0o777)); err != nil {
		return err
	}
	if got := [32]byte(h.Sum(nil)); got != f.Sum {
		return fileMismatch(d.Release, f, got)
	}
	return root.Rename(from, f.Path)
}

// fileMismatch says that a file is not the one that was proven.
func fileMismatch(r release.Release, f tree.File, got [32]byte) error {
	return mismatch(r, "file:       "+web.CleanLine(f.Path), fmt.Sprintf("downloaded: %x", got), fmt.Sprintf("proven:     %x", f.Sum))
}
