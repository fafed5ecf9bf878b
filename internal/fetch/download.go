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

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// A download is one archive on its way to a file, and from there to a tree.
type download struct {
	release.Release
	file *os.File
	root *os.Root // where a zip may be unpacked while it arrives; nil if not
	pool archive.Pool

	reuse    func() tree.Reuse // may be nil
	only     map[string]bool   // paths of the files that are wanted; nil for all
	arrived  func(at int64)    // is told how much of the file is there; nil if nobody asks
	reporter sync.Mutex
	progress func(done, total int64) // may be nil, as the next
	phase    func(doing string)

	once     sync.Once
	answered chan struct{} // closed when a proxy begins to send

	via    string // ViaProxy and so on
	format archive.Format
	source string // URL of the archive, without credentials
	size   int64
	sum    [32]byte // of the archive, once it is found to be a published one

	sums     []byte // of the files, if they are unpacked already; of no use with only
	dirty    bool   // something may be below root
	reused   int    // files that were on this machine
	received int64  // bytes
}

// report tells how much has arrived.
func (d *download) report(done, total int64) {
	if d.arrived != nil {
		d.arrived(done)
	}
	if d.progress != nil {
		d.reporter.Lock()
		defer d.reporter.Unlock()
		d.progress(done, total)
	}
}

// download tries the proxies in turn.
func (c *Client) download(ctx context.Context, d *download) error {
	err := c.proxies.Try(ctx, func(base *url.URL) error {
		u := web.Join(base, release.Module, "@v", d.Module()+".zip")
		if d.root == nil || u.Scheme == "file" {
			return c.downloadFrom(ctx, d, u, nil)
		}
		if err := d.clear(); err != nil { // of what a proxy before has sent
			return err
		}
		return c.stream(ctx, d, u)
	})
	if err == nil {
		return nil
	}
	if missing := d.notFound(err); missing != nil {
		return missing
	}
	return fmt.Errorf("download %s: %w", d.Release, err)
}

// Size asks how large the zip of v is: as much will be downloaded at most. It is -1
// if that can't be told beforehand.
func (c *Client) Size(ctx context.Context, v gover.Version) int64 {
	size := int64(-1)
	if c.cfg.Source == release.SourceDL || c.proxies.Check(release.Module) != nil {
		return size
	}
	r := release.Release{Version: v, Platform: c.cfg.Platform}
	_ = c.proxies.Try(ctx, func(base *url.URL) (err error) {
		size, err = c.web.Size(ctx, web.Join(base, release.Module, "@v", r.Module()+".zip"))
		return err
	})
	return size
}

// downloadFrom gets the whole archive. First is an answer that has begun, or nil.
func (c *Client) downloadFrom(ctx context.Context, d *download, from *url.URL, first *web.Body) error {
	// A source before may have sent something, and it may be unpacked already:
	// what the proof of this archive does not know of must not stay.
	if err := errors.Join(d.clear(), d.file.Truncate(0)); err != nil {
		return err
	}
	t := &web.Transfer{
		Web: c.web, URL: from, First: first, Kind: "a " + d.format.String(), File: d.file, Size: -1,
		Check: func() error { return d.check(from) }, Progress: d.report,
	}
	if err := t.Run(ctx); err != nil {
		return err
	}
	d.source, d.size, d.received = web.Display(from), t.Size, t.Size
	return nil
}

// check looks at how the file begins. The rest is not worth waiting for if
// that is no archive.
func (d *download) check(from *url.URL) error {
	magic := make([]byte, len(d.format.Magic()))
	n, err := d.file.ReadAt(magic, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if string(magic) != d.format.Magic() {
		got := "something else"
		if n == 0 {
			got = "empty"
		}
		return &web.ContentError{URL: web.Display(from), Got: got, Want: "a " + d.format.String()}
	}
	d.once.Do(func() { close(d.answered) })
	return nil
}

// notFound returns the error that says so, if that is what err means.
func (d *download) notFound(err error) error {
	missing := &release.NotFoundError{Version: d.Version, Platform: d.Platform, Status: http.StatusNotFound}
	var status *web.StatusError
	switch {
	case errors.As(err, &status) && (status.Is(os.ErrNotExist) || status.Status == http.StatusForbidden):
		missing.URL, missing.Status, missing.Detail = status.URL, status.Status, status.Detail
	case errors.Is(err, os.ErrNotExist):
		missing.Detail = web.CleanLine(err.Error())
	default:
		return nil
	}
	return missing
}

// newDownload returns a download of r with a file to download to, and what
// removes that. On Unix the file has no name, so that not even a kill leaves
// anything.
func (c *Client) newDownload(r release.Release) (d *download, remove func(), err error) {
	if err := fsx.MkdirAll(c.cfg.CacheDir, 0o755); err != nil {
		return nil, nil, err
	}
	f, err := os.CreateTemp(filepath.Clean(c.cfg.CacheDir), "download-*.zip")
	if err != nil {
		return nil, nil, err
	}
	remove = func() {
		_ = f.Close() // nobody needs the content any more
		_ = os.Remove(f.Name())
	}
	if runtime.GOOS != "windows" {
		if err := os.Remove(f.Name()); err != nil {
			remove()
			return nil, nil, err
		}
		// To give back 70 MB takes a while, which nobody has to wait for.
		remove = func() { go func() { _ = f.Close() }() }
	}
	return &download{Release: r, file: f, pool: c.pool, answered: make(chan struct{})}, remove, nil
}
