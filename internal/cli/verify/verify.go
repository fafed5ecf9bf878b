// Package verify has the commands that compare a tree with what Go has
// published: verify, repair and import.
package verify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/cross"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/tree"
)

type verifyOptions struct {
	json, verbose, full bool
	goroot              string // of somebody else, instead of specs
	cross               crossPorts
	specs               []gover.Spec
}

// Command is "gosw verify".
func Command(a *app.App) *cobra.Command {
	var options verifyOptions
	cmd := &cobra.Command{
		Use:   "verify [VERSION…]",
		Short: "Verify the files of installed versions",
		Long: `Verify checks every file of each VERSION, or of all installed versions, against
the signed record of Go's checksum database that was stored at the install. It
works offline. It prints "VERSION: ok", or a line for each file that was changed,
is missing or extra, or has another mode or type: ten at most, all with --json.

--goroot checks any directory that should be a release of Go. It asks the
checksum database and writes nothing; --full downloads the release to compare
all of it.

--cross also builds a small program with each verified version, runs it, and
builds one for each of Go's first-class ports, or for the ports you name.`,
		Example: `  gosw verify
  gosw verify --goroot "$(go env GOROOT)"`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if cmd.Flags().Changed("goroot") {
				return verifyGOROOT(a, cmd, args, options)
			} else if options.full {
				return failure.Usage(errors.New("--full needs --goroot"), cmdline.HelpHint(cmd))
			}
			if err := checkCross(a, &options.cross, args); err != nil {
				return err
			}
			if options.specs, err = cmdline.ParseSpecs(a, args); err != nil {
				return err
			}
			return verify(cmd.Context(), a, options)
		},
		ValidArgsFunction: cmdline.CompleteInstalled(a),
	}
	cmd.Flags().BoolVar(&options.json, "json", false, "print JSON")
	cmd.Flags().BoolVarP(&options.verbose, "verbose", "v", false, "show what verifies each")
	cmd.Flags().StringVar(&options.goroot, "goroot", "", "verify this directory instead")
	cmdline.Name(cmd, "goroot", "DIR")
	cmd.Flags().BoolVar(&options.full, "full", false, "with --goroot: download the release to find all differences")
	crossFlag(cmd, &options.cross)
	_ = cmd.MarkFlagDirname("goroot") // fails only where there is no such flag
	cmdline.OfflineFlag(a, cmd)
	cmdline.PlatformFlag(a, cmd)
	return cmd
}

func verifyGOROOT(a *app.App, cmd *cobra.Command, args []string, options verifyOptions) error {
	switch {
	case len(args) > 0:
		return failure.Usage(fmt.Errorf("--goroot can't be combined with a version: %q", args[0]), cmdline.HelpHint(cmd))
	case cmd.Flags().Changed("platform"):
		return failure.Usage(errors.New("--platform can't be combined with --goroot"), cmdline.HelpHint(cmd))
	case options.cross.asked:
		return failure.Usage(errors.New("--cross can't be combined with --goroot"), command.Hintf(`install the tree first: "gosw import DIR"`))
	case options.goroot == "":
		return failure.Usage(errors.New("--goroot is empty"), command.Hintf(`name a directory, such as --goroot "$(go env GOROOT)"`))
	}
	return compareGOROOT(cmd.Context(), a, options.goroot, options)
}

// A verifiedJSON is an element of "gosw verify --json".
type verifiedJSON struct {
	Version  gover.Version  `json:"version"`
	GOROOT   string         `json:"goroot"`
	OK       bool           `json:"ok"`
	Files    int            `json:"files"` // hashed
	Bytes    int64          `json:"bytes"` // hashed
	H1       string         `json:"h1"`    // of the tree as it is
	Findings []tree.Finding `json:"findings"`
	Proof    *sumdb.Witness `json:"proof"`            // null if the receipt has no record that proves it
	SHA256   string         `json:"sha256,omitempty"` // of the archive, where that is the only proof
	Error    string         `json:"error,omitempty"`  // why
	Cross    *cross.Report  `json:"cross,omitempty"`  // with --cross, if it is proven
}

func verify(ctx context.Context, a *app.App, options verifyOptions) error {
	if err := a.MayRead(); err != nil {
		return err
	}
	_, homes, err := a.Homes()
	if err != nil {
		return err
	}
	versions, err := cmdline.Matching(slices.Collect(maps.Keys(homes)), options.specs, "")
	if err != nil {
		return err
	}
	if len(versions) == 0 && !options.json {
		a.UI.Remark("no toolchain is installed")
	}
	list := make([]verifiedJSON, 0, len(versions))
	var errs []error
	for _, v := range versions {
		result, err := verifyOne(ctx, a, homes[v], v, options)
		if len(options.specs) == 0 && errors.Is(err, store.ErrNotInstalled) {
			continue // uninstalled meanwhile; nobody asked for it by name
		}
		if result != nil {
			list = append(list, *result)
		}
		errs = append(errs, err)
	}
	if options.json {
		errs = append(errs, a.UI.PrintJSON(map[string]any{"schema": 1, "toolchains": list}))
	}
	return errors.Join(errs...)
}

// Quietly is "gosw verify" of one version for another command, which prints.
func Quietly(ctx context.Context, a *app.App, home toolchain.Home, v gover.Version) error {
	_, err := verifyOne(ctx, a, home, v, verifyOptions{json: true})
	return err
}

