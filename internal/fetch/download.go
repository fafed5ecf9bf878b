package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// A download is one zip on its way to a file.
type download struct {
	release
	file     *os.File
	progress func(done, total int64)

	once     sync.Once
	answered chan struct{} // closed when a proxy begins to send

	source string
	size   int64
}

// download tries the proxies in turn.
func (c *Client) download(ctx context.Context, d *download) error {
	err := c.try(ctx, func(base *url.URL) error {
		return c.downloadFrom(ctx, d, join(base, Module, "@v", d.module()+".zip"))
	})
	if err == nil {
		return nil
	}
	if missing := d.notFound(err); missing != nil {
		return missing
	}
	return fmt.Errorf("download %s: %w", d.release, err)
}

func (c *Client) downloadFrom(ctx context.Context, d *download, from *url.URL) error {
	if err := d.file.Truncate(0); err != nil { // a proxy before may have sent something
		return err
	}
	t := &transfer{
		web: c.web, url: from, kind: "a zip file", file: d.file, size: -1,
		check: func() error { return d.check(from) }, progress: d.progress,
	}
	if err := t.run(ctx); err != nil {
		return err
	}
	d.source, d.size = display(from), t.size
	return nil
}

// check looks at how the file begins. The rest is not worth waiting for if
// that is no zip.
func (d *download) check(from *url.URL) error {
	magic := make([]byte, magicSize)
	switch n, err := d.file.ReadAt(magic, 0); {
	case n == 0:
		return &ContentError{URL: display(from), Got: "empty", Want: "a zip file"}
	case err != nil && !errors.Is(err, io.EOF):
		return err
	case string(magic) != "PK\x03\x04":
		return &ContentError{URL: display(from), Got: "something else", Want: "a zip file"}
	}
	d.once.Do(func() { close(d.answered) })
	return nil
}

// notFound returns the error that says so, if that is what err means.
func (d *download) notFound(err error) error {
	missing := &NotFoundError{Version: d.version, Platform: d.platform, Status: http.StatusNotFound}
	var status *StatusError
	switch {
	case errors.As(err, &status) && (status.Is(os.ErrNotExist) || status.Status == http.StatusForbidden):
		missing.URL, missing.Status, missing.Detail = status.URL, status.Status, status.Detail
	case errors.Is(err, os.ErrNotExist):
		missing.Detail = cleanLine(err.Error())
	default:
		return nil
	}
	return missing
}

// A tempFile holds a download. On Unix it has no name, so that not even a
// kill leaves anything.
type tempFile struct{ *os.File }

func (c *Client) tempFile() (*tempFile, error) {
	if err := os.MkdirAll(c.cfg.CacheDir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Clean(c.cfg.CacheDir), "download-*.zip")
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" {
		if err := os.Remove(f.Name()); err != nil {
			_ = f.Close()
			return nil, err
		}
	}
	return &tempFile{f}, nil
}

func (f *tempFile) remove() {
	_ = f.Close() // nobody needs the content any more
	if runtime.GOOS == "windows" {
		_ = os.Remove(f.Name())
	}
}
