package app

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/vuln"
)

// VulnDir is the directory of the cache for what the vulnerability database said.
// Another database says something else, and another platform has other counts.
func (a *App) VulnDir() (dir, source string, err error) {
	s, err := a.Setting("GOVULNDB")
	if err != nil {
		return "", "", err
	}
	source = strings.TrimRight(s.Value, "/")
	sum := sha256.Sum256([]byte(source + "\x00" + a.Platform.String()))
	dir, err = a.CacheDir()
	return filepath.Join(dir, "vuln", hex.EncodeToString(sum[:8])), source, err
}

// SayFetched says how old the vulnerability database in the cache is.
func (a *App) SayFetched(at time.Time) {
	a.UI.Note("the vulnerability data is from %s", term.Ago(a.Since(at)))
}

// LastAudit returns how many known vulnerabilities each of versions has, as the
// last "gosw audit" knew; without one, ok is false. It may have those of others, too.
// Mostly it reads one small file.
func (a *App) LastAudit(versions []gover.Version) (counts vuln.Counts, ok bool) {
	dir, _, err := a.VulnDir()
	if err != nil {
		return counts, false
	}
	counts = vuln.LoadCounts(dir)
	if !counts.Fetched.IsZero() && !slices.ContainsFunc(versions, func(v gover.Version) bool { _, ok := counts.Of[v]; return !ok }) {
		return counts, true
	}
	db, err := vuln.Load(dir) // one of versions has come since
	if err != nil {
		return vuln.Counts{}, false
	}
	counts = vuln.Counts{Fetched: db.Fetched, Of: make(map[gover.Version]int)}
	for _, v := range versions {
		counts.Of[v] = len(db.Affecting(v, a.Platform.OS, a.Platform.Arch))
	}
	return counts, true
}

// ReleasesKnown returns all releases that this machine knows of, newest first.
func (a *App) ReleasesKnown() []gover.Version {
	known := release.KnownVersions()
	var others []gover.Version
	if client, err := a.Client(); err == nil { // else other commands say so
		others = client.LocalReleases().Versions
	}
	if path, err := a.Path(); err == nil {
		installed, _ := path.Installed()
		others = slices.Concat(others, installed)
	}
	seen := make(map[gover.Version]bool, len(known))
	for _, v := range known {
		seen[v] = true
	}
	for _, v := range others { // few are not known; to sort takes more time than all else here
		if !seen[v] {
			seen[v] = true
			at, _ := slices.BinarySearchFunc(known, v, func(a, b gover.Version) int { return gover.Compare(b, a) })
			known = slices.Insert(known, at, v)
		}
	}
	return known
}

// KnownVulnerabilities counts them in words.
func KnownVulnerabilities(n int) string {
	if n == 1 {
		return "1 known vulnerability"
	}
	return fmt.Sprintf("%d known vulnerabilities", n)
}

// SayAge says that a list was not made just now.
func (a *App) SayAge(list release.Releases) {
	switch list.Origin {
	case release.FromCache:
		a.UI.Note("this list is from %s", term.Ago(a.Since(list.Fetched)))
	case release.FromBuild:
		a.UI.Note("this list came with gosw %s; there may be newer releases", Version())
	}
}
