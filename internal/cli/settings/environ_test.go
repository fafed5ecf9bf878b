package settings

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/toolchain"
)

// TestDirectories has what names the user's directories in each state. The libraries' own
// answers are as if they took anything.
func TestDirectories(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("paths as on Unix")
	}
	dirs := Dirs{Config: "/lib/config", Cache: "/lib/cache", State: "/lib/state", GoConfig: "/lib/go", GoCache: "lib", Temp: "tmp"}
	for _, test := range []struct {
		env                                string
		cache, state, config, goEnv, netrc string // a path, "" for none, or the variable that is wrong
	}{
		{"HOME=/h", "/lib/cache/gosw", "/lib/state/gosw", "/lib/config/gosw/env", "/lib/go/go/env", "/h/.netrc"},
		{"", "HOME", "HOME", "", "", ""},
		{"HOME=", "HOME", "HOME", "", "", ""},
		{"HOME=h", "HOME", "HOME", "HOME", "HOME", "HOME"},
		{"HOME=h GOSW_ROOT=/r", "HOME", "HOME", "HOME", "HOME", "HOME"},
		{"GOSW_ROOT=/r", "/r/cache", "/r/state", "", "", ""},
		{"GOSW_ROOT=r", "HOME", "HOME", "", "", ""},
		{"GOSW_ROOT=/r XDG_CACHE_HOME=/c", "/lib/cache/gosw", "/r/state", "", "", ""},
		{"GOSW_ROOT=/r XDG_STATE_HOME=s", "/r/cache", "XDG_STATE_HOME", "", "", ""},
		{"HOME=/h XDG_CACHE_HOME=c", "XDG_CACHE_HOME", "/lib/state/gosw", "/lib/config/gosw/env", "/lib/go/go/env", "/h/.netrc"},
		{"HOME=/h XDG_STATE_HOME=./s", "/lib/cache/gosw", "XDG_STATE_HOME", "/lib/config/gosw/env", "/lib/go/go/env", "/h/.netrc"},
		{"HOME=/h XDG_CONFIG_HOME=.", "/lib/cache/gosw", "/lib/state/gosw", "XDG_CONFIG_HOME", "XDG_CONFIG_HOME", "/h/.netrc"},
		{"HOME=h XDG_CONFIG_HOME=/c", "HOME", "HOME", "/lib/config/gosw/env", "/lib/go/go/env", "HOME"},
		{"HOME=/h GOENV=env NETRC=netrc", "/lib/cache/gosw", "/lib/state/gosw", "/lib/config/gosw/env", "GOENV", "NETRC"},
		{"HOME=h GOENV=off NETRC=/n", "HOME", "HOME", "HOME", "", "/n"},
		{"HOME=h GOENV=/e NETRC=/n", "HOME", "HOME", "HOME", "/e", "/n"},
	} {
		a := NewEnviron(Invocation{Env: strings.Fields(test.env), Dirs: dirs})
		check := func(what, want string, get func() (string, error)) {
			got, err := get()
			if variable := (*toolchain.VariableError)(nil); errors.As(err, &variable) {
				got = variable.Name
			} else if err != nil {
				t.Error(err)
			}
			if got != want {
				t.Errorf("%s: %s is %q, want %q", test.env, what, got, want)
			}
		}
		check("cache", test.cache, a.CacheDir)
		check("state", test.state, a.StateDir)
		check("config", test.config, func() (string, error) { return ifSet(a.ConfigFile()) })
		check("go env", test.goEnv, a.GoEnvFile)
		check("netrc", test.netrc, a.Netrc)
	}
	e := NewEnviron(Invocation{Env: []string{"HOME=/h"}, Dirs: dirs})
	if dir, err := e.Base("XDG_CACHE_HOME", dirs.GoCache); err == nil {
		t.Errorf("a library's relative directory is taken: %q", dir)
	}
	if dir, err := e.TempDir(); err == nil {
		t.Errorf("a relative directory for temporary files is taken: %q", dir)
	}
}
