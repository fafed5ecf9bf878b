// Package ci has "gosw ci": what a job of continuous integration needs to know, as code
// for sh, as JSON, or as files that GitHub's runner reads. It installs by a function that
// is handed in.
package ci

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/shell"
	"github.com/gosw/gosw/internal/store"
)

// An Install makes what specs stand for available.
type Install func(ctx context.Context, specs []gover.Spec) error

type options struct {
	file                               string
	install, each, key, asJSON, github bool
}

// Command is "gosw ci".
func Command(a *app.App, install Install) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "ci [VERSION]",
		Short: "Print what a CI job needs to use Go",
		Long: `Ci prints code for sh that puts the Go of this directory on PATH for the rest of
a job, and sets GOTOOLCHAIN so that no other runs. VERSION or --file stand in for
what the directory names. With --install, ci installs the version first.

--key prints a key for a cache of the store: of the version as it was asked for,
the platform and gosw's own version. It is known before anything is installed.
--each prints the releases that several VERSIONs stand for, for a matrix.
--github writes to the files that GitHub's runner reads; action.yml uses it.`,
		Example: `  gosw install && eval "$(gosw ci)"
  gosw ci --each oldstable latest`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case o.each:
				return cmdline.AtLeastOne("a version")(cmd, args)
			case o.file != "" && len(args) > 0:
				return failure.Usage(errors.New("ci takes a version or --file, not both"), cmdline.HelpHint(cmd))
			case o.key && (o.asJSON || o.github || o.install):
				return failure.Usage(errors.New("ci takes --key alone"), cmdline.HelpHint(cmd))
			}
			return cmdline.AtMostOne("version")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			var wish upkeep.Wish
			var err error
			if o.each {
				err = printEach(cmd.Context(), a, o, args)
			} else if wish, err = wished(a, o.file, args); err == nil {
				err = run(cmd.Context(), a, o, wish, install)
			}
			switch {
			case err != nil && o.github:
				err = errors.Join(err, annotate(a, err, wish))
			case err != nil && !o.asJSON && !o.key && !o.each:
				err = errors.Join(err, a.UI.Print("false")) // so that eval fails, too
			}
			return err
		},
		ValidArgsFunction: cmdline.CompleteRemote(a),
	}
	cmd.Flags().StringVar(&o.file, "file", "", "the pin file, go.mod or go.work that names the version")
	cmdline.Name(cmd, "file", "FILE")
	cmd.Flags().BoolVar(&o.install, "install", false, "install the version if it is missing")
	cmd.Flags().BoolVar(&o.each, "each", false, "print the release that each VERSION stands for")
	cmd.Flags().BoolVar(&o.key, "key", false, "print the key for a cache of the store")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&o.github, "github", false, "write to GITHUB_ENV, GITHUB_PATH and GITHUB_OUTPUT")
	cmdline.OfflineFlag(a, cmd)
	return cmd
}

func run(ctx context.Context, a *app.App, o options, wish upkeep.Wish, install Install) error {
	j, err := newJob(a, wish)
	if err != nil {
		return err
	}
	if o.key {
		return a.UI.PrintText(j.Key)
	}
	err = j.find(a)
	before := j.Version
	if o.install && err == nil {
		if err = install(ctx, app.ToInstall(wish.Specs...)); err == nil {
			err = j.find(a)
		}
	}
	switch {
	case err != nil:
		return err
	case o.github && !o.install:
		return appendTo(a, "GITHUB_OUTPUT", assignments(j.plan())...)
	case o.asJSON:
		return a.UI.PrintJSON(j)
	case j.Version.IsZero():
		return &app.NotInstalledError{Spec: wish.Specs[0], Source: j.Source}
	case o.github:
		return j.writeGitHub(a, before)
	}
	a.UI.Remark("%v", j)
	return j.printShell(a)
}

// A job is what a job needs; its JSON is what "gosw ci --json" prints.
type job struct {
	Schema      int           `json:"schema"`
	Spec        string        `json:"spec"`   // what was asked for
	Source      string        `json:"source"` // "/src/.go-version:1"; "" if it was typed
	File        string        `json:"file"`
	Line        int           `json:"line"`
	Platform    string        `json:"platform"`
	Key         string        `json:"key"`
	Store       string        `json:"store"`
	Version     gover.Version `json:"version"` // "" if it is not installed, as what follows
	GOROOT      string        `json:"goroot"`
	H1          string        `json:"h1"`
	Environment []variable    `json:"environment"`
	Path        []string      `json:"path"` // to put first on PATH, in this order

	specs   []gover.Spec
	receipt *store.Receipt
}

type variable struct {
	Name  string `json:"name"`
	Value string `json:"value"` // "" to take it away
}

