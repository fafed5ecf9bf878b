package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
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
	if j.options.Full || errors.Is(err, errNoRanges) {
		err = j.nameByZip(ctx)
	}
	if err == nil {
		return nil
	}
	if security := (*SecurityError)(nil); errors.As(err, &security) || ctx.Err() != nil {
		return err
	}
	// The verdict is there, and so is what can be told without the zip.
	j.audit.Nameless, j.audit.Sure = err, false
	j.audit.Differences = j.differences(nil, nil)
	return nil
}

// hashAndCompare hashes what was too much to hash before.
func (j *judge) hashAndCompare(ctx context.Context, sums []byte) error {
	expected, ok := readSums(j.release, sums)
	if !ok {
		return fmt.Errorf("manifest of %s: not in its form", j.release)
	}
	if err := j.tree.hashSome(ctx, func(f *treeFile) bool { _, ok := expected[f.name]; return ok }); err != nil {
		return err
	}
	j.compareSums(sums)
	return nil
}

// hashSome hashes those files that were not yet.
func (t *goRoot) hashSome(ctx context.Context, wanted func(*treeFile) bool) error {
	var todo []*treeFile
	var bytes int64
	for _, f := range t.files {
		if !f.hashed && f.err == nil && wanted(f) && f.info.Size() <= maxUnpacked-bytes {
			todo = append(todo, f)
			bytes += f.info.Size()
		}
	}
	return t.hash(ctx, todo, nil)
}

// compareSums compares with a proven manifest.
func (j *judge) compareSums(sums []byte) {
	expected, _ := readSums(j.release, sums)
	same := func(f *treeFile) bool { return f.hashed && f.sum == expected[f.name] }
	j.audit.Differences = j.differences(same, keys(expected))
}

// nameByZip downloads the whole zip and proves it. It is on the disk only until
// that is done.
func (j *judge) nameByZip(ctx context.Context) error {
	c, r := j.client, j.release
	temp, err := c.tempFile()
	if err != nil {
		return err
	}
	defer temp.remove()
	d := &download{release: r, file: temp.File, progress: j.options.Progress, answered: make(chan struct{})}
	if err := c.download(ctx, d); err != nil {
		return err
	}
	j.audit.Received += d.size
	a, err := openArchive(temp.File, d.size, r)
	if err != nil {
		return err
	}
	if err := hashEntries(ctx, pointers(a.entries)); err != nil {
		return err
	}
	sums := a.sums()
	if got := h1(sums); got != j.proof.H1 {
		return c.securityError(r, "checksum mismatch", "downloaded: "+got, "proven:     "+cleanLine(j.proof.H1))
	}
	j.proof.Sums = sums
	return j.hashAndCompare(ctx, sums)
}

// nameByDirectory compares with size and CRC of the files in the zip, by the
// directory at its end. Nothing proves that directory; but the files that
// differ, once they are downloaded, complete a manifest, and its hash proves it.
func (j *judge) nameByDirectory(ctx context.Context) error {
	temp, err := j.client.tempFile()
	if err != nil {
		return err
	}
	defer temp.remove()
	return j.client.try(ctx, func(base *url.URL) error {
		if base.Scheme == "file" { // to copy the zip costs no more than parts of it
			return errNoRanges
		}
		if err := temp.Truncate(0); err != nil {
			return err
		}
		p := &partial{client: j.client, release: j.release}
		p.sparse = &sparse{web: j.client.web, url: join(base, Module, "@v", j.release.module()+".zip"), file: temp.File}
		defer func() { j.audit.Received += p.received.Load() }()
		return j.compareDirectory(ctx, p)
	})
}

func (j *judge) compareDirectory(ctx context.Context, p *partial) error {
	if err := p.directory(ctx); err != nil {
		return err
	}
	probe := &probeReader{file: p.file}
	a, err := openArchive(probe, p.size, p.release)
	if err != nil {
		return err
	}
	listed := make(map[string]*entry, len(a.entries))
	for i := range a.entries {
		e := &a.entries[i]
		listed[strings.TrimPrefix(e.name, p.prefix())] = e
	}
	err = j.tree.hashSome(ctx, func(f *treeFile) bool {
		e := listed[f.name]
		return e != nil && e.file.UncompressedSize64 == uint64(f.info.Size())
	})
	if err != nil {
		return err
	}
	same := func(f *treeFile) bool {
		e := listed[f.name]
		return f.hashed && e.file.UncompressedSize64 == uint64(f.info.Size()) && e.file.CRC32 == f.crc
	}
	j.audit.Differences = j.differences(same, keys(listed))
	sums, err := j.decide(ctx, p, probe, a, same)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	// If it can't be decided, for whatever reason, the names are there, and unsure.
	if j.audit.Sure = err == nil && h1(sums) == j.proof.H1; j.audit.Sure {
		j.proof.Sums = sums
		j.compareSums(sums)
	}
	return nil
}

