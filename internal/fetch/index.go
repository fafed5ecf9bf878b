package fetch

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
)

// index is the file form of Releases.
type index struct {
	Fetched  time.Time       `json:"fetched"`
	Versions []gover.Version `json:"versions"`
}

// CachedReleases returns the list that was fetched last, however old, without
// the network.
func (c *Client) CachedReleases() (Releases, bool) {
	var list index
	if readJSON(c.indexFile("releases"), &list) != nil || !allVersions(list.Versions) {
		return Releases{}, false
	}
	found := make(versionSet)
	found.add(list.Versions) // a file may have any order
	return Releases{Versions: found.newestFirst(), Fetched: list.Fetched, Origin: FromCache}, true
}

// allVersions reports whether a list that was read is usable: JSON's null
// would be a version without a name.
func allVersions(list []gover.Version) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, gover.Version.IsZero)
}

func (c *Client) storeReleases(list Releases) {
	writeJSON(c.indexFile("releases"), index{Fetched: list.Fetched, Versions: list.Versions})
}

// indexFile returns the place of a cached list. Another source may know other
// releases, so each has its own folder, whose name does not give away
// passwords.
func (c *Client) indexFile(name string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{c.cfg.Source, c.cfg.Proxy, c.cfg.NoProxy, c.cfg.DL, c.cfg.Platform.String()}, "\x00")))
	return filepath.Join(c.cfg.CacheDir, "index", hex.EncodeToString(sum[:8]), name+".json")
}

// writeJSON writes a file of CacheDir in one step. A cache that can't be
// written costs time next time, nothing else.
func writeJSON(name string, value any) {
	if data, err := json.Marshal(value); err == nil {
		_ = fsx.Replace(name, append(data, '\n'), 0o600, fsx.Replacing{})
	}
}

// readJSON reads a file of CacheDir. One that is damaged is as good as none.
func readJSON(name string, value any) error {
	data, err := fsx.Read(name, maxList, fsx.Follow)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, value)
}
