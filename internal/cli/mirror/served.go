package mirror

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
	"sync"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/progress"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/mirror"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/serve"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/sumdb"
)

// A served tree is one of "gosw mirror", or one in the cache that gets what is installed as clients
// ask for it.
type served struct {
	*writer
	tree     *mirror.Tree
	upstream bool
}

func openServed(ctx context.Context, a *app.App, o serveOptions) (*served, error) {
	w, err := newWriter(a, options{fromStore: o.dir == ""})
	if err != nil {
		return nil, err
	}
	w.shown = progress.Start(term.NewUI(nil, io.Discard, io.Discard, a.Getenv), "") // the log says what is done
	s := &served{writer: w, upstream: o.upstream}
	if err := s.open(ctx, o.dir); err != nil {
		w.close()
		return nil, err
	}
	return s, nil
}

func (s *served) open(ctx context.Context, dir string) (err error) {
	layout := mirror.Proxy
	switch {
	case s.fromStore:
		if err := s.app.MayRead(); err != nil {
			return err
		}
		if dir, err = cacheOf(s.app); err != nil {
			return err
		}
		err = fsx.MkdirAll(dir, 0o755)
	case s.upstream:
		err = fsx.MkdirAll(dir, 0o755)
	default:
		layout = "" // a web server beside Athens, say
	}
	if err != nil {
		return err
	}
	if s.tree, err = mirror.Open(dir, layout, s.db); err != nil {
		return err
	}
	if s.fromStore {
		return s.forget(ctx)
	}
	have, err := s.tree.Releases()
	if err == nil && len(have) == 0 && !s.upstream {
		return failure.WithHint(fmt.Errorf("serve %s: no releases in it", term.Clean(dir)), command.ToRun("gosw", "mirror", dir, "latest"))
	}
	return err
}

// what says what is served.
func (s *served) what() string {
	if s.fromStore {
		path, err := s.app.Path()
		if err != nil {
			return "what is installed"
		}
		return "what is installed in " + string(path.Home())
	}
	return s.tree.Dir()
}

