package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/goroot"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/tree"
)

// A Comparison is what became of the question whether a tree that somebody else has
// made is a release of Go.
type Comparison struct {
	Version  gover.Version
	Platform release.Platform
	Proof    *tree.Proof // of the release; with Sums, and Source "", if those are known
	Witness  sumdb.Witness
	Cached   bool   // a directory of the go command's module cache
	H1       string // of the tree as it is, "" if that can't be told
	Files    int    // that were hashed
	Bytes    int64  // that were hashed

	Findings []tree.Finding // sorted by path
	// Sure says that Findings are all that there is, and right. Else they
	// come from the directory of the zip, which nothing proves.
	Sure bool
	// Nameless is why Findings could not be told, nil if they could.
	Nameless error
	Received int64 // bytes of the zip

	// LeftOut are directories that are no part of the module, so that the checksum
	// database says nothing about the Uncovered files in them.
	LeftOut   []string
	Uncovered int
}

// OK reports whether the tree is the release, file by file.
func (c *Comparison) OK() bool { return c.Proof != nil && c.H1 == c.Proof.H1 && len(c.Findings) == 0 }

// Rebuilt reports whether every program is another than the published one, as
// in what a distribution has built.
func (c *Comparison) Rebuilt() bool {
	tool := path.Join("pkg/tool", c.Platform.OS+"_"+c.Platform.Arch) + "/"
	programs := 0
	for _, d := range c.Findings {
		if d.Kind != tree.Changed {
			continue
		}
		switch dir, base := path.Split(d.Path); {
		case dir == "bin/" && (base == "go" || base == "go.exe"), dir == tool && base[:min(len(base), 7)] == "compile":
			programs++
		}
	}
	return programs == 2
}

// CompareOptions say how to compare.
type CompareOptions struct {
	// Known returns a proof that is at hand, with its Sums, or nil. Then no
	// network is used.
	Known func(gover.Version, release.Platform) (*tree.Proof, sumdb.Witness)
	// Full downloads the zip to name what differs, where its directory would
	// do for most.
	Full bool
	// Progress is that of [Client.Fetch], for Full.
	Progress func(done, total int64)
}

// An UnknownReleaseError says that the checksum database has no record of the
// release that a tree says it is. For a tree of unknown origin that is no sign
// of an attack.
type UnknownReleaseError struct {
	Version  gover.Version
	Platform release.Platform
	Err      *sumdb.SecurityError
}

func (e *UnknownReleaseError) Error() string {
	return fmt.Sprintf("%v %v: %s", e.Version, e.Platform, e.Err.Reason)
}

// Compare hashes the GOROOT at root, whoever has made it, and compares it with
// the checksum database. If they differ, it names what does: the directory of
// the zip, which is read from its end, has size and CRC of each file; the few
// files that differ are downloaded and decide. Root is only read.
//
// An error means that the question could not be answered, or, as a
// [*SecurityError], that the database contradicts itself; as a [*release.ForeignError]
// or an [*UnknownReleaseError], that there is no such release to compare with.
func (c *Client) Compare(ctx context.Context, root *os.Root, options CompareOptions) (*Comparison, error) {
	return c.compareTree(ctx, root, nil, options)
}

// Import is Compare for a tree of this platform that is copied to into, an empty
// directory, meanwhile: what is there is what was hashed, in the form that
// [Client.Fetch] gives it, with the same Proof. It is complete only if the
// Comparison is OK. What managers of versions add to a release is left out.
func (c *Client) Import(ctx context.Context, root, into *os.Root, options CompareOptions) (*Comparison, error) {
	a, err := c.compareTree(ctx, root, into, options)
	if err != nil || !a.OK() {
		return a, err
	}
	return a, checkGOROOT(into, release.Release{Version: a.Version, Platform: a.Platform})
}

func (c *Client) compareTree(ctx context.Context, root, into *os.Root, options CompareOptions) (*Comparison, error) {
	v, named, err := release.Identify(root, c.cfg.Platform.String())
	if err != nil {
		return nil, err
	}
	var p release.Platform
	p.OS, p.Arch, _ = strings.Cut(named, "/")
	if into != nil && p != c.cfg.Platform {
		return nil, fmt.Errorf("%v was built for %v, not for %v", v, p, c.cfg.Platform)
	}
	t, err := tree.Walk(ctx, root)
	if err != nil {
		return nil, err
	}
	if into != nil {
		t.Forget(goroot.Added)
	}
	j := &judge{client: c, release: release.Release{Version: v, Platform: p}, tree: t, options: options}
	if err := j.prove(ctx); err != nil {
		return nil, err
	}
	// A tree that is larger than any release needs no hash to be told from one.
	if t.Bytes <= archive.MaxUnpacked {
		if err := t.Hash(ctx, t.Files, copier(into)); err != nil {
			return nil, err
		}
		if err := t.HashCopies(ctx); err != nil {
			return nil, err
		}
	}
	return j.judge(ctx)
}

// copier returns what makes the copies below root, nil if that is nil.
func copier(root *os.Root) func() tree.Copier {
	if root == nil {
		return nil
	}
	return func() tree.Copier { return treeCopier{archive.NewWorker(root)} }
}

type treeCopier struct{ *archive.Worker }

func (c treeCopier) Create(path string) (io.WriteCloser, error) {
	return c.Worker.Create(&archive.Entry{Path: path, Mode: goroot.Mode(path)})
}

// A judge compares a tree with the release that it says it is.
type judge struct {
	client  *Client
	release release.Release
	tree    *tree.Tree
	options CompareOptions
	proof   *tree.Proof
	witness sumdb.Witness
	result  *Comparison
}

// prove finds out what the release hashes to.
func (j *judge) prove(ctx context.Context) error {
	if j.options.Known != nil {
		known, witness := j.options.Known(j.release.Version, j.release.Platform)
		if known != nil && tree.H1(known.Sums) == known.H1 {
			j.proof, j.witness = known, witness
			return nil
		}
	}
	c := j.client
	if err := c.proxies.Check(release.Module); err != nil {
		return fmt.Errorf("verifying %s: %w", j.release, err)
	}
	if c.db.Off() {
		return fmt.Errorf("verifying %s: %w", j.release, sumdb.ErrOff)
	}
	rec, err := c.db.Lookup(ctx, subjectOf(j.release))
	if security := (*sumdb.SecurityError)(nil); errors.As(err, &security) && security.NoRecord {
		return &UnknownReleaseError{j.release.Version, j.release.Platform, security}
	}
	if err != nil {
		return err
	}
	j.proof, j.witness = proofOf(j.release, rec), rec.Witness
	return nil
}

// judge compares, and names what differs where something does.
func (j *judge) judge(ctx context.Context) (*Comparison, error) {
	t := j.tree
	j.result = &Comparison{
		Version: j.release.Version, Platform: j.release.Platform, Proof: j.proof, Witness: j.witness, Cached: t.Cached,
		LeftOut: t.LeftOut, Uncovered: t.Uncovered, Sure: true,
	}
	var sums []byte
	if all := t.Sums(nil); len(all) == len(t.Files) {
		sums = tree.Format(j.release.Prefix(), all)
		j.result.H1 = tree.H1(sums)
	}
	var err error
	if j.result.H1 == j.proof.H1 {
		j.proof.Sums = sums
		err = j.compareSums(sums)
	} else {
		err = j.name(ctx)
	}
	j.result.Files, j.result.Bytes = t.Hashed()
	return j.result, err
}