// newJob returns what is known of a wish without the network and an installed version.
func newJob(a *app.App, wish upkeep.Wish) (*job, error) {
	home, err := a.Home()
	names := make([]string, len(wish.Specs))
	for i, spec := range wish.Specs {
		names[i] = spec.String()
	}
	return &job{
		Schema: 1, Spec: names[0], Source: wish.Source, File: wish.File, Line: wish.Line, Platform: a.Platform.String(),
		Key:   fmt.Sprintf("gosw-%s-%s-%s-%s", plain(app.Version()), a.Platform.OS, a.Platform.Arch, plain(strings.Join(names, " "))),
		Store: string(home), Environment: []variable{}, Path: []string{}, specs: wish.Specs,
	}, err
}

func wished(a *app.App, file string, args []string) (upkeep.Wish, error) {
	switch {
	case len(args) > 0:
		specs, err := cmdline.ParseSpecs(a, args)
		if err == nil && specs[0].Kind() == gover.System {
			err = failure.Usage(errors.New("system is no release that gosw could install"), command.Hintf("name a version, such as latest"))
		}
		return upkeep.Wish{Specs: specs}, err
	case file == "":
		return upkeep.Wanted(a)
	case !filepath.IsAbs(file):
		dir, err := a.WorkingDir()
		if err != nil {
			return upkeep.Wish{}, err
		}
		file = filepath.Join(dir, file)
	}
	return upkeep.WantedBy(filepath.Clean(file))
}

var odd = regexp.MustCompile(`[^0-9A-Za-z.-]`)

// plain is text as any cache takes it for a part of a key: GitHub refuses commas, and
// some make a file of that name.
func plain(text string) string {
	if !odd.MatchString(text) {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// find fills in what is installed. That nothing is, is no error.
func (j *job) find(a *app.App) error {
	path, err := a.Path()
	if err != nil {
		return err
	}
	for _, spec := range j.specs {
		v, ok, err := app.Find(path, spec)
		if err != nil {
			return err
		}
		if !ok || spec.Kind() == gover.System {
			continue
		}
		home, err := path.Of(v)
		if err != nil {
			return err
		}
		st, err := a.StoreAt(home, store.Run)
		if err == nil {
			j.receipt, err = st.Glance(v, false)
		}
		if err != nil {
			return failure.WithHint(fmt.Errorf("%v: %w", v, err), command.ToRun("gosw", "repair", gover.Only(v).String()))
		}
		j.Version, j.GOROOT, j.H1 = v, home.Dir(v), j.receipt.H1
		j.Path = []string{filepath.Join(j.GOROOT, "bin"), path.Home().Bin()}
		j.environ(a)
		break
	}
	return nil
}

// environ is the difference that a pinned toolchain makes to the environment of the go
// command. PATH has a place of its own.
func (j *job) environ(a *app.App) {
	with := a.EnvironOf(app.Target{Version: j.Version, GOROOT: j.GOROOT, Choice: resolve.Choice{Rule: resolve.FromEnv}})
	j.Environment = []variable{}
	for _, name := range []string{"GOROOT", "GOTOOLCHAIN"} {
		if value := with.Get(name); value != a.Getenv(name) {
			j.Environment = append(j.Environment, variable{name, value})
		}
	}
	if root := a.Getenv("GOSW_ROOT"); root != "" { // of one command, it may be, so for all
		j.Environment = append(j.Environment, variable{"GOSW_ROOT", j.Store})
	}
}

// String says in a line what the job has.
func (j *job) String() string {
	text := fmt.Sprintf("%v %s", j.Version, j.Platform)
	if j.Source != "" {
		text += ", set by " + j.Source
	}
	if len(j.receipt.Record) == 0 {
		return text + ", verified by its SHA-256 only"
	}
	return text + ", verified by " + j.receipt.SumDB.Name + ": " + j.H1
}

// printShell prints code for sh, the shell that runs the steps of a job.
func (j *job) printShell(a *app.App) error {
	sh, _ := shell.Lookup("sh")
	var code strings.Builder
	for _, v := range j.Environment {
		if v.Value == "" {
			fmt.Fprintf(&code, "unset %s\n", v.Name)
		} else {
			fmt.Fprintf(&code, "export %s=%s\n", v.Name, sh.Quote(v.Value))
		}
	}
	for _, dir := range slices.Backward(j.Path) {
		fmt.Fprintf(&code, "PATH=%s:$PATH\n", sh.Quote(shell.PosixPath(dir)))
	}
	code.WriteString("export PATH")
	return a.UI.PrintCode(code.String())
}

// printEach prints the releases that args stand for.
func printEach(ctx context.Context, a *app.App, o options, args []string) error {
	specs, err := cmdline.ParseSpecs(a, args)
	if err != nil {
		return err
	}
	versions, err := cmdline.Select(ctx, a, sync.OnceValues(func() (*fetch.Client, error) { return a.Client() }), specs)
	if err != nil {
		return err
	}
	numbers := make([]string, len(versions))
	for i, v := range versions {
		numbers[i] = gover.Only(v).String()
	}
	switch {
	case o.github:
		return writeMatrix(a, numbers)
	case o.asJSON:
		return a.UI.PrintJSON(map[string]any{"schema": 1, "versions": versions})
	}
	return a.UI.Print("%s", strings.Join(numbers, "\n"))
}
