package verify

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// Import is "gosw import".
func Import(a *app.App) *cobra.Command {
	var options importOptions
	cmd := &cobra.Command{
		Use:   "import [DIR…]",
		Short: "Take over Go versions from this computer",
		Long: `Import copies the toolchain in each DIR into the store, without a download. DIR
is a GOROOT, or has one called go. It must be a release for this platform as Go
published it: import verifies it against Go's checksum database. DIR does not
change. If one DIR can't be imported, the others still are.

--all finds what goenv, gvm, asdf, mise, g, gobrew, vfox, proto, goup, gimme,
golang.org/dl, GoLand and the module cache have, shows it, and asks.`,
		Example: `  gosw import --all
  gosw import "$(go env GOROOT)"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := options.check(args); err != nil {
				return err
			}
			return importTrees(cmd.Context(), a, args, options)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}
	cmd.Flags().BoolVar(&options.all, "all", false, "find and import what other version managers have")
	cmd.Flags().BoolVarP(&options.yes, "yes", "y", false, "with --all: don't ask")
	cmd.Flags().BoolVarP(&options.dryRun, "dry-run", "n", false, "only show what would be imported")
	cmd.Flags().BoolVar(&options.json, "json", false, "print JSON")
	cmdline.OfflineFlag(a, cmd)
	cmdline.PlatformFlag(a, cmd)
	return cmd
}

// addTree copies the tree at dir into the store as v. It reports whether that was
// needed.
func addTree(ctx context.Context, a *app.App, st *store.Store, v gover.Version, dir string) (bool, error) {
	client, err := a.Client()
	if err != nil {
		return false, err
	}
	from, err := openTree(dir)
	if err != nil {
		return false, fmt.Errorf("%s: %w", "import "+dir, err)
	}
	defer from.Close()
	start := a.Now()
	var compared *fetch.Comparison
	added, err := st.Add(ctx, v, func(ctx context.Context, root *os.Root, _ func() tree.Reuse) (*tree.Proof, error) {
		if compared, err = client.Import(ctx, from, root, fetch.CompareOptions{}); err != nil {
			return nil, compareError("import "+dir, err)
		}
		if compared.Version != v {
			return nil, fmt.Errorf("import %s: it changed from %v to %v during the import", dir, v, compared.Version)
		}
		if !compared.OK() {
			return nil, refusal(a, dir, compared)
		}
		compared.Proof.Via = fetch.ViaImport
		abs, err := filepath.Abs(dir)
		compared.Proof.Source = web.FileURL(abs).String()
		return compared.Proof, err
	})
	switch {
	case err != nil:
		return added != nil, err
	case added == nil:
		a.UI.Note("%v is already installed", v)
		return false, nil
	}
	a.UI.Note("imported %v (%s in %.1fs, verified by the checksum database)", v, term.Size(compared.Bytes), a.Since(start).Seconds())
	if compared.Uncovered > 0 {
		a.UI.Note("not imported, because the release's module does not have it: %s (%s)", strings.Join(compared.LeftOut, " "), term.Plural(compared.Uncovered, "file"))
	}
	return true, nil
}

// refusal is the error of a tree that is not the release that it says it is. It
// names the first differences; verify names all.
func refusal(a *app.App, dir string, compared *fetch.Comparison) error {
	text := strings.Join(fewer(findingLines(compared)), "\n")
	explainComparison(a, dir, &fetch.Comparison{Nameless: compared.Nameless, Sure: compared.Sure}, false)
	err := comparisonVerdict(dir, compared)
	hint, ok := failure.HintOf(err)
	if !ok {
		return err
	}
	return failure.WithHint(
		fmt.Errorf("import %s: not %v as Go published it; nothing was imported\n%s", dir, compared.Version, text),
		hint,
	)
}
