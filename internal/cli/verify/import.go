package verify

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/tree"
)

// Import is "gosw import".
func Import(a *app.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import DIR",
		Short: "Take a GOROOT that is on this machine into the store",
		Long: `Import copies the toolchain in DIR into the store, if it is a release for this
platform as Go has published it: one that was unpacked from an archive, or that
the go command has put into its module cache. It is proven by the checksum
database as a download would be; only the record is asked for. DIR is left as
it is.`,
		Example: `  gosw import "$(go env GOROOT)"
  gosw import ~/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.22.12.linux-amd64`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return failure.Usage(fmt.Errorf("import takes one folder, not %d", len(args)), command.Hintf(`name it, such as: gosw import "$(go env GOROOT)"`))
			}
			return importTree(cmd.Context(), a, args[0])
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}
	cmdline.OfflineFlag(a, cmd)
	cmdline.PlatformFlag(a, cmd)
	return cmd
}

func importTree(ctx context.Context, a *app.App, dir string) error {
	st, err := a.Store(store.Run)
	if err != nil {
		return err
	}
	op := "import " + dir
	from, err := openTree(dir)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	defer from.Close()
	v, platform, err := tree.Identify(from, a.Platform.String())
	if err != nil {
		return compareError(op, err)
	}
	if platform != a.Platform.String() {
		return failure.WithHint(
			fmt.Errorf("%s: it is %v for %v, not for %v", op, v, platform, a.Platform),
			command.Hintf("if that is what you want, add --platform %v", platform),
		)
	}
	path, err := a.Path()
	if err != nil {
		return err
	}
	if there, err := path.Has(v); err != nil {
		return err
	} else if there {
		a.UI.Note("%v is installed already", v)
		return nil
	}
	if err := a.Claim(st.Home()); err != nil {
		return err
	}
	if !a.Foreign() {
		if err := upkeep.PlaceShims(ctx, a, st); err != nil {
			return err
		}
	}
	added, err := addTree(ctx, a, st, v, from, dir)
	if err == nil && added && !a.Foreign() {
		upkeep.PathHint(a, st.Home())
	}
	return err
}

// addTree copies from, which is at dir, into the store as v.
func addTree(ctx context.Context, a *app.App, st *store.Store, v gover.Version, from *os.Root, dir string) (bool, error) {
	client, err := a.Client()
	if err != nil {
		return false, err
	}
	start := a.Now()
	var compared *fetch.Comparison
	added, err := st.Add(ctx, v, func(ctx context.Context, root *os.Root) (*store.Receipt, error) {
		if compared, err = client.Import(ctx, from, root, fetch.CompareOptions{}); err != nil {
			return nil, compareError("import "+dir, err)
		}
		if compared.Version != v {
			return nil, fmt.Errorf("import %s: it was %v a moment ago, and is %v now", dir, v, compared.Version)
		}
		if !compared.OK() {
			return nil, refusal(a, dir, compared)
		}
		compared.Proof.Via = fetch.ViaImport
		if compared.Proof.Source, err = fileURL(dir); err != nil {
			return nil, err
		}
		return upkeep.NewReceipt(a, compared.Proof)
	})
	switch {
	case err != nil:
		return added, err
	case !added:
		a.UI.Note("%v is installed already", v)
		return false, nil
	}
	a.UI.Note("imported %v (%s in %.1fs, proven by the checksum database)", v, term.Megabytes(compared.Bytes), a.Since(start).Seconds())
	if compared.Uncovered > 0 {
		a.UI.Note("left out, as no part of the release's module: %s (%s)", strings.Join(compared.LeftOut, " "), term.Plural(compared.Uncovered, "file"))
	}
	return true, nil
}

// fileURL returns the address of a folder.
func fileURL(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	path := filepath.ToSlash(abs)
	if !strings.HasPrefix(path, "/") { // C:/…
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String(), nil
}

// refusal is the error of a tree that is not the release that it says it is. It
// names the first differences; verify names all.
func refusal(a *app.App, dir string, compared *fetch.Comparison) error {
	const most = 10
	lines := findingLines(compared)
	text := strings.Join(lines[:min(len(lines), most)], "\n")
	if more := len(lines) - most; more > 0 {
		text += fmt.Sprintf("\nand %d more", more)
	}
	explainComparison(a, dir, &fetch.Comparison{Nameless: compared.Nameless, Sure: compared.Sure}, false)
	err := comparisonVerdict(dir, compared)
	hint, ok := failure.HintOf(err)
	if !ok {
		return err
	}
	return failure.WithHint(
		fmt.Errorf("import %s: not %v as Go has published it; nothing was kept\n%s", dir, compared.Version, text),
		hint,
	)
}
