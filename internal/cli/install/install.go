// Package install has the commands that add toolchains: install, upgrade, and
// what the shim calls where a version is missing.
package install

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/progress"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/cross"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/web"
)

// Command is "gosw install".
func Command(a *app.App) *cobra.Command {
	var sum, into string
	var warm warmBuilds
	cmd := &cobra.Command{
		Use:   "install [VERSION|FILE…]",
		Short: "Install Go versions",
		Long: `Install downloads each VERSION, verifies it against Go's checksum database and
unpacks it into the store. Without arguments it installs what this directory
needs: its pin, else what its go.work or go.mod names.

VERSION is a release (1.22.5, 1.23rc1), the newest patch of a line (1.22),
latest, oldstable, or a constraint ("~> 1.22.3", ">=1.21,<1.23"). For the
release go1.20 itself, write 1.20.0.

FILE is an archive on this computer with its published name, or a zip of the
module proxy, verified like a download or by --sha256. --from takes versions from
what "gosw bundle" or "gosw mirror" wrote, and from nowhere else. With --into,
DIR is the GOROOT of one version. --warm speeds up the first build.`,
		Example: `  gosw install 1.21 1.22
  gosw install ./go1.22.5.linux-amd64.tar.gz`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("into") && into == "" { // as an empty variable of a script is
				return failure.Usage(errors.New("--into needs a directory"), cmdline.HelpHint(cmd))
			}
			if err := warm.check(a, into); err != nil {
				return err
			}
			return install(cmd.Context(), a, args, installOptions{sum: sum, warm: warm}, into)
		},
		ValidArgsFunction: cmdline.CompleteInstall(a),
	}
	cmd.Flags().StringVar(&sum, "sha256", "", "the SHA-256 of FILE, in hex, from a source you trust")
	cmdline.Name(cmd, "sha256", "SUM")
	cmd.Flags().StringVar(&into, "into", "", "put one version into DIR, and not into the store")
	cmdline.Name(cmd, "into", "DIR")
	warmFlag(cmd, &warm)
	cmdline.FromFlag(a, cmd)
	cmdline.OfflineFlag(a, cmd)
	cmdline.PlatformFlag(a, cmd)
	return cmd
}

// install makes what args name available, or else what the working directory asks for:
// in the store, or as the directory into.
func install(ctx context.Context, a *app.App, args []string, options installOptions, into string) error {
	files, names := splitFiles(args)
	if err := checkFileArgs(files, names, options.sum); err != nil {
		return err
	}
	closeFrom, err := cmdline.OpenFrom(a)
	if err != nil {
		return err
	}
	defer closeFrom()
	specs, err := cmdline.ParseSpecs(a, names)
	if err == nil && len(args) == 0 {
		var wish upkeep.Wish
		wish, err = upkeep.Wanted(a)
		specs = app.ToInstall(wish.Specs...)
	}
	if err != nil {
		return err
	}
	options.specs, options.files = specs, files
	if into != "" {
		return installInto(ctx, a, options, into)
	}
	return installAll(ctx, a, options)
}

type installOptions struct {
	specs []gover.Spec
	files []string
	sum   string // SHA-256 of the only file
	warm  []cross.Build

	forJob bool // what is on PATH is not the user's
}

// ForJob returns what makes specs available to a job, whose PATH somebody else sees to.
func ForJob(a *app.App) func(context.Context, []gover.Spec) error {
	return func(ctx context.Context, specs []gover.Spec) error {
		return installAll(ctx, a, installOptions{specs: specs, forJob: true})
	}
}

// installAll makes versions, and what is in files, available. Each is tried,
// whatever becomes of the others; the error joins what went wrong.
func installAll(ctx context.Context, a *app.App, options installOptions) error {
	in, err := newInstaller(a, store.Run)
	if err != nil {
		return err
	}
	in.shown = progress.Start(a.UI, "looking up releases")
	defer in.shown.Stop()
	versions, selectErr := cmdline.Select(web.WithRetries(ctx, in.shown.Retry), a, in.client, options.specs)
	errs := []error{selectErr}
	if len(versions)+len(options.files) > 0 && !a.Foreign() {
		errs = append(errs, upkeep.PlaceShims(ctx, a, in.store))
	}
	for _, file := range options.files {
		errs = append(errs, in.addFile(ctx, file, options.sum))
	}
	if len(versions) > 0 {
		own, err := in.notInSystem(versions)
		errs = append(errs, err, in.addAll(ctx, own))
	}
	if in.added > 0 && !a.Foreign() && !options.forJob {
		upkeep.PathHint(a, in.store.Home())
	}
	if len(options.warm) > 0 && ctx.Err() == nil {
		errs = append(errs, in.warm(ctx, append(in.files, versions...), options.warm))
	}
	return errors.Join(errs...)
}

