package fetch

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/web"
)

// downloadDL gets the archive of the download page, which has to be the one
// that the page's index has the hash of.
//
// The hash is never taken from where the archive comes from, unless that is
// where the index is, too. It is not the only proof: the tree that is unpacked
// must have the hash that the checksum database has for the release.
func (c *Client) downloadDL(ctx context.Context, d *download) error {
	err := c.downloadDist(ctx, d)
	var status *web.StatusError
	switch {
	case err == nil, errors.As(err, new(*release.NotFoundError)), errors.As(err, new(*sumdb.SecurityError)):
		return err
	case errors.As(err, &status) && errors.Is(err, os.ErrNotExist):
		// In the index, but not where the archives are.
		return &release.NotFoundError{
			Version: d.Version, Platform: d.Platform, URL: status.URL, Status: status.Status, Detail: status.Detail,
		}
	}
	return fmt.Errorf("download %s: %w", d.Release, err)
}

func (c *Client) downloadDist(ctx context.Context, d *download) error {
	if c.archives == nil {
		return release.ErrNoIndex
	}
	file, err := c.Archive(ctx, d.Release)
	if err != nil {
		return err
	}
	d.via, d.format = ViaDL, archive.DistTarGz
	if strings.HasSuffix(file.Name, ".zip") {
		d.format = archive.DistZip
	}
	got, err := c.downloadSum(ctx, d, web.Join(c.archives, file.Name), file.SHA256)
	if err != nil {
		return err
	}
	if got != file.SHA256 {
		return mismatch(d.Release, "from:       "+d.source,
			fmt.Sprintf("downloaded: sha256:%x", got), fmt.Sprintf("index:      sha256:%x", file.SHA256))
	}
	d.sum = got
	return nil
}

// downloadSum gets the archive at u and returns its SHA-256. A tar.gz is unpacked
// meanwhile, where that is wanted; what was unpacked is kept if it has the sum
// that is wanted.
func (c *Client) downloadSum(ctx context.Context, d *download, u *url.URL, want [32]byte) (sum [32]byte, err error) {
	if d.format != archive.DistTarGz || d.root == nil {
		err = c.downloadFrom(ctx, d, u, nil)
	} else if sum, err = c.downloadAndUnpack(ctx, d, u); err == nil && sum == want && d.sums != nil {
		return sum, nil
	}
	if err != nil {
		return sum, err
	}
	received := d.received
	if err := d.clear(); err != nil {
		return sum, err
	}
	d.received = received
	return sumOf(d.file, d.size)
}

// sumOf returns the SHA-256 of the first size bytes of a file.
func sumOf(file io.ReaderAt, size int64) (sum [32]byte, err error) {
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(file, 0, size)); err != nil {
		return sum, err
	}
	h.Sum(sum[:0])
	return sum, nil
}
