package verify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/progress"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// Repair is "gosw repair".
func Repair(a *app.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "repair [VERSION…]",
		Short: "Restore damaged versions",
		Long: `Repair verifies each VERSION, or all installed versions, and fixes what it
finds. Changed and missing files are downloaded and verified; extra files are
removed; modes and links are corrected. It downloads only what is damaged, if
the proxy can send parts of files. Modes, extra files, links and a lost manifest
need no network.

The repaired version replaces the damaged one in one step, even while a go runs
from it. A version that shares a damaged file is repaired too.`,
		Example: `  gosw repair
  gosw repair 1.22.5`,
		RunE: func(cmd *cobra.Command, args []string) error {
			specs, err := cmdline.ParseSpecs(a, args)
			if err != nil {
				return err
			}
			return repair(cmd.Context(), a, specs)
		},
		ValidArgsFunction: cmdline.CompleteInstalled(a),
	}
	cmdline.OfflineFlag(a, cmd)
	cmdline.PlatformFlag(a, cmd)
	return cmd
}

func repair(ctx context.Context, a *app.App, specs []gover.Spec) error {
	st, err := a.Store(store.Write)
	if err != nil {
		return err
	}
	versions, err := cmdline.InstalledHere(a, st.Home(), specs)
	if err != nil {
		return err
	}
	run := &repairRun{app: a, store: st, client: sync.OnceValues(a.Client), done: make(map[gover.Version]bool), told: make(map[string]bool)}
	var errs []error
	for _, v := range versions {
		if run.done[v] { // with another, whose files it shares
			continue
		}
		err := run.repair(ctx, v)
		if len(specs) == 0 && errors.Is(err, store.ErrNotInstalled) {
			continue // uninstalled meanwhile; nobody asked for it by name
		}
		errs = append(errs, err)
	}
	if err = errors.Join(errs...); err == nil && !run.found {
		a.UI.Remark("nothing to repair")
	}
	return err
}

// A repairRun is one run of "gosw repair".
type repairRun struct {
	app    *app.App
	store  *store.Store
	client func() (*fetch.Client, error) // which sets up the network when it is needed
	done   map[gover.Version]bool        // tried
	found  bool                          // something to repair
	told   map[string]bool               // directories in other stores that were named
}

// repair repairs v, and before it those that share a damaged file of it.
func (run *repairRun) repair(ctx context.Context, v gover.Version) error {
	run.done[v] = true
	r := &repairer{repairRun: run, version: v}
	report, err := run.store.Repair(ctx, v, store.Means{
		Check: r.check, Prove: r.prove, Files: r.files, Fill: r.fill, Sharer: run.repairSharer})
	if report == nil {
		return err
	}
	return errors.Join(r.print(report, err == nil), err)
}

// repairSharer repairs a version that nobody named, because it has a damaged
// file of one that somebody did.
func (run *repairRun) repairSharer(ctx context.Context, other store.Sharer) error {
	shares := fmt.Sprintf("%v shares %s", other.Version, other.Paths[0])
	if n := len(other.Paths) - 1; n > 0 {
		shares += fmt.Sprintf(" and %d more", n)
	}
	if dir := other.Home.Dir(other.Version); other.Home != run.store.Home() {
		if run.told[dir] {
			return nil
		}
		run.told[dir] = true
		run.app.UI.Note("%s, which is in another store, %s", shares, other.Home)
		run.app.UI.Hint("run %v", upkeep.RepairOf(run.app, other.Home, other.Version))
		return nil
	}
	if run.done[other.Version] {
		return nil
	}
	if err := run.repair(ctx, other.Version); err != nil {
		return err
	}
	run.app.UI.Note("%s: repairing it too", shares)
	return nil
}

// A repairer is the repair of one version.
type repairer struct {
	*repairRun
	version  gover.Version
	unproven error // what is wrong with the receipt's proof
	received int64 // bytes of files
}

func (r *repairer) check(receipt *store.Receipt) error {
	_, r.unproven = checkReceipt(r.app, r.store.Home(), r.version, receipt)
	return r.unproven
}

func (r *repairer) prove(ctx context.Context) (*tree.Proof, error) {
	client, err := r.client()
	if err != nil {
		return nil, err
	}
	return client.Prove(ctx, r.version)
}

func (r *repairer) files(ctx context.Context, root *os.Root, files []tree.File) error {
	client, err := r.client()
	if err != nil {
		return err
	}
	r.received, err = client.FetchFiles(ctx, r.version, files, root)
	return err
}

func (r *repairer) fill(ctx context.Context, root *os.Root, _ func() tree.Reuse) (*tree.Proof, error) {
	client, err := r.client()
	if err != nil {
		return nil, err
	}
	shown := progress.Start(r.app.UI, "")
	defer shown.Stop()
	row := shown.Row(r.version.String())
	row.Begin()
	proof, err := client.Fetch(web.WithRetries(ctx, row.Retry), r.version, root, fetch.Options{Progress: row.Report})
	if err == nil {
		r.received = proof.Size
	}
	return proof, err
}

// print prints what was found and, if all is well now, says what was done.
func (r *repairer) print(report *store.Report, mended bool) error {
	if r.unproven != nil {
		report.Unprove(r.unproven)
	}
	if report.Clean() {
		return nil
	}
	r.found = true
	if err := printReport(r.app, report); err != nil || !mended {
		return err
	}
	what := "without a download"
	if r.received > 0 {
		what = fmt.Sprintf("%s downloaded", term.Size(r.received))
	}
	r.app.UI.Note("repaired %v (%s)", r.version, what)
	return nil
}
