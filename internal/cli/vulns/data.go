package vulns

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
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

// vulnerabilities returns the vulnerability database as it is now, or, where the
// network is not to be used, as it was fetched last.
func vulnerabilities(ctx context.Context, a *app.App) (vulnData, error) {
	dir, source, err := a.VulnDir()
	if err != nil {
		return vulnData{}, err
	}
	client, err := a.Client()
	if err != nil {
		return vulnData{}, err
	}
	docs, err := client.Documents("GOVULNDB", source)
	if err != nil {
		return vulnData{}, failure.WithHint(err, command.Hintf(`fix it, or return to Go's own database: "gosw env -u GOVULNDB"`))
	}
	var old *vuln.Database
	if !docs.Local() { // which is cheaper to read than to compare, and may have no dates
		old, _ = vuln.Load(dir) // without one all is fetched
	}
	db, err := vuln.Update(ctx, vuln.Source{Refresh: docs.Refresh, Read: docs.Read}, old)
	if err != nil {
		return oldVulnerabilities(a, vulnData{old, docs.String(), release.FromCache}, err)
	}
	data := vulnData{db, docs.String(), release.FromNetwork}
	if docs.Local() {
		data.origin = fromFile
	}
	// A cache that can't be written costs time, nothing else.
	_ = db.Save(dir, a.ReleasesKnown(), a.Platform.OS, a.Platform.Arch)
	return data, nil
}

// oldVulnerabilities returns what was fetched last if cause is that there is to be
// no network. Where the network fails the user has to choose that: data that are
// taken for new and are old make a release look sound.
func oldVulnerabilities(a *app.App, old vulnData, cause error) (vulnData, error) {
	switch offline := errors.Is(cause, web.ErrOffline) || errors.Is(cause, web.ErrProxyOff); {
	case offline && old.Database != nil:
		return old, nil
	case offline:
		return vulnData{}, failure.WithHint(errors.New("no vulnerability data is cached, and --offline is set"),
			command.Hintf(`run "gosw audit" without --offline, or set GOVULNDB to a copy such as file:///srv/vulndb`))
	}
	err := fmt.Errorf("read the vulnerability database: %w", cause)
	if old.Database != nil {
		return vulnData{}, failure.WithHint(err, command.Hintf(`use the data from %s with "gosw audit --offline"`, term.Ago(a.Since(old.Fetched))))
	}
	if web.IsAway(cause) || errors.Is(cause, context.DeadlineExceeded) {
		return vulnData{}, failure.WithHint(err, command.Hintf(`check your connection and GOVULNDB ("gosw env GOVULNDB"), then retry`))
	}
	return vulnData{}, failure.WithHint(err, command.Hintf(`not a Go vulnerability database, or a damaged copy; check GOVULNDB ("gosw env GOVULNDB")`))
}

// sayVulnAge says how old data are that are not of now.
func sayVulnAge(a *app.App, data vulnData) {
	switch {
	case data.origin == release.FromCache:
		a.SayFetched(data.Fetched)
	case data.origin == fromFile && data.Modified.Unix() > 0:
		a.UI.Note("the newest entry in this copy of the vulnerability data is from %s", data.Modified.UTC().Format(time.DateOnly))
	}
}
