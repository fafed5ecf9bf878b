package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/tree"
)

// The kinds of findings that are about the store, besides those of a tree.
const (
	Altered  tree.Kind = "altered"    // receipt or manifest is not as it was written
	Unproven tree.Kind = "unverified" // the receipt has no record that verifies its h1
	Link     tree.Kind = "link"       // a link of the store leads elsewhere
)

// A Report is what Verify found of a toolchain.
type Report struct {
	Version gover.Version
	Receipt *Receipt       // as it stands there; nil if it is missing or can't be read
	Tree    []tree.Finding // about files and directories of the toolchain, sorted by path
	Store   []tree.Finding // about receipt, manifest and links, by paths below the store, sorted
	Files   int            // that were hashed
	Bytes   int64          // that were hashed
	H1      string         // of the tree as it is

	manifest []byte         // as it stands there
	against  []byte         // the manifest that Tree was found by
	wanted   *tree.Manifest // the same
	tree     *tree.Tree     // as it is
}

// Clean reports whether all is as it was installed. That the receipt is true
// is another question, which its record answers.
func (r *Report) Clean() bool { return len(r.Tree) == 0 && len(r.Store) == 0 }

// Unprove adds that the receipt's record proves nothing, and why.
func (r *Report) Unprove(why error) {
	r.Store = append(r.Store, tree.Finding{Kind: Unproven, Path: "receipts/" + r.Version.String() + ".json", Detail: why.Error()})
	slices.SortFunc(r.Store, tree.ByPath)
}

// Verify hashes all files of v again, on all processors, and compares names,
// content, types and modes with the manifest, the manifest with the receipt, and
// the links with what they should be. It uses no network and changes nothing.
// An error means that the question could not be answered; damage is none.
func (s *Store) Verify(ctx context.Context, v gover.Version) (*Report, error) {
	release, err := s.lockShared(ctx, v.String())
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
	var err error
	if r.tree, err = tree.Sealed(ctx, s.home.Dir(v)); err != nil {
		return nil, err
	}
	r.compare(m, r.manifest)
	if right := s.judgeManifest(r); right != nil {
		m, _ = tree.ParseManifest(right)
		r.compare(m, right)
	}
	if err := s.verifyLinks(r); err != nil {
		return nil, err
	}
	slices.SortFunc(r.Store, tree.ByPath)
	return r, nil
}

// readEvidence reads receipt and manifest, and finds out what can be of them
// without a look at the tree.
func (s *Store) readEvidence(r *Report) *tree.Manifest {
	var err error
	if r.Receipt, err = s.Receipt(r.Version); err != nil {
		r.Receipt = nil
		r.blame(s.receiptFile(r.Version), err)
	}
	if r.manifest, err = readFile(s.sumsFile(r.Version)); err != nil {
		r.blame(s.sumsFile(r.Version), err)
	}
	m, parseErr := tree.ParseManifest(r.manifest)
	if parseErr != nil && err == nil {
		r.blame(s.sumsFile(r.Version), parseErr)
	}
	if r.Receipt == nil {
		return m
	}
	if m.Prefix == "" {
		m.Prefix = r.Receipt.Module + "/"
	}
	if err := r.Receipt.agrees(r.Version, m, parseErr == nil && err == nil); err != nil {
		r.blame(s.receiptFile(r.Version), err)
	}
	return m
}

// agrees reports whether a receipt is one of v, and with its manifest.
func (r *Receipt) agrees(v gover.Version, m *tree.Manifest, whole bool) error {
	switch {
	case r.Format != Format:
		return fmt.Errorf("format %d, not %d", r.Format, Format)
	case r.Version != v:
		return fmt.Errorf("receipt of %v", r.Version)
	case whole && r.Module+"/" != m.Prefix:
		return fmt.Errorf("module %q, in the manifest %q", r.Module, strings.TrimSuffix(m.Prefix, "/"))
	case whole && r.Files != len(m.Files):
		return fmt.Errorf("%d files, in the manifest %d", r.Files, len(m.Files))
	}
	return nil
}

// blame adds a finding about the receipt or the manifest.
func (r *Report) blame(file string, err error) {
	finding := tree.Finding{Kind: Altered, Path: shortReceipt(file), Detail: err.Error()}
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		finding.Kind, finding.Detail = tree.Missing, ""
	case errors.As(err, &path):
		finding.Kind, finding.Detail = tree.Unreadable, path.Err.Error()
	}
	r.Store = append(r.Store, finding)
}

// compare compares the tree with m, which is what sums say.
func (r *Report) compare(m *tree.Manifest, sums []byte) {
	r.Tree, r.wanted, r.against = tree.CompareManifest(r.tree, m), m, sums
	r.Files, r.Bytes = r.tree.Hashed()
	if slices.ContainsFunc(r.Tree, func(f tree.Finding) bool { return f.Kind != tree.Mode }) {
		sums = tree.Format(m.Prefix, r.tree.Sums(nil))
	}
	r.H1 = tree.H1(sums)
}

// judgeManifest compares the manifest with the receipt. Where they differ it
// returns the manifest that the receipt stands for, if the tree still makes it.
func (s *Store) judgeManifest(r *Report) (right []byte) {
	if r.Receipt == nil || r.Receipt.H1 == tree.H1(r.manifest) {
		return nil
	}
	file := s.sumsFile(r.Version)
	if !slices.ContainsFunc(r.Store, func(f tree.Finding) bool { return f.Path == shortReceipt(file) }) {
		r.blame(file, fmt.Errorf("hashes to %s, the receipt has %s", tree.H1(r.manifest), r.Receipt.H1))
	}
	return r.manifestOf(r.Receipt.H1)
}

// manifestOf returns the manifest that hashes to h1: the one that is there, or
// the one that the tree makes, with or without the files that the manifest does
// not know. It returns nil if none does.
func (r *Report) manifestOf(h1 string) []byte {
	if tree.H1(r.manifest) == h1 {
		return r.manifest
	}
	wanted := r.wanted.Sums()
	for _, some := range []func(string) bool{nil, func(name string) bool { _, ok := wanted[name]; return ok }} {
		if sums := tree.Format(r.wanted.Prefix, r.tree.Sums(some)); tree.H1(sums) == h1 {
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
		r.Store = append(r.Store, tree.Finding{Kind: Link, Path: filepath.ToSlash(short), Detail: found + ", not to " + target})
	}
	return nil
}
