package mirror

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
)

// An item is a release that a tree is to have.
type item struct {
	release.Release
	sumdb.Record
	zip string // its verified zip, in staging; "" if the tree has it
}

// staging is the directory for what has no name yet.
const staging = ".staging"

// stage makes the directory for what has no name yet, empty. It is in the file system of the
// tree. Readers know no file in it.
func (t *Tree) stage() (string, error) {
	dir := t.path(staging)
	if err := t.step("mirror/clean"); err != nil {
		return "", err
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, fsx.MkdirAll(dir, 0o755)
}

// LockFile is where writers of the tree take turns.
func (t *Tree) LockFile() (string, error) {
	_, missing := os.Stat(t.dir)
	err := fsx.MkdirAll(t.dir, 0o755)
	if err == nil && missing != nil {
		err = os.Chmod(t.dir, 0o755) // a web server of another user reads it
	}
	return t.path(".lock"), err
}

// publish makes head the one of all look-ups, and items all releases of the tree. Earlier are the
// heads that clients may have seen. All new files are written first; an error up to there has changed
// nothing. It returns the number of new files.
func (t *Tree) publish(ctx context.Context, head sumdb.Head, items []item, earlier []sumdb.Head) (int, error) {
	records := make([]sumdb.Record, len(items))
	for i, item := range items {
		records[i] = item.Record
	}
	tiles, err := t.db.Tiles(ctx, head, records, earlier, t.tile)
	if err != nil {
		return 0, err
	}
	c := &change{tree: t}
	for _, item := range items {
		c.addRelease(item)
	}
	for _, name := range slices.Sorted(maps.Keys(tiles)) {
		c.add("tile", t.sumdb(name), tiles[name])
	}
	c.add("heads", t.sumdb("heads"), sumdb.FormatHeads(append(earlier, head)))
	for _, item := range items {
		lookup, err := sumdb.FormatLookup(item.Record, head)
		if err != nil {
			return 0, err
		}
		c.add("lookup", t.lookup(item.Release), lookup)
	}
	c.add("latest", t.sumdb("latest"), head.Note)
	c.add("latest", t.sumdb("supported"), nil)
	if t.layout == Proxy {
		c.add("list", list, listOf(items))
	}
	if c.err == nil { // from now on somebody may have it
		c.err = t.db.Give(head)
	}
	return len(c.files), c.run()
}

// listOf returns the text of the list of versions.
func listOf(items []item) []byte {
	var names []string
	for _, item := range items {
		names = append(names, item.Module()+"\n")
	}
	slices.Sort(names)
	return []byte(strings.Join(names, ""))
}

// A change is a set of new files, in the order in which they get their names.
type change struct {
	tree  *Tree
	files []newFile
	err   error
}

type newFile struct {
	step   string
	name   string // in the tree
	staged string // path until then
}

// modText is the go.mod of each toolchain.
const modText = "module " + release.Module + "\n"

// infoOf is what a proxy says about a version. When it was published makes no difference to
// the go command, and nothing proves it.
func infoOf(r release.Release) []byte { return fmt.Appendf(nil, "{\"Version\":%q}\n", r.Module()) }

// addRelease adds the three files of a release.
func (c *change) addRelease(item item) {
	if item.zip != "" {
		c.files = append(c.files, newFile{"zip", c.tree.zip(item.Release), item.zip})
	}
	c.add("zip", c.tree.file(item.Release, ".mod"), []byte(modText))
	c.add("zip", c.tree.file(item.Release, ".info"), infoOf(item.Release))
}

// add writes a file that is not as it should be yet.
func (c *change) add(step, name string, data []byte) {
	if old, err := c.tree.read(name); c.err != nil || err == nil && string(old) == string(data) {
		return
	}
	staged := filepath.Join(c.tree.path(staging), fmt.Sprint(len(c.files)))
	c.err = c.tree.step("mirror/stage")
	if c.err == nil {
		c.err = write(staged, data)
	}
	c.files = append(c.files, newFile{step, name, staged})
}

// write makes a file that all may read, and puts it on the disk.
func write(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, seal(f))
}

// seal puts a staged file on the disk, lets all read it, and closes it.
func seal(f *os.File) error { return errors.Join(f.Chmod(0o644), f.Sync(), f.Close()) }

// run gives the files their names. Files of one kind are on the disk by their names before
// those of the next get theirs.
func (c *change) run() error {
	if c.err != nil {
		return c.err
	}
	dirs := make(map[string]bool)
	for _, f := range c.files {
		if err := c.tree.makeDir(path.Dir(f.name)); err != nil {
			return err
		}
	}
	for i, f := range c.files {
		if err := c.tree.step("mirror/" + f.step); err != nil {
			return err
		}
		name := c.tree.path(f.name)
		if err := fsx.Rename(f.staged, name); err != nil {
			return err
		}
		dirs[filepath.Dir(name)] = true
		if i+1 < len(c.files) && c.files[i+1].step == f.step {
			continue
		}
		for dir := range dirs {
			if err := fsx.SyncDir(dir); err != nil {
				return err
			}
		}
		clear(dirs)
	}
	return nil
}

// makeDir makes a directory of the tree, and lets all see what is in it, whatever the umask says.
func (t *Tree) makeDir(name string) error {
	dir := t.path(name)
	err := os.Mkdir(dir, 0o755)
	if errors.Is(err, fs.ErrNotExist) && name != "." {
		if err = t.makeDir(path.Dir(name)); err == nil {
			err = os.Mkdir(dir, 0o755)
		}
	}
	if err == nil {
		return os.Chmod(dir, 0o755)
	}
	if info, statErr := os.Stat(dir); statErr == nil && info.IsDir() {
		return nil
	}
	return err
}

// step is the checkpoint named name. An error takes the place of what follows.
func (t *Tree) step(name string) error {
	if t.Step == nil {
		return nil
	}
	return t.Step(name)
}

// Prune takes releases out of the tree: from the list, then their files. Each tile stays. The caller
// holds the lock.
func (t *Tree) Prune(gone []release.Release) error {
	releases, err := t.Releases()
	if err != nil {
		return err
	}
	var keep []item
	for _, r := range releases {
		if !slices.Contains(gone, r) {
			keep = append(keep, item{Release: r})
		}
	}
	if _, err := t.stage(); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(t.path(staging)) }()
	if t.layout == Proxy {
		c := &change{tree: t}
		c.add("list", list, listOf(keep))
		if err := c.run(); err != nil {
			return err
		}
	}
	for _, r := range gone {
		for _, name := range []string{t.file(r, ".info"), t.zip(r), t.file(r, ".mod"), t.lookup(r)} {
			if err := t.step("mirror/prune"); err != nil {
				return err
			}
			if err := fsx.Remove(t.path(name)); err != nil && !fsx.IsAbsent(err) {
				return err
			}
		}
		if t.layout == Athens {
			_ = fsx.Remove(filepath.Dir(t.path(t.zip(r)))) // unless somebody has put something there
		}
	}
	return nil
}
