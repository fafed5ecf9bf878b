package mirror

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/progress"
	"github.com/gosw/gosw/internal/cli/settings"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/mirror"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// A writer brings releases into a tree.
type writer struct {
	app *app.App
	options
	cfg   fetch.Config
	db    *sumdb.Client
	shown *progress.Progress
	close func()

	mu      sync.Mutex
	clients map[release.Platform]*fetch.Client
}

func newWriter(a *app.App, o options) (*writer, error) {
	closeFrom, err := cmdline.OpenFrom(a)
	if err != nil {
		return nil, err
	}
	w := &writer{app: a, options: o, close: closeFrom, clients: make(map[release.Platform]*fetch.Client)}
	if w.cfg, err = a.FetchConfig(); err == nil {
		var client *fetch.Client
		if client, err = w.client(a.Platform); err == nil {
			w.db = client.Database()
		}
	}
	if err != nil {
		closeFrom()
	}
	return w, err
}

// client returns the client for releases of a platform.
func (w *writer) client(p release.Platform) (*fetch.Client, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c := w.clients[p]; c != nil {
		return c, nil
	}
	cfg := w.cfg
	cfg.Platform = p
	c, err := fetch.New(cfg)
	if err != nil {
		return nil, failure.WithHint(err, command.Hintf(`run "gosw env" to see where this is set`))
	}
	w.clients[p] = c
	return c, nil
}

// update brings the tree what is wanted. The caller holds its lock.
func (w *writer) update(ctx context.Context, t *mirror.Tree) (*mirror.Result, error) {
	w.shown = progress.Start(w.app.UI, "looking up releases")
	defer w.shown.Stop()
	releases, err := w.wanted(web.WithRetries(ctx, w.shown.Retry))
	if err != nil {
		return nil, err
	}
	have, err := t.Releases()
	if err != nil {
		return nil, err
	}
	if len(releases)+len(have) == 0 {
		return nil, failure.Usage(errors.New("no version is named, and there is none"), command.Hintf(`name what it is to have: "gosw mirror DIR latest"`))
	}
	heads, err := readHeads(w.db, w.heads)
	if err != nil {
		return nil, err
	}
	jobs, err := w.app.Setting("GOSW_JOBS")
	if err != nil {
		return nil, err
	}
	u := mirror.Update{Releases: releases, Get: w.get, Heads: heads, Latest: !w.app.Offline && w.newest}
	if u.Jobs, err = strconv.Atoi(jobs.Value); err != nil {
		return nil, err
	}
	result, err := t.Update(ctx, u)
	return result, explain(err)
}

// explain adds to the error of a tile that is missing what that means.
func explain(err error) error {
	if missing := (*sumdb.TileError)(nil); errors.As(err, &missing) && errors.Is(err, web.ErrOffline) {
		return failure.WithHint(err, command.Hintf("not all of it is on this machine: run it again without --offline"))
	} else if missing != nil {
		return failure.WithHint(err, command.Hintf("a client has seen a newer state than the database that was asked; ask another one: %v", command.Export("GOPROXY", settings.DefaultProxy)))
	}
	return err
}

// wanted returns the releases that are named, or all that there are where only that makes sense.
func (w *writer) wanted(ctx context.Context) (releases []release.Release, err error) {
	if len(w.specs) == 0 && w.app.Source != nil {
		return w.app.Source.Releases(w.db)
	}
	for _, p := range w.platforms {
		var versions []gover.Version
		if w.fromStore {
			versions, err = w.installed(p)
		} else {
			versions, err = w.selected(ctx, p)
		}
		if err != nil {
			return nil, err
		}
		for _, v := range versions {
			releases = append(releases, release.Release{Version: v, Platform: p})
		}
	}
	return releases, nil
}

// selected returns the versions that are named, as "gosw install" would choose them.
func (w *writer) selected(ctx context.Context, p release.Platform) ([]gover.Version, error) {
	before := w.app.Platform
	w.app.Platform = p
	defer func() { w.app.Platform = before }()
	return cmdline.Select(ctx, w.app, func() (*fetch.Client, error) { return w.client(p) }, w.specs)
}

