package mirror

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/tree"
)

// HashZip returns the h1 of a release's zip, which may be hostile.
func HashZip(ctx context.Context, name string, r release.Release) (string, error) {
	f, info, err := fsx.Open(name, fsx.Follow)
	if err != nil {
		return "", err
	}
	defer f.Close()
	zip, err := archive.ModuleZip.Open(f, info.Size(), r.Prefix())
	if err != nil {
		return "", err
	}
	if err := archive.Hash(ctx, zip.Entries); err != nil {
		return "", err
	}
	return tree.H1(zip.Sums()), nil
}

// A Finding is one file of the tree that is not as clients need it.
type Finding struct {
	Path   string `json:"path"` // below the tree
	Detail string `json:"detail"`
}

// A Report is what Verify found.
type Report struct {
	Releases []release.Release
	Head     sumdb.Head
	Findings []Finding
}

// Verify reads the whole tree, without the network: each zip against its record, each record and
// each earlier head against the one signed head, by the tiles that clients get. An error means
// that the question could not be answered.
func (t *Tree) Verify(ctx context.Context) (*Report, error) {
	v := &verifying{Tree: t, report: new(Report)}
	releases, err := t.Releases()
	if err != nil {
		return nil, err
	}
	v.report.Releases, v.report.Head = releases, v.newest()
	for _, r := range releases {
		if err := v.release(ctx, r); err != nil {
			return nil, err
		}
	}
	v.same(t.sumdb("supported"), "")
	if t.layout == Proxy {
		items := make([]item, len(releases))
		for i, r := range releases {
			items[i].Release = r
		}
		v.same(list, string(listOf(items)))
	}
	return v.report, nil
}

type verifying struct {
	*Tree
	report *Report
}

func (v *verifying) blame(name string, err error) {
	if tile := (*sumdb.TileError)(nil); errors.As(err, &tile) {
		name = v.sumdb(tile.Path)
	}
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		err = path.Err
	}
	if f := (Finding{name, err.Error()}); !slices.Contains(v.report.Findings, f) {
		v.report.Findings = append(v.report.Findings, f)
	}
}

// same finds a file that has another content.
func (v *verifying) same(name, want string) {
	data, err := v.read(name)
	if err == nil && string(data) != want {
		err = errors.New("not as it should be")
	}
	if err != nil {
		v.blame(name, err)
	}
}

// newest returns the newest head. It has to be that of the file "latest", and each other
// one the beginning of it.
func (v *verifying) newest() sumdb.Head {
	heads, err := v.Heads()
	if err != nil || len(heads) == 0 {
		v.blame(v.sumdb("heads"), cmp.Or(err, fs.ErrNotExist))
		return sumdb.Head{}
	}
	newest := sumdb.Newest(heads)
	v.same(v.sumdb("latest"), string(newest.Note))
	for _, earlier := range heads {
		if _, err := v.db.Prove(newest, nil, []sumdb.Head{earlier}, v.tile); err != nil {
			v.blame(v.sumdb("heads"), fmt.Errorf("a client that has seen %d records is refused: %w", earlier.N, err))
		}
	}
	return newest
}

// release finds what is wrong with the files of r.
func (v *verifying) release(ctx context.Context, r release.Release) error {
	record, head, err := v.record(r)
	if err == nil && !head.Equal(v.report.Head) {
		err = fmt.Errorf("names a tree of %d records, not of %d", head.N, v.report.Head.N)
	}
	if err == nil {
		_, err = v.db.Prove(v.report.Head, []sumdb.Record{record}, nil, v.tile)
	}
	if err != nil {
		v.blame(v.lookup(r), err)
	}
	v.same(v.file(r, ".mod"), modText)
	v.same(v.file(r, ".info"), string(infoOf(r)))
	h1, err := HashZip(ctx, v.path(v.zip(r)), r)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err == nil && h1 != record.H1(release.ModuleOf(r.Version, r.Platform)) {
		err = errors.New("not the release that the checksum database has")
	}
	if err != nil {
		v.blame(v.zip(r), err)
	}
	return nil
}
