package fetch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
)

// The kinds of what an audit finds.
const (
	Changed    = "changed"    // another content
	Missing    = "missing"    // not there
	Extra      = "extra"      // there, and not part of the release
	Type       = "type"       // not a regular file, or no folder where one should be
	Unreadable = "unreadable" // the disk or the rights don't let it be read, or it was changing
)

// A Difference is one thing in a tree that is not as Go published it.
type Difference struct {
	Kind   string `json:"kind"`
	Path   string `json:"path"`             // below the tree; a folder ends with a slash
	Detail string `json:"detail,omitempty"` // such as "symbolic link"
}

// An Audit is what became of the question whether a tree that somebody else has
// made is a release of Go.
type Audit struct {
	Version  gover.Version
	Platform release.Platform
	Proof    *Proof // of the release; with Sums, and Source "", if those are known
	Cached   bool   // a folder of the go command's module cache
	H1       string // of the tree as it is, "" if that can't be told
	Files    int    // that were hashed
	Bytes    int64  // that were hashed

	Differences []Difference // sorted by path
	// Sure says that Differences are all that there is, and right. Else they
	// come from the directory of the zip, which nothing proves.
	Sure bool
	// Nameless is why Differences could not be told, nil if they could.
	Nameless error
	Received int64 // bytes of the zip

	// LeftOut are folders that are no part of the module, so that the checksum
	// database says nothing about the Uncovered files in them.
	LeftOut   []string
	Uncovered int
}

// OK reports whether the tree is the release, file by file.
func (a *Audit) OK() bool { return a.Proof != nil && a.H1 == a.Proof.H1 && len(a.Differences) == 0 }

// Rebuilt reports whether every program is another than the published one, as
// in what a distribution has built.
func (a *Audit) Rebuilt() bool {
	tool := path.Join("pkg/tool", a.Platform.OS+"_"+a.Platform.Arch) + "/"
	programs := 0
	for _, d := range a.Differences {
		if d.Kind != Changed {
			continue
		}
		switch dir, base := path.Split(d.Path); {
		case dir == "bin/" && (base == "go" || base == "go.exe"), dir == tool && base[:min(len(base), 7)] == "compile":
			programs++
		}
	}
	return programs == 2
}

// AuditOptions say how to audit.
type AuditOptions struct {
	// Known returns a proof that is at hand, with its Sums, or nil. Then no
	// network is used.
	Known func(gover.Version, release.Platform) *Proof
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

// Audit hashes the GOROOT at root, whoever has made it, and compares it with
// the checksum database. If they differ, it names what does: the directory of
// the zip, which is read from its end, has size and CRC of each file; the few
// files that differ are downloaded and decide. Root is only read.
//
// An error means that the question could not be answered, or, as a
// [*SecurityError], that the database contradicts itself; as a [*ForeignError]
// or an [*UnknownReleaseError], that there is no such release to compare with.
func (c *Client) Audit(ctx context.Context, root *os.Root, options AuditOptions) (*Audit, error) {
	return c.audit(ctx, root, nil, options)
}

// Import is Audit for a tree of this platform that is copied to into, an empty
// folder, meanwhile: what is there is what was hashed, in the form that
// [Client.Fetch] gives it, with the same Proof. It is complete only if the
// Audit is OK.
func (c *Client) Import(ctx context.Context, root, into *os.Root, options AuditOptions) (*Audit, error) {
	a, err := c.audit(ctx, root, into, options)
	if err != nil || !a.OK() {
		return a, err
	}
	return a, checkGOROOT(into, release.Release{Version: a.Version, Platform: a.Platform})
}

func (c *Client) audit(ctx context.Context, root, into *os.Root, options AuditOptions) (*Audit, error) {
	v, p, err := Identify(root, c.cfg.Platform)
	if err != nil {
		return nil, err
	}
	if into != nil && p != c.cfg.Platform {
		return nil, fmt.Errorf("it is %v for %v, not for %v", v, p, c.cfg.Platform)
	}
	t, err := walkGoRoot(ctx, root)
	if err != nil {
		return nil, err
	}
	j := &judge{client: c, release: release.Release{Version: v, Platform: p}, tree: t, options: options}
	if err := j.prove(ctx); err != nil {
		return nil, err
	}
	// A tree that is larger than any release needs no hash to be told from one.
	if t.bytes <= archive.MaxUnpacked {
		if err := t.copyInto(ctx, into); err != nil {
			return nil, err
		}
	}
	return j.judge(ctx)
}

// copyInto hashes all files and, unless into is nil, copies them.
func (t *goRoot) copyInto(ctx context.Context, into *os.Root) error {
	if into != nil {
		folders := make(map[string]bool)
		for _, f := range t.files {
			if dir := path.Dir(f.path); !folders[dir] {
				folders[dir] = true
				if err := into.MkdirAll(dir, 0o777); err != nil {
					return err
				}
			}
		}
	}
	if err := t.hash(ctx, t.files, into); err != nil {
		return err
	}
	copies := make([]*treeFile, 0, len(t.copies))
	for _, f := range t.copies {
		copies = append(copies, f)
	}
	return t.hash(ctx, copies, nil)
}

// A judge compares a tree with the release that it says it is.
type judge struct {
	client  *Client
	release release.Release
	tree    *goRoot
	options AuditOptions
	proof   *Proof
	audit   *Audit
}

// prove finds out what the release hashes to.
func (j *judge) prove(ctx context.Context) error {
	if j.options.Known != nil {
		known := j.options.Known(j.release.Version, j.release.Platform)
		if known != nil && archive.H1(known.Sums) == known.H1 {
			j.proof = known
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
	j.proof = c.proof(j.release, rec)
	return nil
}

// judge compares, and names what differs where something does.
func (j *judge) judge(ctx context.Context) (*Audit, error) {
	t := j.tree
	j.audit = &Audit{
		Version: j.release.Version, Platform: j.release.Platform, Proof: j.proof, Cached: t.cached,
		LeftOut: t.leftOut, Uncovered: t.uncovered, Sure: true,
	}
	sums := t.sums(j.release)
	if sums != nil {
		j.audit.H1 = archive.H1(sums)
	}
	var err error
	if j.audit.H1 == j.proof.H1 {
		j.proof.Sums = sums
		j.compareSums(sums)
	} else {
		err = j.name(ctx)
	}
	for _, f := range t.files {
		if f.hashed {
			j.audit.Files++
			j.audit.Bytes += f.info.Size()
		}
	}
	return j.audit, err
}
