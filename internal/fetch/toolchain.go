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

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/gover"
)

// A Proof says where a toolchain came from and what proves it.
type Proof struct {
	Source   string `json:"source"`   // URL of the zip, without credentials
	Module   string `json:"module"`   // "golang.org/toolchain"
	Version  string `json:"version"`  // such as "v0.0.1-go1.22.4.linux-amd64"
	H1       string `json:"h1"`       // hash over all files, as in go.sum
	SumDB    string `json:"sumdb"`    // name of the checksum database
	TreeSize int64  `json:"treeSize"` // of the signed tree that has the record
	TreeHash string `json:"treeHash"`
	Size     int64  `json:"size"` // bytes of the zip

	// Record proves H1 without the network, see [CheckRecord].
	Record *Record `json:"record"`

	// Sums is the text that H1 is the hash of: a line "hex  name\n" for each
	// file, sorted. The names are those in the zip: with Module@Version/ in
	// front, and _go.mod for go.mod.
	Sums []byte `json:"-"`
}

// Fetch downloads v, proves it and unpacks it below root, an empty directory,
// as a complete GOROOT: files are read only, 0444 or 0555 whatever the umask
// says; directories are as the umask has it. Whoever owns root removes it when
// Fetch returns an error; nothing below it is proven then.
//
// Progress may be nil. It is called from one goroutine at a time, with the
// bytes of the zip received so far and in all (-1 if unknown); done falls back
// to 0 when another proxy is tried.
func (c *Client) Fetch(ctx context.Context, v gover.Version, root *os.Root, progress func(done, total int64)) (*Proof, error) {
	r := release{version: v, platform: c.cfg.Platform}
	if err := c.checkFetch(r); err != nil {
		return nil, err
	}
	file, err := c.tempFile()
	if err != nil {
		return nil, fmt.Errorf("download %s: %w", r, err)
	}
	defer file.remove()
	d := &download{release: r, file: file.File, progress: progress, answered: make(chan struct{})}
	rec, err := c.downloadAndLookup(ctx, d)
	if err != nil {
		return nil, err
	}
	sums, err := d.unpack(ctx, root)
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", r, err)
	}
	if got := h1(sums); got != rec.h1 {
		return nil, &SecurityError{
			Op: "verifying " + r.String(), Reason: "checksum mismatch", Module: Module + "@" + r.module(),
			Details: []string{"downloaded: " + got, c.db.name + ": " + cleanLine(rec.h1)},
		}
	}
	if err := checkGOROOT(root, r); err != nil {
		return nil, fmt.Errorf("unpack %s: %w", r, err)
	}
	proof := c.proof(r, rec)
	proof.Source, proof.Size, proof.Sums = d.source, d.size, sums
	return proof, nil
}

func (c *Client) proof(r release, rec record) *Proof {
	return &Proof{
		Module: Module, Version: r.module(), H1: rec.h1, SumDB: c.db.name,
		TreeSize: rec.tree.N, TreeHash: rec.tree.Hash.String(), Record: rec.full,
	}
}

// checkFetch finds what makes a download pointless before it begins.
func (c *Client) checkFetch(r release) error {
	if r.version.IsZero() {
		return errors.New("download: no version")
	}
	err := c.checkNoProxy(Module)
	if err == nil && c.db.off {
		err = ErrSumDBOff
	}
	if err != nil {
		return fmt.Errorf("download %s: %w", r, err)
	}
	return nil
}

// downloadAndLookup gets the zip and, as soon as it is known to exist, the
// database's word for it. The first failure ends both.
func (c *Client) downloadAndLookup(ctx context.Context, d *download) (rec record, err error) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return c.download(ctx, d) })
	g.Go(func() (err error) {
		select {
		case <-d.answered:
			rec, err = c.lookup(ctx, d.release)
			return err
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	return rec, g.Wait()
}

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
	const kind = "a zip file"
	b, err := c.web.get(ctx, from, kind)
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	if b.size > maxZip {
		return fmt.Errorf("get %s: %d bytes are too many for a toolchain", b.url, b.size)
	}
	magic := make([]byte, 4)
	switch n, err := io.ReadFull(b, magic); {
	case err != nil && !isEnd(err):
		return err
	case n == 0:
		return &ContentError{URL: b.url, Got: "empty", Want: kind}
	case string(magic) != "PK\x03\x04":
		return &ContentError{URL: b.url, Got: "something else", Want: kind}
	}
	d.once.Do(func() { close(d.answered) })
	if err := d.restart(magic); err != nil {
		return err
	}
	if err := d.copy(ctx, b); err != nil {
		return err
	}
	d.source, d.size = b.url, b.got
	return nil
}

// restart empties the file of what a proxy before may have sent.
func (d *download) restart(magic []byte) error {
	if err := d.file.Truncate(0); err != nil {
		return err
	}
	_, err := d.file.WriteAt(magic, 0)
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

// unpack returns the sums of all files.
func (d *download) unpack(ctx context.Context, root *os.Root) ([]byte, error) {
	a, err := openArchive(d.file, d.size, d.release)
	if err != nil {
		return nil, err
	}
	if err := a.unpack(ctx, root); err != nil {
		return nil, err
	}
	return a.sums(), nil
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
