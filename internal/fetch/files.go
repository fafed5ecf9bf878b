package fetch

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/gosw/gosw/internal/goroot"
	"github.com/gosw/gosw/internal/gover"
)

// A File is one of a release whose content is known by its hash.
type File struct {
	Path string   // below GOROOT, slash-separated
	Sum  [32]byte // SHA-256, as in the manifest that the release's h1 is made of
}

// FetchFiles downloads just these files of release v and puts them below root
// with their final modes. Each has the sum that is asked for, or it is a
// [*SecurityError]. It returns the number of bytes received: little more than
// the files and the zip's directory, if a module proxy sends parts of a file;
// the download page has whole archives only.
func (c *Client) FetchFiles(ctx context.Context, v gover.Version, files []File, root *os.Root) (received int64, err error) {
	r := release{version: v, platform: c.cfg.Platform}
	if c.cfg.Source != SourceDL {
		received, err = c.filesFromProxy(ctx, r, files, root)
		if err == nil || c.cfg.Source == SourceProxy || c.cfg.DL == "" || ctx.Err() != nil || !isAway(err) {
			return received, err
		}
	}
	received, dlErr := c.filesFromDL(ctx, r, files, root)
	if err != nil {
		dlErr = bothAway(err, dlErr)
	}
	return received, dlErr
}

// filesFromDL unpacks a whole archive beside root and takes the files from there.
func (c *Client) filesFromDL(ctx context.Context, r release, files []File, root *os.Root) (int64, error) {
	temp, err := c.tempFile()
	if err != nil {
		return 0, fmt.Errorf("download files of %s: %w", r, err)
	}
	defer temp.remove()
	d := &download{release: r, file: temp.File, answered: make(chan struct{})}
	if err := c.downloadDL(ctx, d); err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp(filepath.Clean(c.cfg.CacheDir), "files-*")
	if err != nil {
		return d.size, fmt.Errorf("unpack %s: %w", r, err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	from, err := os.OpenRoot(dir)
	if err != nil {
		return d.size, fmt.Errorf("unpack %s: %w", r, err)
	}
	defer from.Close()
	if _, err := d.unpack(ctx, from); err != nil {
		return d.size, fmt.Errorf("unpack %s: %w", r, err)
	}
	for _, f := range files {
		if err := d.take(f, from, root); err != nil {
			return d.size, err
		}
	}
	return d.size, nil
}

// take copies a file from one tree to the other and proves it.
func (d *download) take(f File, from, to *os.Root) (err error) {
	src, err := from.Open(f.Path)
	if err != nil {
		return fmt.Errorf("unpack files of %s: %w", d.release, err)
	}
	defer src.Close()
	if err := to.MkdirAll(path.Dir(f.Path), 0o777); err != nil {
		return err
	}
	dst, err := to.OpenFile(f.Path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, goroot.Mode(f.Path))
	if err != nil {
		return err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(dst, h), src)
	if closeErr := dst.Close(); err == nil {
		err = closeErr
	}
	if got := [32]byte(h.Sum(nil)); err == nil && got != f.Sum {
		err = fileMismatch(d.release, f, got)
	}
	return err
}

// fileMismatch says that a file is not the one that was proven.
func fileMismatch(r release, f File, got [32]byte) *SecurityError {
	return &SecurityError{
		Op: "verifying " + r.String(), Reason: "checksum mismatch", Module: Module + "@" + r.module(),
		Details: []string{
			"file:       " + cleanLine(f.Path),
			fmt.Sprintf("downloaded: %x", got), fmt.Sprintf("proven:     %x", f.Sum),
		},
	}
}
