package fetch

import (
	"context"
	"fmt"
	"os"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// Zip downloads the module zip of v into file, an empty one, as it is, and proves it. Only module
// proxies have it, and the go command's module cache. What it returns on an error is not proven.
func (c *Client) Zip(ctx context.Context, v gover.Version, file *os.File, options Options) (sumdb.Answer, error) {
	r := release.Release{Version: v, Platform: c.cfg.Platform}
	if err := c.checkFetch(r); err != nil {
		return sumdb.Answer{}, err
	}
	d := &download{Release: r, file: file, progress: options.Progress, phase: options.Phase, answered: make(chan struct{})}
	rec, err := c.lookupLocal(ctx, r)
	if err != nil {
		return rec, err
	}
	found, err := c.fromModCache(ctx, d)
	if err == nil && !found {
		if err = c.proxies.Check(release.Module); err != nil {
			return rec, fmt.Errorf("download %s: %w", r, err)
		}
		d.via, d.format = ViaProxy, archive.ModuleZip
		err = c.download(ctx, d)
	}
	if err != nil {
		return rec, err
	}
	if d.phase != nil {
		d.phase("verifying")
	}
	zip, err := d.format.Open(file, d.size, d.Prefix())
	if err == nil {
		err = archive.Hash(ctx, zip.Entries)
	}
	if err != nil {
		return rec, fmt.Errorf("read %s: %w", r, err)
	}
	if got := tree.H1(zip.Sums()); got != rec.H1 {
		return rec, mismatch(r, "from: "+d.source, "downloaded: "+got, c.db.Name()+": "+web.CleanLine(rec.H1))
	}
	return rec, nil
}
