package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/progress"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// A comparedJSON is the element of "gosw verify --goroot DIR --json".
type comparedJSON struct {
	Version    gover.Version  `json:"version"`
	Platform   string         `json:"platform"`
	GOROOT     string         `json:"goroot"` // as it was given
	OK         bool           `json:"ok"`
	Files      int            `json:"files"` // hashed
	Bytes      int64          `json:"bytes"` // hashed
	H1         string         `json:"h1"`    // of the tree as it is; "" if a file can't be read
	Published  string         `json:"published"`
	Findings   []tree.Finding `json:"findings"`
	Sure       bool           `json:"sure"`
	Proof      sumdb.Witness  `json:"proof"`
	NotCovered notCoveredJSON `json:"not_covered"`
	Received   int64          `json:"received"` // bytes of the zip
	Error      string         `json:"error,omitempty"`
}

// A notCoveredJSON is what the checksum database says nothing about.
type notCoveredJSON struct {
	Directories []string `json:"directories"`
	Files       int      `json:"files"`
}

// compareGOROOT compares a GOROOT, whoever has made it, with the checksum database.
func compareGOROOT(ctx context.Context, a *app.App, dir string, options verifyOptions) error {
	root, err := openTree(dir)
	if err != nil {
		return fmt.Errorf("verify %s: %w", dir, err)
	}
	defer root.Close()
	client, err := a.Client()
	if err != nil {
		return err
	}
	c, err := compareWith(ctx, a, client, root, options.full)
	if err != nil {
		return compareError("verify "+dir, err)
	}
	if options.json {
		err = a.UI.PrintJSON(map[string]any{"schema": 1, "toolchains": []comparedJSON{compared(dir, c)}})
	} else {
		err = printComparison(a, dir, c)
	}
	explainComparison(a, dir, c, options.verbose)
	return errors.Join(err, comparisonVerdict(dir, c))
}

// openTree opens a directory that somebody else has made.
func openTree(dir string) (*os.Root, error) {
	root, err := os.OpenRoot(dir)
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, failure.WithHint(path.Err, command.Hint{}) // the hints on rights are about the store
	}
	return root, err
}

// compareWith compares, with a line of progress where the zip is downloaded.
func compareWith(ctx context.Context, a *app.App, client *fetch.Client, root *os.Root, full bool) (*fetch.Comparison, error) {
	shown := progress.Start(a.UI, "comparing")
	defer shown.Stop()
	row := shown.Row("the published zip")
	options := fetch.CompareOptions{Full: full}
	options.Known = func(v gover.Version, p release.Platform) (*tree.Proof, sumdb.Witness) { return knownProof(a, v, p) }
	options.Progress = func(done, total int64) {
		row.Begin()
		row.Report(done, total)
	}
	return client.Compare(web.WithRetries(ctx, shown.Retry), root, options)
}

// knownProof returns what an installed toolchain's receipt proves, if the
// toolchain is that release, and the receipt and its manifest are as they were
// written.
func knownProof(a *app.App, v gover.Version, p release.Platform) (*tree.Proof, sumdb.Witness) {
	path, err := a.Path()
	if err != nil || p != a.Platform {
		return nil, sumdb.Witness{}
	}
	home, err := path.Of(v)
	var st *store.Store
	if err == nil {
		st, err = a.StoreAt(home, store.Show)
	}
	var receipt *store.Receipt
	if err == nil {
		receipt, err = st.Receipt(v)
	}
	var witness sumdb.Witness
	if err == nil {
		witness, err = checkReceipt(a, home, v, receipt)
	}
	if err == nil {
		receipt.Sums, err = st.Sums(v)
	}
	if err != nil || witness.SumDB == "" { // or proven by the SHA-256 of an archive alone
		return nil, sumdb.Witness{}
	}
	return &tree.Proof{Module: receipt.Module, H1: receipt.H1, SumDB: receipt.SumDB, Record: receipt.Record, Sums: receipt.Sums}, witness
}

