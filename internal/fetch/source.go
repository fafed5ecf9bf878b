package fetch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/web"
)

// How a toolchain came here: the values of Proof.Via.
const (
	ViaProxy    = "proxy"
	ViaDL       = "dl"
	ViaModCache = "modcache" // the go command had downloaded it
	ViaFile     = "file"     // an archive on this machine
	ViaImport   = "import"   // a GOROOT on this machine
)

// downloadAndLookup gets the archive and, as soon as one is known to exist, the
// database's word for it. The first failure ends both.
func (c *Client) downloadAndLookup(ctx context.Context, d *download) (rec sumdb.Answer, err error) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return c.obtain(ctx, d) })
	g.Go(func() (err error) {
		select {
		case <-d.answered:
			rec, err = c.db.Lookup(ctx, subjectOf(d.Release))
			return err
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	return rec, g.Wait()
}

// obtain downloads the archive from the first source that has it. A source that
// sent something wrong ends the search: only one that is away, or lacks the
// release, hands over to the next.
func (c *Client) obtain(ctx context.Context, d *download) error {
	if c.cfg.Source == release.SourceDL {
		return c.downloadDL(ctx, d)
	}
	if found, err := c.fromModCache(ctx, d); found || err != nil {
		return err
	}
	err := c.proxies.Check(release.Module)
	if err == nil {
		d.via, d.format = ViaProxy, archive.ModuleZip
		err = c.download(ctx, d)
	} else {
		err = fmt.Errorf("download %s: %w", d.Release, err)
	}
	if err == nil || c.cfg.Source != release.SourceAuto || c.cfg.DL == "" || ctx.Err() != nil || !isAway(err) {
		return err
	}
	return bothAway(err, c.downloadDL(ctx, d))
}

// isAway reports whether err says that a source can't be asked, or does not have
// what was asked for; nothing that it sent was wrong.
func isAway(err error) bool {
	for _, target := range []error{web.ErrDirect, web.ErrStalled, web.ErrSlow, os.ErrNotExist} {
		if errors.Is(err, target) {
			return true
		}
	}
	return web.IsAway(err) || errors.As(err, new(*web.NoProxyError)) || errors.As(err, new(*release.NoHashError))
}

// bothAway joins what two sources say. That a release does not exist is the
// answer, where one of them says so and the other can't be asked.
func bothAway(proxyErr, dlErr error) error {
	var missing, missingToo *release.NotFoundError
	switch {
	case dlErr == nil, !isAway(dlErr), errors.As(dlErr, new(*release.PlatformError)):
		return dlErr
	case errors.As(dlErr, &missing):
		if !errors.As(proxyErr, &missingToo) {
			missing.Also = proxyErr
		}
		return missing
	case errors.As(proxyErr, &missing):
		missing.Also = dlErr
		return missing
	}
	return errors.Join(proxyErr, dlErr)
}

// fromModCache takes the zip that the go command has downloaded, if it has. It
// needs the same proof as any other.
func (c *Client) fromModCache(ctx context.Context, d *download) (bool, error) {
	if c.cfg.ModCache == "" || d.only != nil {
		return false, nil
	}
	name := filepath.Join(c.cfg.ModCache, "cache", "download", filepath.FromSlash(release.Module), "@v", d.Module()+".zip")
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return false, nil
	}
	d.via, d.format = ViaModCache, archive.ModuleZip
	err := c.downloadFrom(ctx, d, web.FileURL(name), nil)
	if err != nil && ctx.Err() == nil {
		return false, nil // it may go while it is read; then the network has it
	}
	return err == nil, err
}
