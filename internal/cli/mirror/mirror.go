// Package mirror has the commands that give toolchains to others, with gosw or plain
// go: mirror, bundle and serve.
package mirror

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/mirror"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
)

// options are those of both commands.
type options struct {
	platforms []release.Platform
	fromStore bool
	heads     string // file
	specs     []gover.Spec

	layout              string
	verify, prune, json bool
	newest              bool // of heads, which the database is asked for
}

// flags adds what both commands have.
func (o *options) flags(a *app.App, cmd *cobra.Command) {
	cmdline.PlatformsFlag(cmd, &o.platforms)
	cmd.Flags().BoolVar(&o.fromStore, "from-store", false, "take what is installed, and pack it again")
	cmdline.FromFlag(a, cmd)
	cmd.Flags().StringVar(&o.heads, "heads", "", "tree heads that clients have seen elsewhere")
	cmdline.Name(cmd, "heads", "FILE")
	_ = cmd.MarkFlagFilename("heads") // fails only where there is no such flag
	cmdline.OfflineFlag(a, cmd)
}

// parse takes the arguments after the first one, which what names.
func (o *options) parse(a *app.App, cmd *cobra.Command, args []string, what string) (err error) {
	switch {
	case len(args) == 0:
		return failure.Usage(fmt.Errorf("%s needs %s", cmd.Name(), what), cmdline.HelpHint(cmd))
	case o.fromStore && a.From != "":
		return failure.Usage(errors.New("--from-store can't be combined with --from"), cmdline.HelpHint(cmd))
	}
	if len(o.platforms) == 0 {
		o.platforms = []release.Platform{a.Platform}
	}
	o.specs, err = cmdline.ParseSpecs(a, args[1:])
	return err
}

// Command is "gosw mirror".
func Command(a *app.App) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "mirror DIR [VERSION…]",
		Short: "Keep a directory of Go versions for others",
		Long: `Mirror adds each VERSION to DIR, a directory of plain files that is a module
proxy for Go toolchains: for gosw, and for plain go, by any web server or as
GOPROXY=file://DIR. DIR has the part of the checksum database that verifies them,
so nobody has to trust it. Run it again to add versions, and without VERSION to
move to the newest state of the database.

--from-store takes what is installed, --from what a bundle or a mirror has.
--prune removes what no VERSION matches. --verify checks all of DIR offline.
--heads makes DIR work for machines that have asked the database themselves:
FILE is their sumdb/NAME/latest, of GOPATH/pkg or of gosw's state directory.`,
		Example: `  gosw mirror /srv/go 1.27 --platform linux/arm64
  gosw mirror /srv/go --verify`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.parse(a, cmd, args, "a directory"); err != nil {
				return err
			}
			return mirrorTo(cmd.Context(), a, args[0], o)
		},
		ValidArgsFunction: completeAfterPath(a, cobra.ShellCompDirectiveFilterDirs),
	}
	o.flags(a, cmd)
	cmd.Flags().StringVar(&o.layout, "layout", "", "names of files: proxy (default), or athens for the disk storage of Athens")
	cmdline.Name(cmd, "layout", "LAYOUT")
	_ = cmd.RegisterFlagCompletionFunc("layout", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{string(mirror.Proxy), string(mirror.Athens)}, cobra.ShellCompDirectiveNoFileComp
	})
	cmd.Flags().BoolVar(&o.verify, "verify", false, "only check DIR, offline")
	cmd.Flags().BoolVar(&o.prune, "prune", false, "remove versions that no VERSION matches")
	cmd.Flags().BoolVar(&o.json, "json", false, "print JSON")
	return cmd
}

// completeAfterPath completes a path, then versions.
func completeAfterPath(a *app.App, first cobra.ShellCompDirective) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return nil, first
		}
		return cmdline.CompleteRemote(a)(cmd, args, typed)
	}
}

// A mirrorJSON is what "gosw mirror --json" prints.
type mirrorJSON struct {
	Schema    int              `json:"schema"`
	Directory string           `json:"directory"`
	Database  string           `json:"database"`
	TreeSize  int64            `json:"tree_size"` // of the head of all look-ups
	Releases  []releaseJSON    `json:"releases"`
	Added     []releaseJSON    `json:"added"`
	Removed   []releaseJSON    `json:"removed"`
	Findings  []mirror.Finding `json:"findings"` // with --verify
}

type releaseJSON struct {
	Version  gover.Version `json:"version"`
	Platform string        `json:"platform"`
}

func jsonOf(releases []release.Release) []releaseJSON {
	list := make([]releaseJSON, len(releases))
	for i, r := range releases {
		list[i] = releaseJSON{r.Version, r.Platform.String()}
	}
	return list
}

