package fetch

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// Options of [Client.Fetch]; the zero value is fine.
type Options struct {
	// Progress is called from one goroutine at a time, with the bytes received
	// so far and in all (-1 if unknown); done falls back to 0 when a download
	// has to begin again.
	Progress func(done, total int64)
	Phase    func(doing string) // is told what follows the download; may be nil
	Reuse    func() tree.Reuse  // may be called several times; may be nil, or return it
}

// Filler returns what fetches v into the root that it is given.
func (c *Client) Filler(v gover.Version, options Options) func(context.Context, *os.Root, func() tree.Reuse) (*tree.Proof, error) {
	return func(ctx context.Context, root *os.Root, reuse func() tree.Reuse) (*tree.Proof, error) {
		options.Reuse = reuse
		proof, err := c.Fetch(ctx, v, root, options)
		if err == nil && options.Phase != nil {
			options.Phase("writing to disk")
		}
		return proof, err
	}
}

// Fetch downloads v, proves it and unpacks it below root, an empty directory,
// as a complete GOROOT: files are read only, 0444 or 0555 whatever the umask
// says; directories are as the umask has it. Whoever owns root removes it when
// Fetch returns an error; nothing below it is proven then.
//
// Files that options.Reuse has are not downloaded. If the tree is not as proven
// then, all is downloaded after all: only what was published fails.
func (c *Client) Fetch(ctx context.Context, v gover.Version, root *os.Root, options Options) (*tree.Proof, error) {
	r := release.Release{Version: v, Platform: c.cfg.Platform}
	if err := c.checkFetch(r); err != nil {
		return nil, err
	}
	d, remove, err := c.newDownload(r)
	if err != nil {
		return nil, fmt.Errorf("download %s: %w", r, err)
	}
	defer remove()
	d.root, d.reuse, d.progress, d.phase = root, options.Reuse, options.Progress, options.Phase
	if d.reuse != nil { // the download begins meanwhile
		go d.reuse()
		defer func() { _ = d.reuse() }()
	}
	proof, err := c.fetch(ctx, d)
	if security := (*sumdb.SecurityError)(nil); d.reused > 0 && errors.As(err, &security) && security.Reason == sumdb.Mismatch {
		// The files that were here may be to blame.
		again := &download{
			Release: r, file: d.file, root: root, pool: d.pool, dirty: true, progress: options.Progress, phase: options.Phase, answered: make(chan struct{}),
		}
		if clearErr := again.clear(); clearErr != nil {
			return nil, errors.Join(err, clearErr)
		}
		return c.fetch(ctx, again)
	}
	return proof, err
}

func (c *Client) fetch(ctx context.Context, d *download) (*tree.Proof, error) {
	rec, err := c.downloadAndLookup(ctx, d)
	if err != nil {
		return nil, err
	}
	return c.unpackAndProve(ctx, d, d.root, rec)
}

// unpackAndProve compares what it has unpacked with what the database has; a
// record without a hash is compared with nothing.
func (c *Client) unpackAndProve(ctx context.Context, d *download, root *os.Root, rec sumdb.Answer) (*tree.Proof, error) {
	sums := d.sums
	if sums == nil {
		var err error
		if sums, err = d.unpack(ctx, root); err != nil {
			from := ""
			if d.via == ViaModCache { // which nobody has named
				from = " from " + d.source
			}
			return nil, fmt.Errorf("unpack %s%s: %w", d.Release, from, err)
		}
	}
	if d.phase != nil {
		d.phase("verifying")
	}
	got := tree.H1(sums)
	proof := &tree.Proof{Module: release.ModuleOf(d.Version, d.Platform), H1: got}
	if rec.H1 != "" {
		proof = proofOf(d.Release, rec)
		if got != rec.H1 {
			return nil, mismatch(d.Release, "from: "+d.source, "downloaded: "+got, c.db.Name()+": "+web.CleanLine(rec.H1))
		}
	}
	if err := checkGOROOT(root, d.Release); err != nil {
		return nil, fmt.Errorf("unpack %s: %w", d.Release, err)
	}
	proof.Sums, proof.Final = sums, true
	d.tell(proof)
	return proof, nil
}

// mismatch says that a release is not what was published, with lines that show it.
func mismatch(r release.Release, details ...string) error {
	return &sumdb.SecurityError{
		Op: "verifying " + r.String(), Reason: sumdb.Mismatch, Module: release.Module + "@" + r.Module(), Details: details,
	}
}

func proofOf(r release.Release, rec sumdb.Answer) *tree.Proof {
	return &tree.Proof{
		Module: release.ModuleOf(r.Version, r.Platform), H1: rec.H1, Record: rec.Record,
		SumDB: tree.SumDB{Name: rec.Witness.SumDB, TreeSize: rec.Witness.TreeSize, TreeHash: rec.Witness.TreeHash},
	}
}

// checkFetch finds what makes a download pointless before it begins.
func (c *Client) checkFetch(r release.Release) error {
	if r.Version.IsZero() {
		return errors.New("download: no version")
	}
	if c.db.Off() {
		return fmt.Errorf("download %s: %w", r, sumdb.ErrOff)
	}
	return nil
}

// tell notes where the archive came from.
func (d *download) tell(p *tree.Proof) {
	p.Source, p.Via, p.Size = d.source, d.via, d.size
	p.Received, p.Reused = d.received, d.reused
	if d.sum != ([32]byte{}) {
		p.SHA256 = hex.EncodeToString(d.sum[:])
	}
}

// unpack returns the sums of all files.
func (d *download) unpack(ctx context.Context, root *os.Root) ([]byte, error) {
	return d.format.Unpack(ctx, d.file, d.size, d.Prefix(), root)
}

// Prove asks the checksum database for v and downloads nothing: the Proof has
// no Source, Size and Sums.
func (c *Client) Prove(ctx context.Context, v gover.Version) (*tree.Proof, error) {
	r := release.Release{Version: v, Platform: c.cfg.Platform}
	if err := c.checkFetch(r); err != nil {
		return nil, err
	}
	rec, err := c.db.Lookup(ctx, subjectOf(r))
	if err != nil {
		return nil, err
	}
	return proofOf(r, rec), nil
}

// subjectOf returns what the database knows a release as.
func subjectOf(r release.Release) sumdb.Module {
	return sumdb.Module{Path: release.Module, Version: r.Module(), Name: r.String()}
}
