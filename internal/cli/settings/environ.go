// Package settings knows what surrounds a command: variables, directories, the
// time, and the settings of gosw and of go with where each comes from. All of
// it is from an Invocation: it asks the operating system nothing.
package settings

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path/filepath"
	"time"

	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/resolve"
	"github.com/gosw/gosw/internal/toolchain"
)

// Dirs are the user's directories as libraries find them in the environment. They may
// be anything where a variable is not as it should be: an environ looks at that.
type Dirs struct {
	Config, Cache, State string // the base directories of github.com/adrg/xdg
	GoConfig, GoCache    string // os.UserConfigDir and os.UserCacheDir, which the go command takes
	Temp                 string // os.TempDir
	Documents            string // of Windows, where PowerShell has its files
}

// An Environ is what surrounds a command, all of it from the Invocation: nothing
// else tells variables, directories or the time. No path that it gives is relative,
// so that no setting comes from a project.
type Environ struct {
	Inv Invocation
	Env toolchain.Env
}

// NewEnviron returns what surrounds the command that inv is for.
func NewEnviron(inv Invocation) Environ { return Environ{inv, toolchain.NewEnv(inv.Env)} }

// Getenv returns an environment variable, "" if it is not set.
func (e Environ) Getenv(name string) string { return e.Env.Get(name) }

// Now tells the time of all that is shown, compared or written down. Waits have
// no use for it: it may stand still.
func (e Environ) Now() time.Time {
	if e.Inv.Now != nil {
		return e.Inv.Now()
	}
	return time.Now()
}

// Since is time.Since by the clock of the Invocation.
func (e Environ) Since(t time.Time) time.Duration { return e.Now().Sub(t) }

// WorkingDir returns the working directory. A directory that is removed, or closed,
// stays that of the shells in it.
func (e Environ) WorkingDir() (string, error) {
	dir, err := e.Inv.Dir()
	if err == nil {
		return dir, nil
	}
	hint := command.Hintf(`it may have been removed; change to another directory`)
	if errors.Is(err, fs.ErrPermission) {
		hint = command.Hintf(`you may not read it; change to another directory`)
	}
	return "", failure.WithHint(fmt.Errorf("working directory: %w", err), hint)
}

// Absolute returns the variable called name, "" if it is not set. That it is
// relative is a *toolchain.VariableError, as are the errors of all that follow.
func (e Environ) Absolute(name string) (string, error) {
	value := e.Getenv(name)
	if value != "" && !filepath.IsAbs(value) {
		return "", &toolchain.VariableError{Name: name, Value: value}
	}
	return value, nil
}

// UserHome is the user's home directory.
func (e Environ) UserHome() (string, error) { return toolchain.UserHome(e.Getenv) }

// NotSet reports whether err is that a variable is not set, which is no mistake.
func NotSet(err error) bool {
	variable := (*toolchain.VariableError)(nil)
	return errors.As(err, &variable) && variable.Value == ""
}

// ifSet takes a directory that there is none of, without a home, for "".
func ifSet(path string, err error) (string, error) {
	if NotSet(err) {
		return "", nil
	}
	return path, err
}

// Base returns dir, which is what the variable names or is below the user's home:
// libraries put other places in the stead of a home that is missing or relative.
func (e Environ) Base(variable, dir string) (string, error) {
	value, err := e.Absolute(variable)
	if value == "" && err == nil {
		_, err = e.UserHome()
	}
	if err == nil && !filepath.IsAbs(dir) {
		err = &toolchain.VariableError{Name: variable}
	}
	if err != nil {
		return "", err
	}
	return dir, nil
}

// own returns the directory of gosw's in dir, which is a base directory. Without a home
// it is the one called name in the store.
func (e Environ) own(variable, dir, name string) (string, error) {
	dir, err := e.Base(variable, dir)
	if root, _ := e.Absolute("GOSW_ROOT"); root != "" && NotSet(err) {
		return filepath.Join(root, name), nil
	} else if err != nil {
		return "", err
	}
	return filepath.Join(dir, "gosw"), nil
}

// CacheDir is the directory for what can be found out or downloaded again.
func (e Environ) CacheDir() (string, error) {
	return e.own("XDG_CACHE_HOME", e.Inv.Dirs.Cache, "cache")
}

// StateDir is the directory for what gosw must remember.
func (e Environ) StateDir() (string, error) {
	return e.own("XDG_STATE_HOME", e.Inv.Dirs.State, "state")
}

// ConfigHome is the base directory for what the user sets.
func (e Environ) ConfigHome() (string, error) {
	return e.Base("XDG_CONFIG_HOME", e.Inv.Dirs.Config)
}

// TempDir is the directory for temporary files.
func (e Environ) TempDir() (string, error) {
	if dir := e.Inv.Dirs.Temp; !filepath.IsAbs(dir) {
		return "", &toolchain.VariableError{Name: "TMPDIR", Value: dir}
	}
	return e.Inv.Dirs.Temp, nil
}

// An Invocation is what the operating system hands to a command.
type Invocation struct {
	Args   []string // without the program's name
	Env    []string // "KEY=value"
	Dirs   Dirs
	Dir    func() (string, error) // the working directory
	Proxy  func(*http.Request) (*url.URL, error)
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer

	// Now is the clock, the system's if it is nil, as it is but for tests.
	Now func() time.Time

	// Step is called before each step of a change of the store; see
	// store.Options. It is nil but for fault tests.
	Step func(name string) error
}

// Variable returns the variable by which a session chooses a version, and its
// value.
func (e Environ) Variable() (name, value string) { return resolve.Variable(e.Env.Lookup) }

// Rules is what the rules look at, but for the working directory.
func (e Environ) Rules(home toolchain.Home) resolve.Env {
	name, value := e.Variable()
	return resolve.Env{Variable: name, Value: value, DefaultFile: home.DefaultFile()}
}

// Home returns the user's store.
func (e Environ) Home() (toolchain.Home, error) { return toolchain.Find(e.Getenv) }
