// Package app has what all commands share: the stores, the fetcher, what a name
// such as go stands for here, and what becomes of an error: its hint and the
// exit code. It opens things when they are asked for, so that a command pays
// only for what it uses. It knows no command.
package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/settings"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/goauth"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
	"github.com/gosw/gosw/internal/mirror"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/selfupdate"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

// Version returns the version of gosw, "1.2.3", or "devel" of a build that no module
// proxy can give again: one from a checkout.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Sum != "" {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return "devel"
}

// An App is what the commands share. It opens things when they are asked for,
// so that a command pays only for what it uses.
type App struct {
	settings.Environ
	UI *term.UI

	Offline  bool             // --offline
	Platform release.Platform // --platform
	From     string           // --from
	Source   *mirror.Source   // what that names, once it is open
}

// Path returns the user's store and the system's, which are looked up as one.
// Toolchains of another platform have a store of their own.
func (a *App) Path() (toolchain.Path, error) {
	if a.Foreign() {
		home, err := a.Home()
		return toolchain.Path{home.Platform(a.Platform.OS, a.Platform.Arch)}, err
	}
	return toolchain.FindPath(a.Getenv)
}

// Homes returns the stores, and which of them has each installed version.
func (a *App) Homes() (toolchain.Path, map[gover.Version]toolchain.Home, error) {
	path, err := a.Path()
	if err != nil {
		return nil, nil, err
	}
	homes, err := path.Homes()
	return path, homes, err
}

// Store opens the user's store for purpose. A system's store that can't be used is
// an error here, not a surprise later; nothing is ever written there.
func (a *App) Store(purpose store.Purpose) (*store.Store, error) {
	path, err := a.Path()
	if err != nil {
		return nil, err
	}
	if system := path.System(); system != "" {
		if _, err := store.Open(system, store.Options{For: max(purpose, store.Run), Warn: a.warn}); err != nil {
			return nil, err
		}
	}
	return a.StoreAt(path.Home(), purpose)
}

// StoreAt opens the store at home, the user's or another.
func (a *App) StoreAt(home toolchain.Home, purpose store.Purpose) (*store.Store, error) {
	timeout, err := a.LockTimeout()
	if err != nil {
		return nil, err
	}
	return store.Open(home, store.Options{
		Platform:    a.Platform.String(),
		By:          "gosw " + Version(),
		Now:         a.Now,
		For:         purpose,
		Warn:        a.warn,
		LockTimeout: timeout,
		Step:        a.Inv.Step,
		Waiting: func(what, holder string) {
			a.UI.Note("waiting: %s %s", holder, what)
		},
	})
}

// LockTimeout is how long a command waits for a lock of the store.
func (a *App) LockTimeout() (time.Duration, error) {
	s, err := a.Setting("GOSW_LOCK_TIMEOUT")
	if err != nil {
		return 0, err
	}
	return time.ParseDuration(s.Value)
}

// Choice resolves the version that applies in the working directory, or where
// args, the arguments of a go command, say.
func (a *App) Choice(home toolchain.Home, args []string) (resolve.Choice, error) {
	env := a.Rules(home)
	dir, err := a.WorkingDir()
	if err != nil && env.Value == "" { // which decides without a directory
		return resolve.Choice{}, err
	}
	choice, err := resolve.For(env, resolve.Dir(dir, args))
	if err == nil { // resolve knows what looks like a constraint, not whether it makes sense
		err = Sensible(choice)
	}
	return choice, a.Blame(err, args)
}

// Sensible is the error of a choice with a constraint that makes no sense.
func Sensible(choice resolve.Choice) error {
	for _, spec := range choice.Specs() {
		if _, err := constraint.Parse(spec); err != nil {
			return choice.Blame(err)
		}
	}
	return nil
}

// errNoProc says why Linux does not tell which program this is.
var errNoProc = errors.New("/proc is not mounted")

