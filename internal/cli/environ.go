package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/gosw/gosw/internal/toolchain"
)

// Dirs are the user's folders as libraries find them in the environment. They may
// be anything where a variable is not as it should be: an environ looks at that.
type Dirs struct {
	Config, Cache, State string // the base folders of github.com/adrg/xdg
	GoConfig, GoCache    string // os.UserConfigDir and os.UserCacheDir, which the go command takes
	Temp                 string // os.TempDir
}

// An environ is what surrounds a command, all of it from the Invocation: nothing
// else tells variables, folders or the time. No path that it gives is relative,
// so that no setting comes from a project.
type environ struct {
	inv Invocation
	env toolchain.Env
}

func newEnviron(inv Invocation) environ { return environ{inv, toolchain.NewEnv(inv.Env)} }

// getenv returns an environment variable, "" if it is not set.
func (e environ) getenv(name string) string { return e.env.Get(name) }

// now tells the time of all that is shown, compared or written down. Waits have
// no use for it: it may stand still.
func (e environ) now() time.Time {
	if e.inv.Now != nil {
		return e.inv.Now()
	}
	return time.Now()
}

func (e environ) since(t time.Time) time.Duration { return e.now().Sub(t) }

// workingDir returns the working directory. A folder that is removed, or closed,
// stays that of the shells in it.
func (e environ) workingDir() (string, error) {
	dir, err := e.inv.Dir()
	if err == nil {
		return dir, nil
	}
	hint := hintf(`it may have been removed; "cd" leads out of it`)
	if errors.Is(err, fs.ErrPermission) {
		hint = hintf(`it is closed to you; "cd" leads out of it`)
	}
	return "", withHint(fmt.Errorf("working directory: %w", err), hint)
}

// absolute returns the variable called name, "" if it is not set. That it is
// relative is a *toolchain.VariableError, as are the errors of all that follow.
func (e environ) absolute(name string) (string, error) {
	value := e.getenv(name)
	if value != "" && !filepath.IsAbs(value) {
		return "", &toolchain.VariableError{Name: name, Value: value}
	}
	return value, nil
}

func (e environ) userHome() (string, error) { return toolchain.UserHome(e.getenv) }

// notSet reports whether err is that a variable is not set, which is no mistake.
func notSet(err error) bool {
	variable := (*toolchain.VariableError)(nil)
	return errors.As(err, &variable) && variable.Value == ""
}

// ifSet takes a folder that there is none of, without a home, for "".
func ifSet(path string, err error) (string, error) {
	if notSet(err) {
		return "", nil
	}
	return path, err
}

// base returns dir, which is what the variable names or is below the user's home:
// libraries put other places in the stead of a home that is missing or relative.
func (e environ) base(variable, dir string) (string, error) {
	value, err := e.absolute(variable)
	if value == "" && err == nil {
		_, err = e.userHome()
	}
	if err == nil && !filepath.IsAbs(dir) {
		err = &toolchain.VariableError{Name: variable}
	}
	if err != nil {
		return "", err
	}
	return dir, nil
}

// own returns the folder of gosw's in dir, which is a base folder. Without a home
// it is the one called name in the store.
func (e environ) own(variable, dir, name string) (string, error) {
	dir, err := e.base(variable, dir)
	if root, _ := e.absolute("GOSW_ROOT"); root != "" && notSet(err) {
		return filepath.Join(root, name), nil
	} else if err != nil {
		return "", err
	}
	return filepath.Join(dir, "gosw"), nil
}

// cacheDir is the folder for what can be found out or downloaded again.
func (e environ) cacheDir() (string, error) {
	return e.own("XDG_CACHE_HOME", e.inv.Dirs.Cache, "cache")
}

// stateDir is the folder for what gosw must remember.
func (e environ) stateDir() (string, error) {
	return e.own("XDG_STATE_HOME", e.inv.Dirs.State, "state")
}

// configHome is the base folder for what the user sets.
func (e environ) configHome() (string, error) {
	return e.base("XDG_CONFIG_HOME", e.inv.Dirs.Config)
}

// tempDir is the folder for temporary files.
func (e environ) tempDir() (string, error) {
	if dir := e.inv.Dirs.Temp; !filepath.IsAbs(dir) {
		return "", &toolchain.VariableError{Name: "TMPDIR", Value: dir}
	}
	return e.inv.Dirs.Temp, nil
}
