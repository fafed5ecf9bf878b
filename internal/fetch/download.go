package fetch

import (
	"bytes"
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

	via    string // ViaProxy and so on
	format format
	source string // URL of the archive, without credentials
	size   int64
	sum    [32]byte // of the archive, once it is found to be a published one
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
	magic, kind := []byte("PK\x03\x04"), "a zip file"
	if d.format == formatTarGz {
		magic, kind = []byte("\x1f\x8b\x08"), "a tar.gz file"
	}
	b, err := c.web.get(ctx, from, kind)
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	if b.size > maxZip {
		return fmt.Errorf("get %s: %d bytes are too many for a toolchain", b.url, b.size)
	}
	head := make([]byte, len(magic))
	switch n, err := io.ReadFull(b, head); {
	case err != nil && !isEnd(err):
		return err
	case n == 0:
		return &ContentError{URL: b.url, Got: "empty", Want: kind}
	case !bytes.Equal(head, magic):
		return &ContentError{URL: b.url, Got: "something else", Want: kind}
	}
	d.once.Do(func() { close(d.answered) })
	if err := d.restart(head); err != nil {
		return err
	}
	if err := d.copy(ctx, b); err != nil {
		return err
	}
	d.source, d.size = b.url, b.got
	return nil
}

// restart empties the file of what a proxy before may have sent.
func (d *download) restart(head []byte) error {
	if err := d.file.Truncate(0); err != nil {
		return err
	}
	_, err := d.file.WriteAt(head, 0)
	return err
}

func (d *download) copy(ctx context.Context, b *body) error {
	buf := make([]byte, 128<<10)
	for {
		n, err := b.Read(buf)
		if b.got > maxZip {
			return fmt.Errorf("get %s: more than %d bytes are too many for a toolchain", b.url, maxZip)
		}
		if _, err := d.file.WriteAt(buf[:n], b.got-int64(n)); err != nil {
			return err
		}
		if d.progress != nil {
			d.progress(b.got, b.size)
		}
		switch {
		case err == io.EOF: //nolint:errorlint // a TruncatedError may wrap it, and is no end
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil: // a file URL has no request that would end
			return context.Cause(ctx)
		}
	}
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

// isEnd reports whether a body ended where it said it would.
func isEnd(err error) bool {
	var truncated *TruncatedError
	return (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) && !errors.As(err, &truncated)
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
