package verify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
)

// An auditedJSON is the element of "gosw verify --goroot DIR --json".
type auditedJSON struct {
	Version    gover.Version      `json:"version"`
	Platform   string             `json:"platform"`
	GOROOT     string             `json:"goroot"` // as it was given
	OK         bool               `json:"ok"`
	Files      int                `json:"files"` // hashed
	Bytes      int64              `json:"bytes"` // hashed
	H1         string             `json:"h1"`    // of the tree as it is; "" if a file can't be read
	Published  string             `json:"published"`
	Findings   []fetch.Difference `json:"findings"`
	Sure       bool               `json:"sure"`
	Proof      *witnessJSON       `json:"proof"`
	NotCovered notCoveredJSON     `json:"not_covered"`
	Received   int64              `json:"received"` // bytes of the zip
	Error      string             `json:"error,omitempty"`
}

// A notCoveredJSON is what the checksum database says nothing about.
type notCoveredJSON struct {
	Folders []string `json:"folders"`
	Files   int      `json:"files"`
}

// auditGOROOT compares a GOROOT, whoever has made it, with the checksum database.
func auditGOROOT(ctx context.Context, a *app.App, dir string, options verifyOptions) error {
	root, err := openTree(dir)
	if err != nil {
		return fmt.Errorf("verify %s: %w", dir, err)
	}
	defer root.Close()
	client, err := a.Client()
	if err != nil {
		return err
	}
	audit, err := auditWith(ctx, a, client, root, options.full)
	if err != nil {
		return auditError("verify "+dir, err)
	}
	if options.json {
		err = a.UI.PrintJSON(map[string]any{"schema": 1, "toolchains": []auditedJSON{audited(dir, audit)}})
	} else {
		err = printAudit(a, dir, audit)
	}
	explainAudit(a, dir, audit, options.verbose)
	return errors.Join(err, auditVerdict(dir, audit))
}

// openTree opens a folder that somebody else has made.
func openTree(dir string) (*os.Root, error) {
	root, err := os.OpenRoot(dir)
	var path *fs.PathError
	if errors.As(err, &path) {
		return nil, failure.WithHint(path.Err, command.Hint{}) // the hints on rights are about the store
	}
	return root, err
}

// auditWith audits, with a line of progress where the zip is downloaded.
func auditWith(ctx context.Context, a *app.App, client *fetch.Client, root *os.Root, full bool) (*fetch.Audit, error) {
	var bar *term.Progress
	stop := func() {}
	defer func() { stop() }()
	options := fetch.AuditOptions{Known: func(v gover.Version, p release.Platform) *fetch.Proof { return knownProof(a, v, p) }, Full: full}
	options.Progress = func(done, total int64) {
		if bar == nil {
			bar, stop = a.UI.StartProgress([]string{"comparing"})
		}
		bar.Report(gover.Version{})(done, total)
	}
	return client.Audit(ctx, root, options)
}

// knownProof returns what an installed toolchain's receipt proves, if the
// toolchain is that release, and the receipt and its manifest are as they were
// written.
func knownProof(a *app.App, v gover.Version, p release.Platform) *fetch.Proof {
	path, err := a.Path()
	if err != nil || p != a.Platform {
		return nil
	}
	home, err := path.Of(v)
	if err != nil {
		return nil
	}
	st, err := a.StoreAt(home)
	if err != nil {
		return nil
	}
	receipt, err := st.Receipt(v)
	if err != nil {
		return nil
	}
	witness, err := checkReceipt(a, home, v, receipt)
	if err != nil || witness.SumDB == "" { // or proven by the SHA-256 of an archive alone
		return nil
	}
	sums, err := st.Sums(v)
	record := new(sumdb.Record)
	if err != nil || json.Unmarshal(receipt.Record, record) != nil {
		return nil
	}
	return &fetch.Proof{
		Module: release.Module, Version: receipt.Module[len(release.Module)+1:], H1: receipt.H1,
		SumDB: witness.SumDB, TreeSize: witness.TreeSize, TreeHash: witness.TreeHash,
		Record: record, Sums: sums,
	}
}

// auditError words why there is no verdict.
func auditError(op string, err error) error {
	foreign := (*fetch.ForeignError)(nil)
	unknown := (*fetch.UnknownReleaseError)(nil)
	security := (*sumdb.SecurityError)(nil)
	err = fmt.Errorf("%s: %w", op, err)
	switch {
	case errors.As(err, &foreign):
		return failure.WithHint(err, foreignHint(foreign))
	case errors.As(err, &unknown):
		return failure.WithHint(err, command.Hintf(`Go has published no such release; if it should be there, look at GOPROXY and GOSUMDB`))
	case errors.As(err, &security):
		return failure.Unjudged(err)
	}
	return err
}

