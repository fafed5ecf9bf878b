package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/gover"
)

// A Kind says in which way something is not as it was proven.
type Kind string

// The kinds of findings.
const (
	Changed    Kind = "changed"    // another content
	Missing    Kind = "missing"    // not there
	Extra      Kind = "extra"      // there, and not in the manifest
	Mode       Kind = "mode"       // content as proven, but other rights than a sealed file or folder has
	Type       Kind = "type"       // not a regular file, or no folder where one should be
	Unreadable Kind = "unreadable" // the disk or the rights don't let it be read
	Altered    Kind = "altered"    // receipt or manifest is not as it was written
	Unproven   Kind = "unproven"   // the receipt has no proof of its h1
	Link       Kind = "link"       // a link of the store leads elsewhere
)

// A Finding is one thing that is not as it should be.
type Finding struct {
	Kind   Kind   `json:"kind"`
	Path   string `json:"path"`             // below GOROOT; for receipts and links below the store
	Detail string `json:"detail,omitempty"` // such as "0644, not 0444"
}

// A Report is what Verify found of a toolchain.
type Report struct {
	Version gover.Version
	Receipt *Receipt  // as it stands there; nil if it is missing or can't be read
	Tree    []Finding // about files and folders of the toolchain, sorted by path
	Store   []Finding // about receipt, manifest and links, sorted by path
	Files   int       // that were hashed
	Bytes   int64     // that were hashed
	H1      string    // of the tree as it is

	manifest []byte // as it stands there
	against  []byte // the manifest that Tree was found by
	scan     *scan
}

// Clean reports whether all is as it was installed. That the receipt is true
// is another question, which its record answers.
func (r *Report) Clean() bool { return len(r.Tree) == 0 && len(r.Store) == 0 }

// Unprove adds that the receipt's record proves nothing, and why.
func (r *Report) Unprove(why error) {
	r.Store = append(r.Store, Finding{Unproven, "receipts/" + r.Version.String() + ".json", why.Error()})
	slices.SortFunc(r.Store, byPath)
}

// Verify hashes all files of v again, on all processors, and compares names,
// content, types and modes with the manifest, the manifest with the receipt, and
// the links with what they should be. It uses no network and changes nothing.
// An error means that the question could not be answered; damage is none.
func (s *Store) Verify(ctx context.Context, v gover.Version) (*Report, error) {
	release, err := s.lockShared(ctx, v.String(), "verify")
	if err != nil {
		return nil, err
	}
	defer release()
	return s.verify(ctx, v)
}

// ErrNotInstalled says that the store does not have a version.
var ErrNotInstalled = errors.New("not installed")

func (s *Store) mustHave(v gover.Version) error {
	there, err := s.home.Has(v)
	if err == nil && !there {
		return ErrNotInstalled
	}
	return err
}

// verify is Verify for a caller that holds the lock of v.
func (s *Store) verify(ctx context.Context, v gover.Version) (*Report, error) {
	if err := s.mustHave(v); err != nil {
		return nil, fmt.Errorf("verify %v: %w", v, err)
	}
	r := &Report{Version: v}
	m := s.readEvidence(r)
	if err := s.scanTree(ctx, r, m, r.manifest); err != nil {
		return nil, err
	}
	if right := s.judgeManifest(r); right != nil {
		m, _ = parseManifest(right)
		if err := s.scanTree(ctx, r, m, right); err != nil {
			return nil, err
		}
	}
	if err := s.verifyLinks(r); err != nil {
		return nil, err
	}
	slices.SortFunc(r.Store, byPath)
	return r, nil
}

func byPath(x, y Finding) int {
	return cmp.Or(strings.Compare(x.Path, y.Path), strings.Compare(string(x.Kind), string(y.Kind)))
}

// readEvidence reads receipt and manifest, and finds out what can be of them
// without a look at the tree.
func (s *Store) readEvidence(r *Report) *manifest {
	var err error
	if r.Receipt, err = s.Receipt(r.Version); err != nil {
		r.Receipt = nil
		r.blame(s.receiptFile(r.Version), err)
	}
	if r.manifest, err = readFile(s.sumsFile(r.Version)); err != nil {
		r.blame(s.sumsFile(r.Version), err)
	}
	m, parseErr := parseManifest(r.manifest)
	if parseErr != nil && err == nil {
		r.blame(s.sumsFile(r.Version), parseErr)
	}
	if r.Receipt == nil {
		return m
	}
	if m.prefix == "" {
		m.prefix = r.Receipt.Module + "/"
	}
	if err := r.Receipt.agrees(r.Version, m, parseErr == nil && err == nil); err != nil {
		r.blame(s.receiptFile(r.Version), err)
	}
	return m
}

