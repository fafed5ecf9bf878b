package fetch

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"iter"
	"net/url"
	"slices"
	"strings"
	"sync"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/gosw/gosw/internal/gover"
)

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
	data, err := c.toolchainList(ctx)
	if err != nil {
		return nil, err
	}
	return parseToolchainList(data, c.cfg.Platform), nil
}

// toolchainList returns the proxy's list of toolchains for all platforms. It
// is kept, so that a server that tells whether it has changed need not send it
// again.
func (c *Client) toolchainList(ctx context.Context) (text string, err error) {
	err = c.try(ctx, func(base *url.URL) error {
		u := join(base, Module, "@v", "list")
		file := c.documentFile(u)
		old, _ := readDocument(file, maxList)
		d, changed, err := c.web.refresh(ctx, u, "a list of versions", maxList, old)
		if err != nil {
			return err
		}
		if d.ETag != "" || d.LastModified != "" {
			d.write(file, changed)
		}
		text = string(d.body)
		return nil
	})
	return text, err
}

// parseToolchainList returns the versions in a list of toolchains that are of
// one platform.
func parseToolchainList(data string, platform Platform) []gover.Version {
	var list []gover.Version
	for r := range toolchains(data) {
		if r.platform == platform {
			list = append(list, r.version)
		}
	}
	return list
}

// toolchains reads a line "v0.0.1-go1.22.4.linux-amd64" for each toolchain, and
// leaves out what is not the exact name of one.
func toolchains(data string) iter.Seq[release] {
	return func(yield func(release) bool) {
		for line := range strings.Lines(data) {
			fields := strings.Fields(line)
			if len(fields) == 0 {
				continue
			}
			name, ok := strings.CutPrefix(fields[0], "v0.0.1-")
			left, arch, _ := strings.Cut(name, "-")
			dot := strings.LastIndexByte(left, '.')
			if !ok || dot < 0 {
				continue
			}
			r := release{platform: Platform{left[dot+1:], arch}}
			if r.version, ok = parseName(left[:dot]); ok && r.platform.Valid() && !yield(r) {
				return
			}
		}
	}
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
		return c.ofPlatform(folders), nil
	}
	data, err := c.read(ctx, listModule+"/@v/"+escaped+".zip", "a zip file", maxListZip)
	if err != nil {
		return nil, err
	}
	if folders, err = dlFolders(data, listModule+"@"+version+"/"); err != nil {
		return nil, err
	}
	writeJSON(file, folders)
	return c.ofPlatform(folders), nil
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

// ofPlatform leaves out what golang.org/dl, which knows no platforms, lists
// although there was no release for the client's platform yet, or no more.
func (c *Client) ofPlatform(versions []gover.Version) []gover.Version {
	return slices.DeleteFunc(versions, func(v gover.Version) bool { return !c.known().has(v, c.cfg.Platform) })
}