// forget removes packed zips of what is not installed any more.
func (s *served) forget(ctx context.Context) error {
	have, err := s.tree.Releases()
	if err != nil {
		return err
	}
	var gone []release.Release
	for _, r := range have {
		if there, err := s.isInstalled(r); err != nil {
			return err
		} else if !there {
			gone = append(gone, r)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return s.tree.Prune(gone)
}

func (s *served) isInstalled(r release.Release) (bool, error) {
	path, err := s.stores(r.Platform)
	if err != nil {
		return false, err
	}
	return path.Has(r.Version)
}

func (s *served) lock(ctx context.Context) (unlock func(), err error) {
	file, err := s.tree.LockFile()
	if err != nil {
		return nil, err
	}
	return lock(ctx, s.app, file, term.Clean(s.tree.Dir()), "updating")
}

func (s *served) config() serve.Config {
	c := serve.Config{
		Dir: s.tree.Dir(), Database: s.db.Name(), Toolchains: s.mirrored, Now: s.app.Now,
		Log: &logWriter{&s.app.UI.Mu, s.app.UI.Err}, Note: func(err error) { s.app.UI.Error(err) },
	}
	if s.fromStore {
		c.Toolchains = s.packable
	}
	if s.fromStore || s.upstream {
		c.Provide, c.List = s.provide, s.list
	}
	if s.upstream && !s.app.Offline {
		c.Tile = s.db.Tile
	}
	return c
}

// A logWriter writes lines between those of the UI.
type logWriter struct {
	mu *sync.Mutex
	to io.Writer
}

func (w *logWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(line)
}

// provide brings a release into the tree. One that does not exist costs nobody anything: neither the
// lock nor the network.
func (s *served) provide(ctx context.Context, r release.Release) error {
	exists, err := s.exists(ctx, r)
	if err != nil {
		return err
	} else if !exists {
		return fs.ErrNotExist
	}
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	_, err = s.tree.Update(ctx, mirror.Update{Releases: []release.Release{r}, Get: s.get, Jobs: 1})
	return err
}

func (s *served) exists(ctx context.Context, r release.Release) (bool, error) {
	if s.fromStore {
		return s.isInstalled(r)
	}
	client, err := s.client(r.Platform)
	if err != nil {
		return false, err
	}
	known, err := client.Releases(ctx, cmdline.ReleasesAge)
	return slices.Contains(known.Versions, r.Version), err
}

// list returns what there is to provide.
func (s *served) list(ctx context.Context) (list []release.Release, err error) {
	if s.fromStore {
		return s.allInstalled()
	}
	if list, err = s.tree.Releases(); err != nil {
		return nil, err
	}
	client, err := s.client(s.app.Platform)
	if err != nil {
		return nil, err
	}
	known, err := client.Releases(ctx, cmdline.ReleasesAge)
	for _, v := range known.Versions {
		list = append(list, release.Release{Version: v, Platform: s.app.Platform})
	}
	return list, err
}

// allInstalled returns what is installed, of each platform.
func (s *served) allInstalled() (list []release.Release, err error) {
	path, err := s.app.Path()
	if err != nil {
		return nil, err
	}
	platforms := []release.Platform{s.app.Platform}
	entries, err := os.ReadDir(filepath.Join(string(path.Home()), "platforms"))
	if err != nil && !fsx.IsAbsent(err) {
		return nil, err
	}
	for _, entry := range entries {
		system, arch, _ := strings.Cut(entry.Name(), "-")
		if p := (release.Platform{OS: system, Arch: arch}); p.Valid() && p != s.app.Platform {
			platforms = append(platforms, p)
		}
	}
	for _, p := range platforms {
		path, err := s.stores(p)
		if err != nil {
			return nil, err
		}
		versions, err := path.Installed()
		if err != nil {
			return nil, err
		}
		for _, v := range versions {
			list = append(list, release.Release{Version: v, Platform: p})
		}
	}
	slices.SortStableFunc(list, func(a, b release.Release) int { return gover.Compare(b.Version, a.Version) })
	return list, nil
}

// packable tells of what is installed what its receipts say, as far as they prove it.
func (s *served) packable() ([]serve.Toolchain, error) {
	list, err := s.allInstalled()
	if err != nil {
		return nil, err
	}
	var all []serve.Toolchain
	for _, r := range list {
		receipt, err := s.receipt(r)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, store.ErrNotInstalled) {
			continue // uninstalled meanwhile
		} else if err != nil {
			return nil, err
		}
		witness, err := sumdb.CheckRecord(receipt.Record, release.ModuleOf(r.Version, r.Platform), receipt.H1, s.cfg.SumDB)
		if err != nil {
			continue // it can't be packed either
		}
		t := serve.Toolchain{Version: r.Version, Platform: r.Platform.String(), Module: release.ModuleOf(r.Version, r.Platform), H1: receipt.H1,
			Record: witness.Record, Since: receipt.Installed}
		if held, err := s.tree.Held(r); err == nil {
			t.Size = held.Size
		}
		all = append(all, t)
	}
	return all, nil
}

func (s *served) receipt(r release.Release) (*store.Receipt, error) {
	path, err := s.stores(r.Platform)
	if err != nil {
		return nil, err
	}
	home, err := path.Of(r.Version)
	if err != nil {
		return nil, err
	}
	st, err := s.app.StoreAt(home, store.Run)
	if err != nil {
		return nil, err
	}
	return st.Receipt(r.Version)
}

// mirrored tells what the tree has.
func (s *served) mirrored() ([]serve.Toolchain, error) {
	releases, err := s.tree.Releases()
	if err != nil {
		return nil, err
	}
	var all []serve.Toolchain
	for _, r := range releases {
		held, err := s.tree.Held(r)
		if fsx.IsAbsent(err) {
			continue // pruned meanwhile
		} else if err != nil {
			return nil, err
		}
		all = append(all, serve.Toolchain{Version: r.Version, Platform: r.Platform.String(), Module: release.ModuleOf(r.Version, r.Platform),
			H1: held.H1, Record: held.Record, Since: held.Since, Size: held.Size})
	}
	return all, nil
}
