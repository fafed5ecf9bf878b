package fetch

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/gosw/gosw/internal/gover"
)

const (
	maxList    = 16 << 20 // bytes of a list of versions
	maxListZip = 16 << 20 // bytes of the zip of golang.org/dl, 200 kB today
	maxInfo    = 1 << 16
)

// Releases is what can be downloaded for the client's platform.
type Releases struct {
	Versions []gover.Version // newest first, betas and release candidates included
	Fetched  time.Time
}

// Releases returns the list of releases, from CacheDir if that is not older
// than maxAge, else from the network.
//
// A caching proxy knows only the toolchains that somebody asked it for, and
// the module golang.org/dl lags behind a release. So the list is the union of
// both, completed by asking for each version that would come next. One of the
// two sources is enough.
func (c *Client) Releases(ctx context.Context, maxAge time.Duration) (Releases, error) {
	if err := c.checkNoProxy(Module); err != nil {
		return Releases{}, fmt.Errorf("list Go releases: %w", err)
	}
	if cached, ok := c.CachedReleases(); ok && maxAge > 0 {
		if age := time.Since(cached.Fetched); age >= 0 && age <= maxAge {
			return cached, nil
		}
	}
	found, err := c.listBoth(ctx)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("none for %s", c.cfg.Platform)
	}
	if err != nil {
		return Releases{}, fmt.Errorf("list Go releases: %w", err)
	}
	c.probe(ctx, found)
	if ctx.Err() != nil { // what has been probed so far is not the list
		return Releases{}, fmt.Errorf("list Go releases: %w", context.Cause(ctx))
	}
	list := Releases{Versions: found.newestFirst(), Fetched: time.Now().Round(0)}
	c.storeReleases(list)
	return list, nil
}

// versionSet is a set of versions.
type versionSet map[gover.Version]bool

func (s versionSet) add(versions []gover.Version) {
	for _, v := range versions {
		s[v] = true
	}
}

func (s versionSet) newestFirst() []gover.Version {
	list := make([]gover.Version, 0, len(s))
	for v := range s {
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b gover.Version) int { return gover.Compare(b, a) })
	return list
}

// listBoth asks both sources at once. It fails if both do, or if the one that
// answers has nothing.
func (c *Client) listBoth(ctx context.Context) (versionSet, error) {
	var proxyList, dlList []gover.Version
	var proxyErr, dlErr error
	var wg sync.WaitGroup
	wg.Go(func() { proxyList, proxyErr = c.listToolchains(ctx) })
	wg.Go(func() { dlList, dlErr = c.listDL(ctx) })
	wg.Wait()
	found := make(versionSet)
	found.add(proxyList)
	found.add(dlList)
	if len(found) > 0 && ctx.Err() == nil {
		return found, nil
	}
	if proxyErr == nil || dlErr != nil && errors.Is(proxyErr, fs.ErrNotExist) {
		return found, dlErr
	}
	return found, proxyErr
}

// listToolchains returns the toolchains that the proxy lists.
func (c *Client) listToolchains(ctx context.Context) ([]gover.Version, error) {
	data, err := c.read(ctx, Module+"/@v/list", "a list of versions", maxList)
	if err != nil {
		return nil, err
	}
	return parseToolchainList(string(data), c.cfg.Platform), nil
}

// parseToolchainList reads a line "v0.0.1-go1.22.4.linux-amd64" for each
// version; what is of another platform or no Go version is left out.
func parseToolchainList(data string, platform Platform) []gover.Version {
	var list []gover.Version
	suffix := "." + platform.OS + "-" + platform.Arch
	for line := range strings.Lines(data) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		name, ok := strings.CutPrefix(fields[0], "v0.0.1-")
		if !ok {
			continue
		}
		if name, ok = strings.CutSuffix(name, suffix); !ok {
			continue
		}
		if v, ok := parseName(name); ok {
			list = append(list, v)
		}
	}
	return list
}

// parseName accepts a release by its canonical name only, so that every
// version in a list can be asked for.
func parseName(name string) (gover.Version, bool) {
	v, err := gover.Parse(name)
	return v, err == nil && v.String() == name
}

// listDL returns the versions that golang.org/dl has a folder for. A version
// of that module never changes, so its folders are kept for good.
func (c *Client) listDL(ctx context.Context) ([]gover.Version, error) {
	if err := c.checkNoProxy(listModule); err != nil {
		return nil, err
	}
	version, err := c.latestDL(ctx)
	if err != nil {
		return nil, err
	}
	escaped, err := module.EscapeVersion(version)
	if err != nil {
		return nil, err
	}
	file := c.indexFile("dl-" + escaped)
	var folders []gover.Version
	if readJSON(file, &folders) == nil && allVersions(folders) {
		return dropEarly(folders, c.cfg.Platform), nil
	}
	data, err := c.read(ctx, listModule+"/@v/"+escaped+".zip", "a zip file", maxListZip)
	if err != nil {
		return nil, err
	}
	if folders, err = dlFolders(data, listModule+"@"+version+"/"); err != nil {
		return nil, err
	}
	writeJSON(file, folders)
	return dropEarly(folders, c.cfg.Platform), nil
}

// latestDL returns the newest version of golang.org/dl. Not every proxy
// answers @latest for a module that has no tags.
func (c *Client) latestDL(ctx context.Context) (string, error) {
	var info struct{ Version string }
	data, err := c.read(ctx, listModule+"/@latest", "a version", maxInfo)
	if err == nil && json.Unmarshal(data, &info) == nil && semver.IsValid(info.Version) {
		return info.Version, nil
	}
	if ctx.Err() != nil {
		return "", err
	}
	data, err = c.read(ctx, listModule+"/@v/list", "a list of versions", maxList)
	if err != nil {
		return "", err
	}
	newest := ""
	for line := range strings.Lines(string(data)) {
		// Pseudo-versions of one module without tags order by their time.
		fields := strings.Fields(line)
		if len(fields) > 0 && semver.IsValid(fields[0]) && semver.Compare(fields[0], newest) > 0 {
			newest = fields[0]
		}
	}
	if newest == "" {
		return "", errors.New("no version of " + listModule)
	}
	return newest, nil
}

// dlFolders returns the versions among the folder names of a zip; "gotip",
// "internal" and go1.9.2rc2 are none.
func dlFolders(data []byte, prefix string) ([]gover.Version, error) {
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, &ArchiveError{Reason: "not readable", Err: err}
	}
	found := make(versionSet)
	for _, file := range zr.File {
		name, _ := strings.CutPrefix(file.Name, prefix)
		folder, _, _ := strings.Cut(name, "/")
		if v, ok := parseName(folder); ok {
			found[v] = true
		}
	}
	return found.newestFirst(), nil
}

// dropEarly leaves out what golang.org/dl, which knows no platforms, lists
// although there was no release for this platform yet.
func dropEarly(versions []gover.Version, platform Platform) []gover.Version {
	first, ok := map[Platform]string{
		{"linux", "arm64"}:  "go1.8.5",
		{"darwin", "arm64"}: "go1.16beta1",
	}[platform]
	if !ok {
		return versions
	}
	from, err := gover.Parse(first)
	if err != nil {
		return versions
	}
	return slices.DeleteFunc(versions, func(v gover.Version) bool { return gover.Compare(v, from) < 0 })
}

// readJSON reads a file of CacheDir. One that is damaged is as good as none.
func readJSON(name string, value any) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if info.Size() > maxList {
		return errors.New("too large")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, value)
}
