package fetch

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strings"
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
func (l *lister) CachedReleases() (Releases, bool) {
	var list index
	if readJSON(l.indexFile("releases"), &list) != nil || !allVersions(list.Versions) {
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

func (l *lister) storeReleases(list Releases) {
	writeJSON(l.indexFile("releases"), index{Fetched: list.Fetched, Versions: list.Versions})
}

// indexFile returns the place of a cached list. Another source may know other
// releases, so each has its own folder, whose name does not give away
// passwords.
func (l *lister) indexFile(name string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{l.cfg.Source, l.cfg.Key, l.cfg.DL, l.cfg.Platform.String()}, "\x00")))
	return filepath.Join(l.cfg.CacheDir, "index", hex.EncodeToString(sum[:8]), name+".json")
}