// decide downloads what differs, if that is little, and returns the manifest
// that it completes; nil if it is too much.
func (j *judge) decide(ctx context.Context, p *partial, probe *probeReader, a *archive, same func(*treeFile) bool) ([]byte, error) {
	byName := make(map[string]*treeFile, len(j.tree.files))
	for _, f := range j.tree.files {
		byName[f.name] = f
	}
	complete := make(map[string][32]byte, len(a.entries))
	var size uint64
	for i := range a.entries {
		e := &a.entries[i]
		name := strings.TrimPrefix(e.name, p.prefix())
		if f := byName[name]; f != nil && same(f) {
			complete[name] = f.sum
			continue
		}
		p.files = append(p.files, File{Path: e.path})
		size += min(e.file.CompressedSize64, maxDecide)
		if size > maxDecide {
			return nil, nil
		}
	}
	if len(p.files) > 0 {
		if err := p.choose(a); err != nil {
			return nil, err
		}
		if err := p.get(ctx, joinSpans(p.spans(probe, a))); err != nil {
			return nil, err
		}
		if err := hashEntries(ctx, pointers(p.wanted.entries)); err != nil {
			return nil, err
		}
	}
	for i := range p.wanted.entries {
		e := &p.wanted.entries[i]
		complete[strings.TrimPrefix(e.name, p.prefix())] = e.sum
	}
	return formatSums(p.release, complete), nil
}

// differences lists what the tree has besides or instead of the expected names,
// and what it has not. Files of expected names are as they should be if same
// says so. Without expectations only what is no file of any release differs.
func (j *judge) differences(same func(*treeFile) bool, expected map[string]bool) []Difference {
	t := j.tree
	l := &differenceList{tree: t, there: make(map[string]bool), folders: map[string]bool{".": true}}
	for name := range expected {
		for dir := path.Dir(name); !l.folders[dir]; dir = path.Dir(dir) {
			l.folders[dir] = true
		}
	}
	for _, o := range t.odd {
		l.addOdd(o, expected)
	}
	for _, f := range t.files {
		l.there[f.name] = true
		switch {
		case f.err != nil:
			l.add(Unreadable, f.path, cleanLine(f.err.Error()))
		case same == nil:
		case !expected[f.name]:
			l.addExtra(f.path)
		case !same(f):
			l.add(Changed, f.path, "")
		}
	}
	l.addCopies()
	for name := range expected {
		if !l.there[name] && !l.below(name) {
			l.add(Missing, t.pathOf(name), "")
		}
	}
	return l.sorted()
}

// A differenceList grows to what differences returns.
type differenceList struct {
	tree    *goRoot
	list    []Difference
	there   map[string]bool // names of files, whatever they are
	folders map[string]bool // of the release
	blocked []string        // what is in the place of a folder, or can't be listed
	extra   map[string]int  // folders that the release does not have, with their files
}

func (l *differenceList) add(kind, path, detail string) {
	l.list = append(l.list, Difference{kind, path, detail})
}

func (l *differenceList) addOdd(o oddEntry, expected map[string]bool) {
	name := strings.TrimSuffix(o.path, "/")
	if l.folders[name] {
		l.blocked = append(l.blocked, name+"/")
	}
	file := l.tree.nameOf(name)
	kind := o.kind
	if kind == Type && !expected[file] && !l.folders[name] {
		kind = Extra
	}
	if kind == Type {
		l.there[file] = true
	}
	l.add(kind, o.path, o.detail)
}

// addExtra adds a file that the release does not have, or counts it for the
// outermost folder that it does not have.
func (l *differenceList) addExtra(file string) {
	outermost := ""
	for dir := path.Dir(file); !l.folders[dir]; dir = path.Dir(dir) {
		outermost = dir
	}
	if outermost == "" {
		l.add(Extra, file, "")
		return
	}
	if l.extra == nil {
		l.extra = make(map[string]int)
	}
	l.extra[outermost]++
}

// addCopies compares the go.mod files that the go command has added with their
// originals. It makes all of them, or none.
func (l *differenceList) addCopies() {
	if len(l.tree.copies) == 0 {
		return
	}
	for _, f := range l.tree.files {
		if path.Base(f.path) != "_go.mod" {
			continue
		}
		switch duplicate := l.tree.copies[f.path]; {
		case duplicate == nil:
			l.add(Missing, path.Join(path.Dir(f.path), "go.mod"), "")
		case duplicate.err != nil:
			l.add(Unreadable, duplicate.path, cleanLine(duplicate.err.Error()))
		case duplicate.sum != f.sum && duplicate.hashed && f.hashed:
			l.add(Changed, duplicate.path, "not what _go.mod has")
		}
	}
}

// below reports whether something is in the way to name.
func (l *differenceList) below(name string) bool {
	return slices.ContainsFunc(l.blocked, func(dir string) bool { return strings.HasPrefix(name, dir) })
}

func (l *differenceList) sorted() []Difference {
	for dir, files := range l.extra {
		text := "1 file"
		if files > 1 {
			text = fmt.Sprintf("%d files", files)
		}
		l.add(Extra, dir+"/", text)
	}
	slices.SortFunc(l.list, func(x, y Difference) int {
		return cmp.Or(strings.Compare(x.Path, y.Path), strings.Compare(x.Kind, y.Kind))
	})
	return l.list
}

func keys[V any](m map[string]V) map[string]bool {
	set := make(map[string]bool, len(m))
	for key := range m {
		set[key] = true
	}
	return set
}

func pointers(entries []entry) []*entry {
	list := make([]*entry, len(entries))
	for i := range entries {
		list[i] = &entries[i]
	}
	return list
}
