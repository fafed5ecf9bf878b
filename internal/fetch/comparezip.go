package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// maxDecide bounds what is downloaded to make sure of what differs, in bytes
// of the zip. The directory has 1 to 2 MB.
const maxDecide = 4 << 20

// name finds out in which files the tree differs from the release.
func (j *judge) name(ctx context.Context) error {
	if sums := j.proof.Sums; sums != nil {
		return j.hashAndCompare(ctx, sums)
	}
	var err error
	if !j.options.Full {
		err = j.nameByDirectory(ctx)
	}
	if j.options.Full || errors.Is(err, web.ErrNoRanges) {
		err = j.nameByZip(ctx)
	}
	if err == nil {
		return nil
	}
	if security := (*sumdb.SecurityError)(nil); errors.As(err, &security) || ctx.Err() != nil {
		return err
	}
	// The verdict is there, and so is what can be told without the zip.
	j.result.Nameless, j.result.Sure = err, false
	j.result.Findings = tree.Compare[struct{}](j.tree, nil, nil)
	return nil
}

// hashAndCompare hashes what was too much to hash before.
func (j *judge) hashAndCompare(ctx context.Context, sums []byte) error {
	m, err := tree.ParseManifest(sums)
	if err != nil || m.Prefix != j.release.Prefix() {
		return fmt.Errorf("manifest of %s: damaged", j.release)
	}
	expected := m.Sums()
	if err := j.hashSome(ctx, func(f *tree.Regular) bool { _, ok := expected[f.Name]; return ok }); err != nil {
		return err
	}
	return j.compareSums(sums)
}

// hashSome hashes those files that were not yet.
func (j *judge) hashSome(ctx context.Context, wanted func(*tree.Regular) bool) error {
	var todo []*tree.Regular
	var bytes int64
	for _, f := range j.tree.Files {
		if !f.Hashed && f.Err == nil && wanted(f) && f.Size <= archive.MaxUnpacked-bytes {
			todo = append(todo, f)
			bytes += f.Size
		}
	}
	return j.tree.Hash(ctx, todo, nil)
}

// compareSums compares with a proven manifest.
func (j *judge) compareSums(sums []byte) error {
	m, err := tree.ParseManifest(sums)
	if err != nil {
		return fmt.Errorf("manifest of %s: %w", j.release, err)
	}
	j.result.Findings = tree.CompareManifest(j.tree, m)
	return nil
}

// nameByZip downloads the whole zip and proves it. It is on the disk only until
// that is done.
func (j *judge) nameByZip(ctx context.Context) error {
	c, r := j.client, j.release
	d, remove, err := c.newDownload(r)
	if err != nil {
		return err
	}
	defer remove()
	d.progress = j.options.Progress
	if err := c.download(ctx, d); err != nil {
		return err
	}
	j.result.Received += d.size
	a, err := archive.ModuleZip.Open(d.file, d.size, r.Prefix())
	if err != nil {
		return err
	}
	if err := archive.Hash(ctx, a.Entries); err != nil {
		return err
	}
	sums := a.Sums()
	if got := tree.H1(sums); got != j.proof.H1 {
		return c.db.SecurityError(subjectOf(r), "checksum mismatch", "downloaded: "+got, "verified:   "+web.CleanLine(j.proof.H1))
	}
	j.proof.Sums = sums
	return j.hashAndCompare(ctx, sums)
}

// nameByDirectory compares with size and CRC of the files in the zip, by the
// directory at its end. Nothing proves that directory; but the files that
// differ, once they are downloaded, complete a manifest, and its hash proves it.
func (j *judge) nameByDirectory(ctx context.Context) error {
	d, remove, err := j.client.newDownload(j.release)
	if err != nil {
		return err
	}
	defer remove()
	return j.client.proxies.Try(ctx, func(base *url.URL) error {
		if base.Scheme == "file" { // to copy the zip costs no more than parts of it
			return web.ErrNoRanges
		}
		if err := d.file.Truncate(0); err != nil {
			return err
		}
		s := web.NewSparse(j.client.web, web.Join(base, release.Module, "@v", j.release.Module()+".zip"), d.file)
		defer func() { j.result.Received += s.Received.Load() }()
		here, whole, err := s.Tail(ctx, tailSize)
		if whole != nil {
			_ = whole.Close()
		}
		if err != nil {
			return err
		}
		return j.compareDirectory(ctx, s, here)
	})
}

func (j *judge) compareDirectory(ctx context.Context, s *web.Sparse, here int64) error {
	a, err := openZip(ctx, s, here, j.release.Prefix())
	if err != nil {
		return err
	}
	listed := make(map[string]*archive.Entry, len(a.Entries))
	for _, e := range a.Entries {
		listed[strings.TrimPrefix(e.Name, j.release.Prefix())] = e
	}
	err = j.hashSome(ctx, func(f *tree.Regular) bool {
		e := listed[f.Name]
		return e != nil && e.Size() == f.Size
	})
	if err != nil {
		return err
	}
	same := func(f *tree.Regular, e *archive.Entry) bool {
		return e != nil && f.Hashed && e.Size() == f.Size && e.Crc() == f.CRC
	}
	j.result.Findings = tree.Compare(j.tree, listed, same)
	sums, err := j.decide(ctx, a, func(f *tree.Regular) bool { return same(f, listed[f.Name]) })
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	// If it can't be decided, for whatever reason, the names are there, and unsure.
	if j.result.Sure = err == nil && tree.H1(sums) == j.proof.H1; j.result.Sure {
		j.proof.Sums = sums
		return j.compareSums(sums)
	}
	return nil
}

// decide downloads what differs, if that is little, and returns the manifest
// that it completes; nil if it is too much.
func (j *judge) decide(ctx context.Context, a *remoteZip, same func(*tree.Regular) bool) ([]byte, error) {
	complete := make(map[string][32]byte, len(a.Entries))
	for _, f := range j.tree.Files {
		if same(f) {
			complete[f.Name] = f.Sum
		}
	}
	var left []*archive.Entry
	for _, e := range a.Entries {
		if _, ok := complete[strings.TrimPrefix(e.Name, j.release.Prefix())]; !ok {
			left = append(left, e)
		}
	}
	if ok, err := a.hash(ctx, left, maxDecide); !ok || err != nil {
		return nil, err
	}
	for _, e := range left {
		complete[strings.TrimPrefix(e.Name, j.release.Prefix())] = e.Sum
	}
	return tree.Format(j.release.Prefix(), complete), nil
}