// verifyOne verifies v in the store at home, the user's or the system's. Damage
// is an error, which comes with a result.
func verifyOne(ctx context.Context, a *app.App, home toolchain.Home, v gover.Version, options verifyOptions) (*verifiedJSON, error) {
	st, err := a.StoreAt(home, store.Run)
	if err != nil {
		return nil, err
	}
	report, err := st.Verify(ctx, v)
	if err != nil {
		return nil, err
	}
	witness, err := checkReceipt(a, home, v, report.Receipt)
	if err != nil && report.Receipt != nil {
		report.Unprove(err)
	}
	var printErr error
	if !options.json {
		printErr = printReport(a, report)
	}
	switch {
	case err != nil:
	case witness.SumDB == "":
		a.UI.Note("%v: verified only by the SHA-256 of its archive, when it was installed", v)
	case options.verbose:
		a.UI.Note("%v: record %d of the checksum database %s, in a tree of %d records signed by %s",
			v, witness.Record, witness.SumDB, witness.TreeSize, witness.Key)
	}
	result := verified(home, report, witness, err)
	if errors.As(err, new(*sumdb.SecurityError)) {
		return &result, errors.Join(printErr, err)
	}
	if !options.cross.asked || printErr != nil {
		return &result, errors.Join(printErr, verdict(a, home, report))
	}
	if !result.OK {
		return &result, errors.Join(verdict(a, home, report), fmt.Errorf("cross build with %v: not run, because its files have changed", v))
	}
	return &result, crossBuild(ctx, a, &result, options)
}

// checkReceipt reports what proves a receipt of v in the store at home. A record
// that does not is a *sumdb.SecurityError; no record is any other error.
func checkReceipt(a *app.App, home toolchain.Home, v gover.Version, r *store.Receipt) (sumdb.Witness, error) {
	if r == nil {
		return sumdb.Witness{}, errors.New("no receipt")
	}
	if len(r.Record) == 0 && r.SHA256 == "" {
		return sumdb.Witness{}, errors.New("no checksum database record")
	}
	known, err := a.Setting("GOSUMDB")
	if err != nil {
		return sumdb.Witness{}, err
	}
	// Not what the receipt says: that may be anything.
	if want := a.Platform.String(); r.Platform != want {
		return sumdb.Witness{}, fmt.Errorf("platform %q, not %s", r.Platform, want)
	}
	module := release.ModuleOf(v, a.Platform)
	if len(r.Record) == 0 && r.Module == module {
		return sumdb.Witness{}, nil // installed from a file, when the database could not be asked
	}
	witness, err := sumdb.CheckRecord(r.Record, module, r.H1, known.Value)
	if security := (*sumdb.SecurityError)(nil); errors.As(err, &security) {
		return witness, failure.Unproven(v, security, upkeep.RepairOf(a, home, v))
	}
	if err == nil && r.Module != module {
		err = fmt.Errorf("module %q, not %s", r.Module, module)
	}
	if err == nil && (r.SumDB != tree.SumDB{Name: witness.SumDB, TreeSize: witness.TreeSize, TreeHash: witness.TreeHash}) {
		err = errors.New("its record is for another tree")
	}
	return witness, err
}

func verified(home toolchain.Home, r *store.Report, w sumdb.Witness, err error) verifiedJSON {
	v := verifiedJSON{
		Version: r.Version, GOROOT: home.Dir(r.Version), OK: r.Clean() && err == nil,
		Files: r.Files, Bytes: r.Bytes, H1: r.H1,
		Findings: append(append([]tree.Finding{}, r.Tree...), r.Store...),
	}
	switch {
	case err != nil:
		v.Error = err.Error()
	case w.SumDB == "":
		v.SHA256 = r.Receipt.SHA256
	default:
		v.Proof = &w
	}
	return v
}

// printReport prints a line for each finding.
func printReport(a *app.App, r *store.Report) error {
	if r.Clean() {
		return a.UI.Print("%v: ok", r.Version)
	}
	lines := fewer(foundLines(slices.Concat(r.Tree, r.Store)))
	return term.PrintEach(a.UI, lines, func(line string) string { return r.Version.String() + ": " + line })
}

// fewer is as many lines as somebody reads, and how many more there are; --json has
// them all.
func fewer(lines []string) []string {
	const most = 10
	if len(lines) <= most {
		return lines
	}
	return append(lines[:most:most], fmt.Sprintf("and %d more", len(lines)-most))
}

func foundLines(findings []tree.Finding) (lines []string) {
	for _, f := range findings {
		lines = append(lines, found(f))
	}
	return lines
}

// found is a finding in a line.
func found(f tree.Finding) string {
	line := string(f.Kind) + " " + printable(f.Path)
	if f.Detail != "" {
		line += " (" + printable(f.Detail) + ")"
	}
	return line
}

// printable quotes text that could steer a terminal: who adds a file to a
// toolchain chooses its name.
func printable(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) {
		return strconv.Quote(text)
	}
	return text
}

// verdict is the error of a toolchain that is not as it was proven.
func verdict(a *app.App, home toolchain.Home, r *store.Report) error {
	n := len(r.Tree) + len(r.Store)
	if n == 0 {
		return nil
	}
	what := "1 difference from the verified release"
	if n > 1 {
		what = fmt.Sprintf("%d differences from the verified release", n)
	}
	return failure.WithHint(
		fmt.Errorf("verify %v: %s", r.Version, what),
		command.Hint{Command: upkeep.RepairOf(a, home, r.Version)},
	)
}
