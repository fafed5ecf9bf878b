// Package doctor is "gosw doctor": it gathers what the checks of
// internal/doctor look at, adds those that only a command can make, prints what
// they find, and fixes what is gosw's own.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/explain"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/doctor"
	"github.com/gosw/gosw/internal/goenv"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

type doctorOptions struct {
	json, online, deep, fix, verbose bool
}

// An Others has what doctor takes of other commands, which it does not know.
type Others struct {
	Verify       func(ctx context.Context, home toolchain.Home, v gover.Version) error
	InstallInit  func(ctx context.Context, shell string, flags []string) error
	ReadLibrary  func() (text, file string, err error) // direnv's
	WriteLibrary func(text string) error
}

// Command is "gosw doctor".
func Command(a *app.App, others Others) *cobra.Command {
	var options doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Find problems of this computer and the setup",
		Long: `Doctor checks what go needs to run well here: the store, PATH, start-up files of
the shell, settings, file systems, disks, the C compiler, installed tools and
WSL. It prints each problem with its cause and the command that fixes it. It
changes nothing.

--fix repairs what belongs to gosw, then checks again: shims, links, leftovers,
its block in the start-up file and direnv's library. --deep also verifies all
installed files and builds a program with cgo. --online also asks the servers.

It exits with 0 if all is well, 4 if there are only warnings, 1 if there is an
error.`,
		Example: `  gosw doctor
  gosw doctor --fix`,
		Args: cmdline.None,
		RunE: func(cmd *cobra.Command, _ []string) error { return examine(cmd.Context(), a, others, options) },
	}
	cmd.Flags().BoolVar(&options.json, "json", false, "print JSON")
	cmd.Flags().BoolVar(&options.online, "online", false, "also ask the servers")
	cmd.Flags().BoolVar(&options.deep, "deep", false, "also verify all files and build with cgo")
	cmd.Flags().BoolVar(&options.fix, "fix", false, "fix what belongs to gosw")
	cmd.Flags().BoolVarP(&options.verbose, "verbose", "v", false, "list all checks")
	return cmd
}

func examine(ctx context.Context, a *app.App, others Others, options doctorOptions) error {
	given := map[string]bool{"--online": options.online, "--deep": options.deep}
	results, fixed := newPatient(ctx, a, others).run(given), []string{}
	var fixErr error
	if options.fix {
		if fixed, fixErr = applyFixes(ctx, a, results); len(fixed) > 0 {
			results = newPatient(ctx, a, others).run(given)
		}
	}
	report := newReport(results, fixed, a.UI.Shell)
	var err error
	if options.json {
		err = a.UI.PrintJSON(report)
	} else {
		err = printDoctor(a, report, options.verbose)
	}
	return errors.Join(err, fixErr, verdicts[report.Severity])
}

// A patient is the machine and the set-up that the checks of doctor look at.
// What can't be found out, such as the store without a HOME, is an error that
// the checks which need it tell, or are skipped for.
type patient struct {
	*app.App
	ctx      context.Context
	others   Others
	machine  doctor.Machine
	inputs   doctor.Store // of the checks of the store
	store    *store.Store // nil if it can't be used
	storeErr error
	why      *explain.Explainer // nil if there is no store or no working directory
	whyErr   error              // why
	// What ends the search for a version, and what ends the go that it leads to.
	decideErr, runErr error
	settings          goenv.Settings // of the go command

	releases func() []gover.Version // all that this machine knows of, newest first
}

func newPatient(ctx context.Context, a *app.App, others Others) *patient {
	p := &patient{App: a, ctx: ctx, others: others}
	path, pathErr := a.Path()
	p.openStore(path, pathErr)
	goEnv, _ := a.GoEnvFile() // a check tells the error
	p.settings = goenv.Read(a.Getenv, goEnv, "")
	dir, _ := a.WorkingDir()
	p.machine = doctor.Machine{
		GOOS: runtime.GOOS, Root: "/", Getenv: a.Getenv, Setting: p.setting, Now: a.Now, UID: os.Getuid(), Dir: dir,
	}
	if pathErr == nil {
		p.machine.Store = path.Home()
	}
	p.explain()
	p.inputs = p.storeInputs()
	p.releases = sync.OnceValue(p.ReleasesKnown)
	return p
}

// openStore opens the store also where the settings can't be read, which has a
// check of its own.
func (p *patient) openStore(path toolchain.Path, err error) {
	for i := len(path) - 1; i >= 0 && err == nil; i-- { // the user's own last
		p.store, err = store.Open(path[i], store.Options{For: store.Run})
	}
	if p.storeErr = err; err != nil {
		return
	}
	if st, err := p.Store(store.Run); err == nil {
		p.store = st // which waits as long as the settings say
	}
}

// setting is a variable of the go command, for checks of the machine.
func (p *patient) setting(name string) doctor.Setting {
	v := p.settings.Get(name)
	s := doctor.Setting{Text: v.Text}
	if v.File != "" {
		s.Place = fmt.Sprintf(" (%s:%d)", v.File, v.Line)
	}
	switch v.Origin {
	case goenv.Environment:
		s.Unset = command.Unset(name)
	case goenv.UserFile:
		s.Unset = explain.RemoveLine(p.App, v).Command
	}
	return s
}

// run makes all checks, and returns what came of them, those of the set-up first.
// Those of the machine know nothing of the others, and are made meanwhile.
func (p *patient) run(given map[string]bool) []doctor.Result {
	var machine []doctor.Result
	var group sync.WaitGroup
	group.Go(func() { machine = doctor.Run(p.machine.Checks(), given) })
	first := doctor.Run(slices.Concat(p.goChecks(), p.inputs.Checks(), p.shellChecks(), p.settingChecks()), given)
	group.Wait()
	return slices.Concat(first, machine, doctor.Run(slices.Concat(p.deepChecks(), p.onlineChecks()), given))
}

// fix fixes what results have that is gosw's own, and returns what was fixed.
func applyFixes(ctx context.Context, a *app.App, results []doctor.Result) ([]string, error) {
	fixed := []string{}
	var errs []error
	for _, r := range results {
		for _, f := range r.Findings {
			if f.Apply == nil {
				continue
			}
			if err := f.Apply(ctx); err != nil {
				errs = append(errs, err)
				continue
			}
			fixed = append(fixed, f.Done)
			a.UI.Note("fixed: %s", f.Done)
		}
	}
	return fixed, errors.Join(errs...)
}