// stores returns where toolchains of a platform are installed.
func (w *writer) stores(p release.Platform) (toolchain.Path, error) {
	path, err := w.app.Path()
	if err == nil && p != w.app.Platform {
		path = toolchain.Path{path.Home().Platform(p.OS, p.Arch)}
	}
	return path, err
}

// installed returns the installed versions that are named, or all.
func (w *writer) installed(p release.Platform) ([]gover.Version, error) {
	path, err := w.stores(p)
	if err != nil {
		return nil, err
	}
	if len(w.specs) == 0 {
		return path.Installed()
	}
	var versions []gover.Version
	for _, spec := range w.specs {
		v, ok, err := app.Find(path, spec)
		if err == nil && !ok {
			err = &app.NotInstalledError{Spec: spec}
		}
		if err != nil {
			return nil, err
		}
		versions = append(versions, v)
	}
	return versions, nil
}

// get is the Get of a [mirror.Update].
func (w *writer) get(ctx context.Context, r release.Release, file *os.File) (record sumdb.Record, err error) {
	row := w.shown.Row(r.String())
	row.Begin()
	defer row.End()
	client, err := w.client(r.Platform)
	if err != nil {
		return record, err
	}
	start := w.app.Now()
	var proof json.RawMessage
	if w.fromStore {
		row.Phase("packing")
		proof, err = w.pack(ctx, client, r, file)
	} else {
		var answer sumdb.Answer
		answer, err = client.Zip(web.WithRetries(ctx, row.Retry), r.Version, file, fetch.Options{Progress: row.Report, Phase: row.Phase})
		proof = answer.Record
	}
	if err != nil {
		return record, err
	}
	if info, err := file.Stat(); err == nil {
		w.app.UI.Note("added %v (%s in %.1fs)", r, term.Size(info.Size()), w.app.Since(start).Seconds())
	}
	return record, json.Unmarshal(proof, &record)
}

// pack writes the zip of what is installed, which its receipt proves, or else the database.
func (w *writer) pack(ctx context.Context, client *fetch.Client, r release.Release, file *os.File) (json.RawMessage, error) {
	path, err := w.stores(r.Platform)
	if err != nil {
		return nil, err
	}
	home, err := path.Of(r.Version)
	if err != nil {
		return nil, err
	}
	st, err := w.app.StoreAt(home, store.Run)
	if err != nil {
		return nil, err
	}
	receipt, err := st.Receipt(r.Version)
	if err != nil {
		return nil, err
	}
	sums, err := st.Sums(r.Version)
	if err != nil {
		return nil, err
	}
	proof := receipt.Record
	if len(proof) == 0 { // by the SHA-256 of its archive, until now
		proven, err := client.Prove(ctx, r.Version)
		if err != nil {
			return nil, err
		}
		proof = proven.Record
	}
	if _, err := sumdb.CheckRecord(proof, release.ModuleOf(r.Version, r.Platform), tree.H1(sums), w.cfg.SumDB); err != nil {
		return nil, err
	}
	m, err := tree.ParseManifest(sums)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(home.Dir(r.Version))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if err := mirror.Pack(ctx, file, root, m); err != nil {
		return nil, failure.WithHint(fmt.Errorf("pack %v: %w", r, err), command.ToRun("gosw", "repair", gover.Only(r.Version).String()))
	}
	return proof, nil
}

// lock takes the lock that is the file at path, of something else than a store. What and doing
// are for those who wait.
func lock(ctx context.Context, a *app.App, path, what, doing string) (unlock func(), err error) {
	timeout, err := a.LockTimeout()
	if err != nil {
		return nil, err
	}
	return store.LockFile(ctx, path, what, doing, store.Options{
		LockTimeout: timeout,
		Waiting:     func(what, holder string) { a.UI.Note("waiting: %s %s", holder, what) },
	})
}

// bundleDir is where a bundle is made, beside its file.
func bundleDir(file string) string { return filepath.Clean(file) + ".partial" }