// agrees reports whether a receipt is one of v, and with its manifest.
func (r *Receipt) agrees(v gover.Version, m *manifest, whole bool) error {
	switch {
	case r.Format != Format:
		return fmt.Errorf("format %d, not %d", r.Format, Format)
	case r.Version != v:
		return fmt.Errorf("receipt of %v", r.Version)
	case whole && r.Module+"/" != m.prefix:
		return fmt.Errorf("module %q, in the manifest %q", r.Module, strings.TrimSuffix(m.prefix, "/"))
	case whole && r.Files != len(m.entries):
		return fmt.Errorf("%d files, in the manifest %d", r.Files, len(m.entries))
	}
	return nil
}

// blame adds a finding about the receipt or the manifest.
func (r *Report) blame(file string, err error) {
	finding := Finding{Kind: Altered, Path: shortReceipt(file), Detail: err.Error()}
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		finding.Kind, finding.Detail = Missing, ""
	case errors.As(err, &path):
		finding.Kind, finding.Detail = Unreadable, path.Err.Error()
	}
	r.Store = append(r.Store, finding)
}

// scanTree compares the tree with m, which is what sums say.
func (s *Store) scanTree(ctx context.Context, r *Report, m *manifest, sums []byte) error {
	tree := newScan(s.home.Dir(r.Version), m)
	if err := tree.run(ctx); err != nil {
		return err
	}
	slices.SortFunc(tree.findings, byPath)
	r.Tree, r.Files, r.Bytes = tree.findings, tree.files, tree.bytes
	if tree.asWanted() {
		r.H1 = hashOf(sums)
	} else {
		r.H1 = hashOf(tree.sums(true))
	}
	r.scan, r.against = tree, sums
	return nil
}

// judgeManifest compares the manifest with the receipt. Where they differ it
// returns the manifest that the receipt stands for, if the tree still makes it.
func (s *Store) judgeManifest(r *Report) (right []byte) {
	if r.Receipt == nil || r.Receipt.H1 == hashOf(r.manifest) {
		return nil
	}
	file := s.sumsFile(r.Version)
	if !slices.ContainsFunc(r.Store, func(f Finding) bool { return f.Path == shortReceipt(file) }) {
		r.blame(file, fmt.Errorf("hashes to %s, the receipt has %s", hashOf(r.manifest), r.Receipt.H1))
	}
	return r.manifestOf(r.Receipt.H1)
}

// manifestOf returns the manifest that hashes to h1: the one that is there, or
// the one that the tree makes, with or without the files that the manifest does
// not know. It returns nil if none does.
func (r *Report) manifestOf(h1 string) []byte {
	if hashOf(r.manifest) == h1 {
		return r.manifest
	}
	for _, extras := range []bool{true, false} {
		if sums := r.scan.sums(extras); hashOf(sums) == h1 {
			return sums
		}
	}
	return nil
}

// shortReceipt returns the path of a receipt or manifest below the store.
func shortReceipt(file string) string { return "receipts/" + filepath.Base(file) }

// verifyLinks finds links that should lead to the toolchain and don't.
func (s *Store) verifyLinks(r *Report) error {
	changes, err := s.linkChanges()
	if err != nil {
		return err
	}
	for path, target := range changes {
		if target != r.Version.String() && target != commandLinks([]gover.Version{r.Version})[r.Version.String()] {
			continue
		}
		short, err := filepath.Rel(string(s.home), path)
		if err != nil {
			return err
		}
		found := "missing"
		if is, err := os.Readlink(path); err == nil {
			found = "leads to " + is
		}
		r.Store = append(r.Store, Finding{Link, filepath.ToSlash(short), found + ", not to " + target})
	}
	return nil
}

// hashOf returns the h1 that sums stands for.
func hashOf(sums []byte) string {
	sum := sha256.Sum256(sums)
	return h1Of(sum[:])
}

// h1Of returns the h1 of a manifest with a SHA-256.
func h1Of(sum []byte) string { return "h1:" + base64.StdEncoding.EncodeToString(sum) }
