package release

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
func (l *Lister) CachedReleases() (Releases, bool) {
	var list index
	data, err := fsx.Read(l.indexFile("releases"), maxList, fsx.Follow)
	if err != nil || json.Unmarshal(data, &list) != nil || !allVersions(list.Versions) {
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

func (l *Lister) storeReleases(list Releases) {
	data, err := json.Marshal(index{Fetched: list.Fetched, Versions: list.Versions})
	if err == nil { // a cache that can't be written costs time next time, nothing else
		_ = fsx.Replace(l.indexFile("releases"), append(data, '\n'), 0o600, fsx.Replacing{})
	}
}

// indexFile returns the place of a cached list. Another source may know other
// releases, so each has its own directory, whose name does not give away
// passwords.
func (l *Lister) indexFile(name string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{l.cfg.Source, l.cfg.Key, l.cfg.DL, l.cfg.Platform.String()}, "\x00")))
	return filepath.Join(l.cfg.CacheDir, "index", hex.EncodeToString(sum[:8]), name+".json")
}