// compareError words why there is no verdict.
func compareError(op string, err error) error {
	foreign := (*release.ForeignError)(nil)
	err = fmt.Errorf("%s: %w", op, err)
	switch {
	case errors.As(err, &foreign):
		return failure.WithHint(err, foreignHint(foreign))
	case errors.As(err, new(*fetch.UnknownReleaseError)):
		return failure.WithHint(err, command.Hintf(`Go has not published this release; if it has, check GOPROXY and GOSUMDB`))
	case errors.As(err, new(*sumdb.SecurityError)):
		return failure.Unjudged(err)
	}
	return err
}

func foreignHint(e *release.ForeignError) command.Hint {
	switch {
	case e.Package && !e.Version.IsZero():
		return command.Hintf("distributions rebuild Go, so their package manager must verify this one; %v installs Go's own build", command.Gosw("install", gover.Only(e.Version).String()))
	case e.Package:
		return command.Hintf("distributions rebuild Go, so their package manager must verify this one")
	}
	return command.Hintf(`name the GOROOT of a Go release; "go env GOROOT" prints one`)
}

func compared(dir string, c *fetch.Comparison) comparedJSON {
	j := comparedJSON{
		Version: c.Version, Platform: c.Platform.String(), GOROOT: dir, OK: c.OK(),
		Files: c.Files, Bytes: c.Bytes, H1: c.H1, Published: c.Proof.H1,
		Findings: append([]tree.Finding{}, c.Findings...), Sure: c.Sure,
		Proof:      c.Witness,
		NotCovered: notCoveredJSON{append([]string{}, c.LeftOut...), c.Uncovered},
		Received:   c.Received,
	}
	if c.Nameless != nil {
		j.Error = c.Nameless.Error()
	}
	return j
}

// printComparison prints a line for each finding, or the only one.
func printComparison(a *app.App, dir string, c *fetch.Comparison) error {
	name := printable(dir)
	if c.OK() {
		return a.UI.Print("%s: ok (%v %v)", name, c.Version, c.Platform)
	}
	return term.PrintEach(a.UI, fewer(findingLines(c)), func(line string) string { return name + ": " + line })
}

// findingLines has one line at least.
func findingLines(c *fetch.Comparison) []string {
	lines := foundLines(c.Findings)
	if len(lines) == 0 || c.Nameless != nil {
		lines = append(lines, fmt.Sprintf("unverified %v %v (%s, not the published %s)",
			c.Version, c.Platform, cmp.Or(c.H1, "no checksum"), printable(c.Proof.H1)))
	}
	return lines
}

// explainComparison says on what the verdict rests, and what it is not about.
func explainComparison(a *app.App, dir string, c *fetch.Comparison, verbose bool) {
	switch {
	case c.Nameless != nil:
		a.UI.Note("%s: can't tell what differs: %v", dir, c.Nameless)
	case !c.Sure:
		a.UI.Note("%s: differences were found by size and CRC from an unverified zip directory; use --full to be sure", dir)
	}
	if len(c.LeftOut) > 0 {
		a.UI.Note("%s: the checksum database does not cover %s and %s", dir, term.Plural(len(c.LeftOut), "directory"), term.Plural(c.Uncovered, "file"))
	}
	if !verbose {
		return
	}
	a.UI.Note("%s: %d files, %s hashed, %s of the zip downloaded", dir, c.Files, term.Size(c.Bytes), term.Size(c.Received))
	a.UI.Note("%s: %v %v is record %d of the checksum database %s, in a tree of %d records signed by %s",
		dir, c.Version, c.Platform, c.Witness.Record, c.Witness.SumDB, c.Witness.TreeSize, c.Witness.Key)
}

// comparisonVerdict is the error of a tree that is not the release that it says it is.
func comparisonVerdict(dir string, c *fetch.Comparison) error {
	if c.OK() {
		return nil
	}
	what := fmt.Sprintf("not %v as Go published it", c.Version)
	if n := len(c.Findings); n > 0 {
		what = term.Plural(n, "difference") + fmt.Sprintf(" from %v as Go published it", c.Version)
	}
	hint := command.Hintf("install the published release: %v", command.Gosw("install", gover.Only(c.Version).String()))
	if c.Rebuilt() {
		hint.Text = "its programs differ from those Go published, as in a distribution's package or a build from source; " + hint.Text
	}
	return failure.WithHint(fmt.Errorf("verify %s: %s", dir, what), hint)
}
