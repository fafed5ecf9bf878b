package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
)

// filesFromProxy is FetchFiles from a module proxy.
func (c *Client) filesFromProxy(ctx context.Context, r release, files []File, root *os.Root) (received int64, err error) {
	if err := c.proxies.check(Module); err != nil {
		return 0, fmt.Errorf("download files of %s: %w", r, err)
	}
	temp, err := c.tempFile()
	if err != nil {
		return 0, fmt.Errorf("download files of %s: %w", r, err)
	}
	defer temp.remove()
	p := &partial{client: c, release: r, files: files}
	err = c.proxies.try(ctx, func(base *url.URL) error {
		p.sparse = newSparse(c.web, join(base, Module, "@v", r.module()+".zip"), temp.File, tailSize)
		return p.download(ctx)
	})
	if err != nil {
		return 0, fmt.Errorf("download files of %s: %w", r, err)
	}
	return p.received.Load(), p.unpack(ctx, root)
}

// A partial is the zip of a release, of which only some files are wanted.
type partial struct {
	*sparse
	release
	client *Client
	files  []File

	wanted archive // the entries of files, in their order
}

// download gets what is needed of the zip, or all of it where a server sends
// files as a whole only.
func (p *partial) download(ctx context.Context) error {
	p.wanted = archive{} // a proxy before may have failed half-way
	if err := p.file.Truncate(0); err != nil {
		return err
	}
	err := errNoRanges
	if p.url.Scheme != "file" { // copying it here costs no more than parts
		err = p.downloadParts(ctx)
	}
	if !errors.Is(err, errNoRanges) {
		return err
	}
	d := &download{release: p.release, file: p.file, answered: make(chan struct{})}
	if err := p.client.downloadFrom(ctx, d, p.url, p.takeWhole()); err != nil {
		return err
	}
	p.size = d.size
	p.received.Add(d.size)
	p.wanted = archive{}
	a, err := openArchive(p.file, p.size, p.release)
	if err != nil {
		return err
	}
	return p.choose(a)
}

func (p *partial) downloadParts(ctx context.Context) error {
	here, err := p.tail(ctx)
	if err != nil {
		return err
	}
	a, err := openDirectory(ctx, p.sparse, here, p.release)
	if err != nil {
		return err
	}
	if err := p.choose(a); err != nil {
		return err
	}
	return p.get(ctx, missingSpans(pointers(p.wanted.entries), here), nil)
}

// choose picks the entries of the wanted files.
func (p *partial) choose(a *archive) error {
	paths := make([]string, len(p.files))
	for i, f := range p.files {
		paths[i] = f.Path
	}
	var err error
	p.wanted, err = a.pick(paths)
	return err
}

// unpack writes the wanted files and proves each.
func (p *partial) unpack(ctx context.Context, root *os.Root) error {
	if err := p.wanted.unpack(ctx, root); err != nil {
		return fmt.Errorf("unpack files of %s: %w", p.release, err)
	}
	for i, f := range p.files {
		if got := p.wanted.entries[i].sum; got != f.Sum {
			return fileMismatch(p.release, f, got)
		}
	}
	return nil
}