func mirrorTo(ctx context.Context, a *app.App, dir string, o options) error {
	switch {
	case o.verify && (len(o.specs) > 0 || o.prune || o.fromStore || a.From != ""):
		return failure.Usage(errors.New("--verify checks all of a mirror, and changes nothing"), command.Hint{Command: command.Gosw("mirror", dir, "--verify")})
	case o.prune && len(o.specs) == 0:
		return failure.Usage(errors.New("--prune needs the versions to keep"), command.Hintf(`name them: "gosw mirror DIR 1.26 1.27 --prune"`))
	case o.layout != "" && o.layout != string(mirror.Proxy) && o.layout != string(mirror.Athens):
		return failure.Usage(fmt.Errorf("no layout is called %q", o.layout), command.Hintf("there are proxy and athens"))
	}
	o.newest = true
	w, err := newWriter(a, o)
	if err != nil {
		return err
	}
	defer w.close()
	tree, err := mirror.Open(dir, mirror.Layout(o.layout), w.db)
	if err != nil {
		return err
	}
	tree.Step = a.Inv.Step
	if o.verify {
		return verify(ctx, a, tree, o)
	}
	result := mirrorJSON{Schema: 1, Directory: dir, Database: w.db.Name(), Findings: []mirror.Finding{}}
	if err := w.change(ctx, tree, &result); err != nil {
		return err
	}
	if o.json {
		return a.UI.PrintJSON(result)
	}
	return nil
}

// change brings the tree up to date, and removes what is not wanted.
func (w *writer) change(ctx context.Context, tree *mirror.Tree, result *mirrorJSON) error {
	file, err := tree.LockFile()
	if err != nil {
		return failure.WithHint(err, command.Hintf("name a directory that you may write to"))
	}
	unlock, err := lock(ctx, w.app, file, term.Clean(tree.Dir()), "updating")
	if err != nil {
		return err
	}
	defer unlock()
	updated, err := w.update(ctx, tree)
	if err != nil {
		return err
	}
	removed, err := w.prune(tree)
	if err != nil {
		return err
	}
	left, err := tree.Releases()
	if err != nil {
		return err
	}
	result.TreeSize, result.Added, result.Removed, result.Releases = updated.Head.N, jsonOf(updated.Added), jsonOf(removed), jsonOf(left)
	if updated.Files == 0 && len(removed) == 0 {
		w.app.UI.Remark("%s is up to date", term.Clean(tree.Dir()))
	} else {
		w.app.UI.Note("%s has %s, with %d records of %s", term.Clean(tree.Dir()), count(len(left), "release"), updated.Head.N, w.db.Name())
	}
	return nil
}

// prune removes the releases that no spec matches, of the platforms that are meant.
func (w *writer) prune(tree *mirror.Tree) (gone []release.Release, err error) {
	releases, err := tree.Releases()
	if err != nil || !w.options.prune {
		return nil, err
	}
	for _, p := range w.platforms {
		var versions []gover.Version
		for _, r := range releases {
			if r.Platform == p {
				versions = append(versions, r.Version)
			}
		}
		keep, err := app.Filter(versions, w.specs)
		if err != nil {
			return nil, err
		}
		for _, v := range versions {
			if !slices.Contains(keep, v) {
				gone = append(gone, release.Release{Version: v, Platform: p})
			}
		}
	}
	if len(gone) == 0 {
		return nil, nil
	}
	for _, r := range gone {
		w.app.UI.Note("removing %v", r)
	}
	return gone, tree.Prune(gone)
}

// verify prints what is wrong with a mirror.
func verify(ctx context.Context, a *app.App, tree *mirror.Tree, o options) error {
	report, err := tree.Verify(ctx)
	if err != nil {
		return err
	}
	if o.json {
		err = a.UI.PrintJSON(mirrorJSON{1, tree.Dir(), tree.Database(), report.Head.N, jsonOf(report.Releases), []releaseJSON{}, []releaseJSON{},
			append([]mirror.Finding{}, report.Findings...)})
	} else {
		err = term.PrintEach(a.UI, report.Findings, func(f mirror.Finding) string { return term.Clean(f.Path) + ": " + term.Clean(f.Detail) })
	}
	if err != nil {
		return err
	}
	if len(report.Findings) > 0 {
		remove := []string{"rm", "-f"}
		for _, f := range report.Findings {
			remove = append(remove, filepath.Join(tree.Dir(), filepath.FromSlash(f.Path)))
		}
		return failure.WithHint(fmt.Errorf("verify %s: not as clients need it", tree.Dir()),
			command.Hintf("make these files again: %v", command.Run(remove...).Then(command.Gosw("mirror", tree.Dir()))))
	}
	if !o.json {
		return a.UI.Print("%s: ok, %s, %d records of %s", term.Clean(tree.Dir()), count(len(report.Releases), "release"), report.Head.N, tree.Database())
	}
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// readHeads reads the file of --heads.
func readHeads(db *sumdb.Client, file string) ([]sumdb.Head, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--heads: %w", err)
	}
	heads, err := db.ParseHeads(data)
	if err == nil && len(heads) == 0 {
		err = errors.New("no tree head in it")
	}
	if err != nil {
		return nil, failure.WithHint(fmt.Errorf("--heads %s: %w", file, err),
			command.Hintf("bring the file sumdb/%s/latest of that machine, below GOPATH/pkg or in gosw's state directory", strings.ReplaceAll(db.Name(), "%", "%%")))
	}
	return heads, nil
}