// Executable returns the path of the running gosw, as [Resolve] has it.
var Executable = sync.OnceValues(func() (string, error) {
	exe, err := os.Executable()
	if _, statErr := os.Stat("/proc/self"); err != nil && runtime.GOOS == "linux" && toolchain.Missing(statErr) {
		return "", errNoProc
	} else if err != nil {
		return "", err
	}
	return Resolve(exe)
})

// Resolve returns a path without symbolic links, but for those by which "gosw self
// update" exchanges one version for another: what is written down stays true.
func Resolve(program string) (string, error) {
	if stable := selfupdate.Stable(program); stable != program { // also if that version is gone meanwhile
		return stable, nil
	}
	program, err := filepath.EvalSymlinks(program)
	return selfupdate.Stable(program), err
}

// ShimProgram returns the path of the gosw-shim that belongs to this gosw: they
// are installed side by side.
func ShimProgram() (string, error) {
	exe, err := Executable()
	if err != nil {
		return "", fmt.Errorf("look for gosw-shim beside gosw: %w", err)
	}
	return filepath.Join(filepath.Dir(exe), "gosw-shim"+toolchain.Exe), nil
}

// Client returns a fetcher set up as the environment and the settings say.
func (a *App) Client() (*fetch.Client, error) {
	cfg, err := a.FetchConfig()
	if err != nil {
		return nil, err
	}
	client, err := fetch.New(cfg)
	if err != nil {
		return nil, failure.WithHint(err, command.Hintf(`run "gosw env" to see where this is set`))
	}
	return client, nil
}

// New returns what the command that inv is for works with.
func New(inv settings.Invocation) *App {
	a := &App{Environ: settings.NewEnviron(inv), Platform: ThisPlatform()}
	a.UI = term.NewUI(inv.Stdin, inv.Stdout, inv.Stderr, a.Getenv)
	return a
}

// ThisPlatform is the one that gosw itself runs on.
func ThisPlatform() release.Platform { return release.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH} }

// Foreign reports whether toolchains of another platform are meant.
func (a *App) Foreign() bool { return a.Platform != ThisPlatform() }

// FetchConfig gathers what the fetcher must know.
func (a *App) FetchConfig() (fetch.Config, error) {
	all, err := a.Settings()
	if err != nil {
		return fetch.Config{}, err
	}
	value := make(map[string]string)
	for _, s := range all {
		value[s.Name] = s.Value
	}
	private := value["GONOPROXY"]
	if private == "" {
		private = value["GOPRIVATE"]
	}
	if _, err := a.Setting("GOSW_SOURCE"); err != nil { // has no value that it can't have
		return fetch.Config{}, err
	}
	netrc, err := a.Netrc()
	if err != nil {
		return fetch.Config{}, err
	}
	cache, err := a.CacheDir()
	if err != nil {
		return fetch.Config{}, err
	}
	state, err := a.StateDir()
	if err != nil {
		return fetch.Config{}, err
	}
	auth, err := goauth.New(value["GOAUTH"], netrc, a.Inv.Env)
	if err != nil {
		return fetch.Config{}, failure.WithHint(fmt.Errorf("GOAUTH: %w", err), command.Hintf(`"gosw env" shows where it is set, "go help goauth" explains it`))
	}
	cfg := fetch.Config{
		Source:    value["GOSW_SOURCE"],
		DL:        value["GOSW_DL_URL"],
		DLArchive: value["GOSW_DL_ARCHIVE_URL"],
		ModCache:  value["GOMODCACHE"],
		Offline:   a.Offline,
		Proxy:     value["GOPROXY"],
		SumDB:     value["GOSUMDB"],
		NoProxy:   private,
		Auth:      auth,
		HTTPProxy: a.Inv.Proxy,
		CacheDir:  cache,
		StateDir:  filepath.Join(state, "sumdb"),
		Platform:  a.Platform,
		UserAgent: "gosw/" + Version(),
	}
	if a.Source != nil {
		err = a.onlyFrom(&cfg)
	}
	return cfg, err
}
