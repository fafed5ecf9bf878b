package selfupdate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/gosw/gosw/internal/fsx"
)

// Below the directory that bin is in, lib/gosw has the versions of a copy that
// updates itself. What users and other programs have the paths of, bin/gosw for
// one, are links to the version that current leads to. So one rename exchanges
// all of it.
const (
	current  = "current"
	previous = "previous" // in a version: the one before it
)

func (c *Copy) prefix() string { return filepath.Dir(c.Dir) }
func (c *Copy) lib() string    { return libOf(c.prefix()) }

func libOf(prefix string) string { return filepath.Join(prefix, "lib", "gosw") }

// firstPage tells whether pages and completion are installed with the programs.
const firstPage = "share/man/man1/gosw.1"

// shared are the files of a release that users have besides the programs.
var shared = [...]string{
	firstPage, "share/man/man1/gosw-*.1", "share/bash-completion/completions/gosw",
	"share/zsh/site-functions/_gosw", "share/fish/vendor_completions.d/gosw.fish",
}

// filesOf returns the paths below dir, slash-separated, of what there is of a gosw.
// The shim is before gosw, which tells whether all is done.
func filesOf(dir string) (files []string) {
	for _, pattern := range append(shared[:], "bin/gosw-shim", "bin/gosw") {
		found, _ := fs.Glob(os.DirFS(dir), pattern) // the pattern is right
		files = append(files, found...)
	}
	return files
}

// linkTo returns the target of the link at file, a path below the prefix.
func linkTo(file string) string {
	up := strings.Repeat("../", strings.Count(file, "/"))
	return filepath.FromSlash(up + "lib/gosw/" + current + "/" + file)
}

// isLinked reports whether file below prefix is the link that it is to be.
func isLinked(prefix, file string) bool {
	target, err := os.Readlink(filepath.Join(prefix, filepath.FromSlash(file)))
	return err == nil && target == linkTo(file)
}

// Stable returns the path of program, which has no links in it, by which it stays
// the same when it is updated: the link to it that is in bin, if it is one of the
// versions in lib/gosw.
func Stable(program string) string {
	lib := filepath.Dir(filepath.Dir(filepath.Dir(program)))
	prefix := filepath.Dir(filepath.Dir(lib))
	file := "bin/" + filepath.Base(program)
	if lib != libOf(prefix) || !isLinked(prefix, file) {
		return program
	}
	return filepath.Join(prefix, filepath.FromSlash(file))
}

// Lock keeps other processes from changing the copy. It calls waiting if that takes
// a while, and gives up when ctx ends.
func (c *Copy) Lock(ctx context.Context, waiting func()) (release func(), err error) {
	if err := c.do("lock", func() error { return fsx.MkdirAll(c.lib(), 0o755) }); err != nil {
		return nil, err
	}
	type result struct {
		unlock func()
		err    error
	}
	got := make(chan result, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(filepath.Join(c.lib(), "lock")).Lock()
		got <- result{unlock, err}
	}()
	timer := time.AfterFunc(150*time.Millisecond, waiting)
	defer timer.Stop()
	select {
	case r := <-got:
		return r.unlock, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx) // the process ends, and the lock with it
	}
}

// Update exchanges the copy for the release of n. The caller holds the lock.
// Whatever happens, what is installed is the one or the other, and whole.
func (c *Copy) Update(ctx context.Context, client *Client, n *Note) (err error) {
	if err := client.prove(ctx, n.Version, n.H1, "release.note:"); err != nil {
		return err
	}
	dir, err := c.stage(n.Version, func(dir string) error { return client.fill(ctx, n, dir) })
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.discard(dir))
		}
	}()
	if err := c.adopt(); err != nil {
		return err
	}
	old, err := os.Readlink(filepath.Join(c.lib(), current))
	if err != nil {
		return err
	}
	if err := c.do("previous", func() error {
		return errors.Join(os.Symlink(filepath.Join("..", old), filepath.Join(dir, previous)), fsx.SyncDir(dir))
	}); err != nil {
		return err
	}
	if err := c.link(dir); err != nil {
		return err
	}
	if err := c.point(filepath.Base(dir)); err != nil {
		return err
	}
	c.sweep(filepath.Base(dir), filepath.Base(old))
	return nil
}

