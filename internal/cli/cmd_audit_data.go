package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/vuln"
	"github.com/gosw/gosw/internal/web"
)

// fromFile is the origin of vulnerability data that are a copy on this machine.
const fromFile release.Origin = "file"

// A vulnData is a vulnerability database, and where it is from.
type vulnData struct {
	*vuln.Database
	source string         // the address, without a password
	origin release.Origin // FromNetwork, FromCache or fromFile
}

// vulnDir is the folder of the cache for what the vulnerability database said.
// Another database says something else, and another platform has other counts.
func (a *app) vulnDir() (dir, source string, err error) {
	s, err := a.setting("GOVULNDB")
	if err != nil {
		return "", "", err
	}
	source = strings.TrimRight(s.Value, "/")
	sum := sha256.Sum256([]byte(source + "\x00" + a.platform.String()))
	dir, err = a.cacheDir()
	return filepath.Join(dir, "vuln", hex.EncodeToString(sum[:8])), source, err
}

// vulnerabilities returns the vulnerability database as it is now, or, where the
// network is not to be used, as it was fetched last.
func (a *app) vulnerabilities(ctx context.Context) (vulnData, error) {
	dir, source, err := a.vulnDir()
	if err != nil {
		return vulnData{}, err
	}
	client, err := a.client()
	if err != nil {
		return vulnData{}, err
	}
	docs, err := client.Documents("GOVULNDB", source)
	if err != nil {
		return vulnData{}, withHint(err, hintf(`"gosw env GOVULNDB" shows it; "gosw env -u GOVULNDB" goes back to Go's own database`))
	}
	var old *vuln.Database
	if !docs.Local() { // which is cheaper to read than to compare, and may have no dates
		old, _ = vuln.Load(dir) // without one all is fetched
	}
	db, err := vuln.Update(ctx, vuln.Source{Refresh: docs.Refresh, Read: docs.Read}, old)
	if err != nil {
		return a.oldVulnerabilities(vulnData{old, docs.String(), release.FromCache}, err)
	}
	data := vulnData{db, docs.String(), release.FromNetwork}
	if docs.Local() {
		data.origin = fromFile
	}
	// A cache that can't be written costs time, nothing else.
	_ = db.Save(dir, a.releasesKnown(), a.platform.OS, a.platform.Arch)
	return data, nil
}

// oldVulnerabilities returns what was fetched last if cause is that there is to be
// no network. Where the network fails the user has to choose that: data that are
// taken for new and are old make a release look sound.
func (a *app) oldVulnerabilities(old vulnData, cause error) (vulnData, error) {
	switch offline := errors.Is(cause, web.ErrOffline) || errors.Is(cause, web.ErrProxyOff); {
	case offline && old.Database != nil:
		return old, nil
	case offline:
		return vulnData{}, withHint(errors.New("there are no data on vulnerabilities yet, and the network is not to be used"),
			hintf(`"gosw audit" without --offline fetches them; GOVULNDB may be a copy, such as file:///srv/vulndb`))
	}
	err := fmt.Errorf("read the vulnerability database: %w", cause)
	if old.Database != nil {
		return vulnData{}, withHint(err, hintf(`"gosw audit --offline" takes what was fetched %s`, ago(a.since(old.Fetched))))
	}
	if isNetwork(cause) || errors.Is(cause, context.DeadlineExceeded) {
		return vulnData{}, withHint(err, hintf(`look at the network and at GOVULNDB, "gosw env" shows what it is`))
	}
	return vulnData{}, withHint(err, hintf(`this is no Go vulnerability database, or a damaged copy: "gosw env GOVULNDB" shows which`))
}

// sayVulnAge says how old data are that are not of now.
func (a *app) sayVulnAge(data vulnData) {
	switch {
	case data.origin == release.FromCache:
		a.sayFetched(data.Fetched)
	case data.origin == fromFile && data.Modified.Unix() > 0:
		a.ui.note("the newest entry of this copy of the data on vulnerabilities is of %s", data.Modified.UTC().Format(time.DateOnly))
	}
}

func (a *app) sayFetched(at time.Time) {
	a.ui.note("the data on vulnerabilities were fetched %s", ago(a.since(at)))
}

// lastAudit returns how many known vulnerabilities each of versions has, as the
// last "gosw audit" knew; without one, ok is false. Mostly it reads one small file.
func (a *app) lastAudit(versions []gover.Version) (counts vuln.Counts, ok bool) {
	dir, _, err := a.vulnDir()
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
		counts.Of[v] = len(db.Affecting(v, a.platform.OS, a.platform.Arch))
	}
	return counts, true
}

// vulnCounts returns how many known vulnerabilities releases have, as the last
// "gosw audit" knew. It reads one small file.
func (a *app) vulnCounts() map[gover.Version]int {
	dir, _, err := a.vulnDir()
	if err != nil {
		return nil
	}
	return vuln.LoadCounts(dir).Of
}

// releasesKnown returns all releases that this machine knows of, newest first.
func (a *app) releasesKnown() []gover.Version {
	known := release.KnownVersions()
	var others []gover.Version
	if client, err := a.client(); err == nil { // else other commands say so
		others = client.LocalReleases().Versions
	}
	if path, err := a.path(); err == nil {
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
