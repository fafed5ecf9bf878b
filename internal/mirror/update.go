package mirror

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
)

// An Update says what a tree is to have.
type Update struct {
	Releases []release.Release // besides those that it has
	// Get writes the zip of a release to file and returns its record, both proven. It is called for
	// what the tree does not have, for Jobs releases at a time.
	Get   func(ctx context.Context, r release.Release, file *os.File) (sumdb.Record, error)
	Jobs  int
	Heads []sumdb.Head // that clients have seen elsewhere
	// Latest says to ask the database for its newest head. Without it, the newest that this user,
	// a record or a client has seen will do.
	Latest bool
}

// A Result says what an update did.
type Result struct {
	Added []release.Release
	Files int // that are new or changed
	Head  sumdb.Head
}

// Update adds releases to the tree, and moves all of it to the newest head that is known. The caller holds the
// lock. An error leaves the tree as it was, or with files that no reader asks for yet.
func (t *Tree) Update(ctx context.Context, u Update) (*Result, error) {
	dir, err := t.stage()
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // or the next update does
	items, added, err := t.items(ctx, u, dir)
	if err != nil {
		return nil, err
	}
	known, err := t.known(u)
	if err != nil {
		return nil, err
	}
	candidates := slices.Clone(known)
	for _, item := range items {
		if heads, err := t.db.ParseHeads([]byte(item.Tree)); err == nil {
			candidates = append(candidates, heads...)
		}
	}
	if u.Latest {
		latest, err := t.db.Latest(ctx)
		if err != nil {
			return nil, err
		}
		candidates = append(candidates, latest)
	}
	head := sumdb.Newest(candidates)
	files, err := t.publish(ctx, head, items, known)
	return &Result{added, files, head}, err
}

// known returns the heads that clients may have seen.
func (t *Tree) known(u Update) ([]sumdb.Head, error) {
	own, err := t.Heads()
	if err != nil {
		return nil, err
	}
	seen, err := t.db.Seen()
	if err != nil {
		return nil, err
	}
	given, err := t.db.Given()
	return slices.Concat(own, u.Heads, seen, given), err
}

// items returns all that the tree has and is to have, and which of that is new. New zips are in dir.
func (t *Tree) items(ctx context.Context, u Update, dir string) (items []item, added []release.Release, err error) {
	releases, err := t.Releases()
	if err != nil {
		return nil, nil, err
	}
	for _, r := range u.Releases {
		if !slices.Contains(releases, r) {
			releases = append(releases, r)
		}
	}
	slices.SortFunc(releases, compare)
	items = make([]item, len(releases))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(u.Jobs, 1))
	for i, r := range releases {
		items[i].Release = r
		if there, err := t.has(r); err != nil {
			return nil, nil, err
		} else if there {
			if items[i].Record, _, err = t.record(r); err == nil {
				continue
			}
		}
		added = append(added, r)
		group.Go(func() error { return t.get(ctx, u, dir, &items[i]) })
	}
	return items, added, group.Wait()
}

func (t *Tree) get(ctx context.Context, u Update, dir string, item *item) error {
	if err := t.step("mirror/get"); err != nil {
		return err
	}
	item.zip = filepath.Join(dir, item.Module()+".zip")
	f, err := os.OpenFile(item.zip, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if item.Record, err = u.Get(ctx, item.Release, f); err != nil {
		_ = f.Close()
		return err
	}
	return seal(f)
}

// has reports whether the tree has a zip of r, which nobody looked into.
func (t *Tree) has(r release.Release) (bool, error) {
	info, err := os.Stat(t.path(t.zip(r)))
	if fsx.IsAbsent(err) {
		return false, nil
	}
	return err == nil && info.Mode().IsRegular(), err
}
