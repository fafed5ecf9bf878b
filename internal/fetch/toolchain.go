package fetch

import (
	"context"
	"errors"
	"fmt"
	"os"

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