func foreignHint(e *fetch.ForeignError) command.Hint {
	switch {
	case e.Package && !e.Version.IsZero():
		return command.Hintf("a distribution's package is split or built anew, and its package manager is what proves it; %v gets Go's own", command.Gosw("install", gover.Only(e.Version).String()))
	case e.Package:
		return command.Hintf("a distribution's package is split or built anew, and its package manager is what proves it")
	}
	return command.Hintf(`name a GOROOT that Go has published: "go env GOROOT" tells where one is`)
}

func audited(dir string, audit *fetch.Audit) auditedJSON {
	proof := audit.Proof
	j := auditedJSON{
		Version: audit.Version, Platform: audit.Platform.String(), GOROOT: dir, OK: audit.OK(),
		Files: audit.Files, Bytes: audit.Bytes, H1: audit.H1, Published: proof.H1,
		Findings: append([]fetch.Difference{}, audit.Differences...), Sure: audit.Sure,
		Proof:      &witnessJSON{proof.SumDB, proof.Record.Key, proof.Record.ID, proof.TreeSize, proof.TreeHash},
		NotCovered: notCoveredJSON{append([]string{}, audit.LeftOut...), audit.Uncovered},
		Received:   audit.Received,
	}
	if audit.Nameless != nil {
		j.Error = audit.Nameless.Error()
	}
	return j
}

// printAudit prints a line for each finding, or the only one.
func printAudit(a *app.App, dir string, audit *fetch.Audit) error {
	name := printable(dir)
	if audit.OK() {
		return a.UI.Print("%s: ok (%v %v)", name, audit.Version, audit.Platform)
	}
	for _, line := range differenceLines(audit) {
		if err := a.UI.Print("%s: %s", name, line); err != nil {
			return err
		}
	}
	return nil
}

// differenceLines has one line at least.
func differenceLines(audit *fetch.Audit) []string {
	var lines []string
	for _, d := range audit.Differences {
		line := d.Kind + " " + printable(d.Path)
		if d.Detail != "" {
			line += " (" + printable(d.Detail) + ")"
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 || audit.Nameless != nil {
		lines = append(lines, fmt.Sprintf("unproven %v %v (%s, not the published %s)",
			audit.Version, audit.Platform, cmp.Or(audit.H1, "no checksum"), printable(audit.Proof.H1)))
	}
	return lines
}

// explainAudit says on what the verdict rests, and what it is not about.
func explainAudit(a *app.App, dir string, audit *fetch.Audit, verbose bool) {
	switch {
	case audit.Nameless != nil:
		a.UI.Note("%s: what differs is not known: %v", dir, audit.Nameless)
	case !audit.Sure:
		a.UI.Note("%s: what differs was found by size and CRC, in a directory of the zip that nothing proves; --full makes sure", dir)
	}
	if n := len(audit.LeftOut); n > 0 {
		a.UI.Note("%s: not covered by the checksum database: %s", dir, notCovered(audit))
	}
	if !verbose {
		return
	}
	proof := audit.Proof
	a.UI.Note("%s: %d files, %s hashed, %s of the zip received", dir, audit.Files, term.Megabytes(audit.Bytes), term.Megabytes(audit.Received))
	a.UI.Note("%s: %v %v is checksum database record %d of %s, in the signed tree of %d records, signature of %s",
		dir, audit.Version, audit.Platform, proof.Record.ID, proof.SumDB, proof.TreeSize, proof.Record.Key)
}

func notCovered(audit *fetch.Audit) string {
	return term.Plural(len(audit.LeftOut), "folder") + ", " + term.Plural(audit.Uncovered, "file")
}

// auditVerdict is the error of a tree that is not the release that it says it is.
func auditVerdict(dir string, audit *fetch.Audit) error {
	if audit.OK() {
		return nil
	}
	what := fmt.Sprintf("not %v as Go has published it", audit.Version)
	if n := len(audit.Differences); n > 0 {
		what = term.Plural(n, "difference") + fmt.Sprintf(" from %v as Go has published it", audit.Version)
	}
	hint := command.Hintf("%v gets the published release", command.Gosw("install", gover.Only(audit.Version).String()))
	if audit.Rebuilt() {
		hint.Text = "its programs are not those that Go has published, as in a distribution's package or a build from source; " + hint.Text
	}
	return failure.WithHint(fmt.Errorf("verify %s: %s", dir, what), hint)
}
