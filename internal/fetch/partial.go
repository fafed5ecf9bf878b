package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// filesFromProxy is FetchFiles from a module proxy.
func (c *Client) filesFromProxy(ctx context.Context, r release.Release, files []tree.File, root *os.Root) (received int64, err error) {
	if err := c.proxies.Check(release.Module); err != nil {
		return 0, fmt.Errorf("download files of %s: %w", r, err)
	}
	temp, err := c.tempFile()
	if err != nil {
		return 0, fmt.Errorf("download files of %s: %w", r, err)
	}
	defer temp.remove()
	p := &partial{client: c, Release: r, files: files}
	err = c.proxies.Try(ctx, func(base *url.URL) error {
		p.Sparse = web.NewSparse(c.web, web.Join(base, release.Module, "@v", r.Module()+".zip"), temp.File, tailSize)
		return p.download(ctx)
	})
	if err != nil {
		return 0, fmt.Errorf("download files of %s: %w", r, err)
	}
	return p.Received.Load(), p.unpack(ctx, root)
}

// A partial is the zip of a release, of which only some files are wanted.
type partial struct {
	*web.Sparse
	release.Release
	client *Client
	files  []tree.File

	wanted archive.Zip // the entries of files, in their order
}

// download gets what is needed of the zip, or all of it where a server sends
// files as a whole only.
func (p *partial) download(ctx context.Context) error {
	p.wanted = archive.Zip{} // a proxy before may have failed half-way
	if err := p.File.Truncate(0); err != nil {
		return err
	}
	err := web.ErrNoRanges
	if p.URL.Scheme != "file" { // copying it here costs no more than parts
		err = p.downloadParts(ctx)
	}
	if !errors.Is(err, web.ErrNoRanges) {
		return err
	}
	d := &download{Release: p.Release, file: p.File, answered: make(chan struct{})}
	if err := p.client.downloadFrom(ctx, d, p.URL, p.TakeWhole()); err != nil {
		return err
	}
	p.Size = d.size
	p.Received.Add(d.size)
	p.wanted = archive.Zip{}
	a, err := archive.OpenModuleZip(p.File, p.Size, p.Prefix())
	if err != nil {
		return err
	}
	return p.choose(a)
}

func (p *partial) downloadParts(ctx context.Context) error {
	here, err := p.Tail(ctx)
	if err != nil {
		return err
	}
	a, err := openDirectory(ctx, p.Sparse, here, p.Release)
	if err != nil {
		return err
	}
	if err := p.choose(a); err != nil {
		return err
	}
	return p.Get(ctx, missingSpans(p.wanted.Entries, here), nil)
}

// choose picks the entries of the wanted files.
func (p *partial) choose(a *archive.Zip) error {
	paths := make([]string, len(p.files))
	for i, f := range p.files {
		paths[i] = f.Path
	}
	var err error
	p.wanted, err = a.Pick(paths)
	return err
}

// unpack writes the wanted files and proves each.
func (p *partial) unpack(ctx context.Context, root *os.Root) error {
	if err := p.wanted.Unpack(ctx, root); err != nil {
		return fmt.Errorf("unpack files of %s: %w", p.Release, err)
	}
	for i, f := range p.files {
		if got := p.wanted.Entries[i].Sum; got != f.Sum {
			return fileMismatch(p.Release, f, got)
		}
	}
	return nil
}