// An installer is one run of install.
type installer struct {
	app    *app.App
	store  *store.Store
	path   toolchain.Path
	client func() (*fetch.Client, error) // set up when the network is needed
	shown  *progress.Progress
	added  int
	files  []gover.Version // that are in the files
}

func newInstaller(a *app.App, purpose store.Purpose) (*installer, error) {
	st, err := a.Store(purpose)
	if err != nil {
		return nil, err
	}
	path, err := a.Path()
	return &installer{app: a, store: st, path: path, client: sync.OnceValues(a.Client)}, err
}

// notInSystem returns those of versions that the system's store does not have.
func (in *installer) notInSystem(versions []gover.Version) (own []gover.Version, err error) {
	for _, v := range versions {
		home, ofErr := in.path.Of(v)
		switch {
		case ofErr != nil:
		case home == in.store.Home():
			own = append(own, v)
		default:
			in.app.UI.Remark("%v is already installed, in the system store", v)
		}
		err = errors.Join(err, ofErr)
	}
	return own, err
}

// addAll installs versions at the same time, at most GOSW_JOBS of them.
func (in *installer) addAll(ctx context.Context, versions []gover.Version) error {
	jobs, err := jobs(in.app)
	if err != nil {
		return err
	}
	var missing []gover.Version
	var rows []*progress.Row
	for _, v := range versions {
		if there, _ := in.store.Home().Has(v); there {
			in.app.UI.Remark("%v is already installed", v)
		} else { // an error is told when v is added
			missing, rows = append(missing, v), append(rows, in.shown.Row(v.String()))
		}
	}
	if len(missing) == 0 {
		return in.store.Tidy(ctx)
	}
	if err := in.app.Claim(in.store.Home()); err != nil {
		return err
	}
	client, err := in.client()
	if err != nil {
		return err
	}
	asking, stop := context.WithCancel(ctx)
	defer stop()
	for i := min(jobs, len(missing)); i < len(missing); i++ { // others learn it with their first answer
		go rows[i].Size(func() int64 { return client.Size(asking, missing[i]) })
	}
	defer oneMore()()
	errs := make([]error, len(missing))
	added := make([]bool, len(missing))
	var group errgroup.Group
	group.SetLimit(jobs)
	for i, v := range missing {
		group.Go(func() error {
			added[i], errs[i] = in.add(ctx, client, v, rows[i])
			return nil // the others go on
		})
	}
	_ = group.Wait()
	for _, ok := range added {
		if ok {
			in.added++
		}
	}
	return errors.Join(errs...)
}

// oneMore lets Go run one thread more than there are processors, until undone. To write a file
// is a system call that may last: the thread loses its turn, then waits for one, and meanwhile a
// processor may have nothing to do. That was an eighth of the time of an install.
func oneMore() (undo func()) {
	processors := runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(processors + 1)
	return func() { runtime.GOMAXPROCS(processors) }
}

func jobs(a *app.App) (int, error) {
	s, err := a.Setting("GOSW_JOBS")
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(s.Value)
}

func (in *installer) add(ctx context.Context, client *fetch.Client, v gover.Version, row *progress.Row) (bool, error) {
	start := in.app.Now()
	row.Begin()
	added, err := in.store.Add(web.WithRetries(ctx, row.Retry), v, client.Filler(v, fetch.Options{Progress: row.Report, Phase: row.Phase}))
	row.End()
	switch {
	case errors.As(err, new(*release.PlatformError)):
		return false, cmdline.PlatformHint(err)
	case errors.As(err, new(*release.NotFoundError)):
		return false, explainMissing(ctx, client, v, err)
	}
	if err == nil && added != nil {
		what := term.Size(added.Received)
		if added.Reused > 0 {
			what += fmt.Sprintf(", the rest from %v,", added.Sibling)
		}
		in.app.UI.Note("installed %v (%s in %.1fs, %s)", v, what, in.app.Since(start).Seconds(), proofWords(added))
		if v.Minor() >= 11 && v.Minor() < 24 { // those that build for wasm
			in.app.UI.Remark("%v comes without misc/wasm, which is not part of the module before go1.24", v)
		}
	}
	return added != nil, err
}

// proofWords says what proves a toolchain.
func proofWords(p *store.Receipt) string {
	switch {
	case len(p.Record) == 0:
		return "verified by its SHA-256 only"
	case p.SHA256 != "":
		return "verified by its SHA-256 and the checksum database"
	}
	return "verified by the checksum database"
}