// Rollback exchanges the copy for the one that was there before the last update,
// and returns its version. The caller holds the lock.
func (c *Copy) Rollback() (string, error) {
	link := filepath.Join(c.lib(), current, previous)
	target, err := os.Readlink(link)
	if fsx.IsAbsent(err) || err == nil && !isLinked(c.prefix(), "bin/gosw") {
		return "", ErrNoPrevious
	} else if err != nil {
		return "", err
	}
	dir := filepath.Join(c.lib(), filepath.Base(target))
	before, err := Inspect(filepath.Join(dir, "bin", programs[0]))
	if fsx.IsAbsent(err) {
		return "", ErrNoPrevious
	} else if err != nil {
		return "", err
	}
	if err := c.link(dir); err != nil {
		return "", err
	}
	return before.Version, c.point(filepath.Base(dir))
}

// ErrNoPrevious says that there is nothing to roll back to.
var ErrNoPrevious = errors.New("no earlier version of gosw is kept")

// stage makes a directory for a version, lets fill fill it, and puts all of it on
// the disk. Until something links to it, it is of no effect.
func (c *Copy) stage(version string, fill func(dir string) error) (dir string, err error) {
	err = c.do("stage", func() error {
		dir, err = os.MkdirTemp(c.lib(), version+".*")
		return err
	})
	if err != nil {
		return "", err
	}
	if err = c.do("fill", func() error { return fill(dir) }); err == nil {
		err = c.do("sync", func() error { return settle(dir) })
	}
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

// settle opens all directories below dir to all users, whatever the umask is, and
// puts everything on the disk.
func settle(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			return errors.Join(os.Chmod(path, 0o755), fsx.SyncDir(path))
		} else if err != nil {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close())
	})
}

// adopt makes versions of programs that stand in bin as plain files, as they do
// before the first update. At each step all is as it was: the links lead to copies.
func (c *Copy) adopt() error {
	if isLinked(c.prefix(), "bin/gosw") && isLinked(c.prefix(), "bin/gosw-shim") {
		return nil
	}
	dir, err := c.stage(c.Version, func(dir string) error {
		for _, file := range filesOf(c.prefix()) {
			if err := copyFile(filepath.Join(c.prefix(), file), filepath.Join(dir, file)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = c.point(filepath.Base(dir))
	}
	if err == nil {
		err = c.link(dir)
	}
	if err != nil && dir != "" {
		err = errors.Join(err, c.discard(dir))
	}
	return err
}

// discard removes the directory of a version that nothing came of, unless users
// have it already.
func (c *Copy) discard(dir string) error {
	if target, err := os.Readlink(filepath.Join(c.lib(), current)); err == nil && target == filepath.Base(dir) {
		return nil
	}
	return os.RemoveAll(dir)
}

func copyFile(from, to string) error {
	in, info, err := fsx.Open(from, fsx.Follow)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Chmod(info.Mode().Perm()), out.Close())
}

// link makes links to what the version in dir has: the programs, and where pages
// are installed these and the completion, too.
func (c *Copy) link(dir string) error {
	_, err := os.Lstat(filepath.Join(c.prefix(), firstPage))
	for _, file := range filesOf(dir) {
		if isLinked(c.prefix(), file) || err != nil && !strings.HasPrefix(file, "bin/") {
			continue
		}
		path := filepath.Join(c.prefix(), file)
		if err := c.do("link", func() error { return replaceLink(linkTo(file), path) }); err != nil {
			return err
		}
	}
	return nil
}

// point makes name, a directory in lib, the current version. It is the one step
// that changes which version users have.
func (c *Copy) point(name string) error {
	return c.do("current", func() error { return replaceLink(name, filepath.Join(c.lib(), current)) })
}

// replaceLink makes path a link to target in one step, and puts it on the disk.
func replaceLink(target, path string) error {
	dir := filepath.Dir(path)
	if err := fsx.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	temporary := filepath.Join(dir, fmt.Sprintf(".%s.%d", filepath.Base(path), os.Getpid()))
	_ = os.Remove(temporary) // of a process that was killed, and had this number
	err := os.Symlink(target, temporary)
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(temporary))
	}
	return fsx.SyncDir(dir)
}

// sweep removes versions that are neither of keep, and links to pages that the
// current one has no more. What stays behind costs space, nothing else.
func (c *Copy) sweep(keep ...string) {
	_ = c.do("sweep", func() error {
		entries, err := os.ReadDir(c.lib())
		for _, entry := range entries {
			name := entry.Name()
			if version, _ := filepath.Match("v*.*.*.*", name); version && entry.IsDir() && !slices.Contains(keep, name) {
				err = errors.Join(err, os.RemoveAll(filepath.Join(c.lib(), name)))
			}
		}
		for _, file := range filesOf(c.prefix()) {
			path := filepath.Join(c.prefix(), file)
			if _, statErr := os.Stat(path); isLinked(c.prefix(), file) && fsx.IsAbsent(statErr) {
				err = errors.Join(err, os.Remove(path))
			}
		}
		return err
	})
}
