package fetch

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"time"

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
	return Releases{Versions: list.Versions, Fetched: list.Fetched}, true
}

// allVersions reports whether a list that was read is usable: JSON's null
// would be a version without a name.
func allVersions(list []gover.Version) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, gover.Version.IsZero)
}

func (c *Client) storeReleases(list Releases) {
	writeJSON(c.indexFile("releases"), index{Fetched: list.Fetched, Versions: list.Versions})
}

// indexFile returns the place of a cached list. Another GOPROXY may know other
// releases, so each value has its own folder, whose name does not give away
// passwords.
func (c *Client) indexFile(name string) string {
	sum := sha256.Sum256([]byte(c.cfg.Proxy + "\x00" + c.cfg.NoProxy + "\x00" + c.cfg.Platform.String()))
	return filepath.Join(c.cfg.CacheDir, "index", hex.EncodeToString(sum[:8]), name+".json")
}

// writeJSON writes a file of CacheDir in one step. A cache that can't be
// written costs time next time, nothing else.
func writeJSON(name string, value any) {
	data, err := json.Marshal(value)
	if err == nil && os.MkdirAll(filepath.Dir(name), 0o755) == nil {
		_ = writeFile(name, append(data, '\n'), false)
	}
}
