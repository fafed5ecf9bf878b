package cli

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/goauth"
	"github.com/gosw/gosw/internal/release"
)

// A variable is one that "gosw env" knows.
type variable struct {
	name     string
	fallback string
	// environmentOnly says that the shim reads it too, which knows no
	// configuration file.
	environmentOnly bool
	// shared says that it is the go command's: "go env -w" may have set it.
	shared bool
	// want says in words which values valid accepts; nil accepts all.
	want  string
	valid func(string) bool
}

// variables are all of them, in the order in which they are shown. Each is
// taken from the environment, else from the file that "gosw env -w" writes,
// else (for Go's own) from that of "go env -w", else it has its default.
func variables() []variable {
	return []variable{
		{name: "GO_VERSION", environmentOnly: true},
		{name: "GOSW_VERSION", environmentOnly: true},
		{name: "GOSW_ROOT", environmentOnly: true},
		{name: "GOSW_SYSTEM_ROOT", environmentOnly: true},
		{name: "GOSW_GOTOOLCHAIN", fallback: "local", environmentOnly: true},
		{name: "GOSW_AUTO_INSTALL", fallback: "ask", want: "never, ask or always", valid: func(s string) bool {
			return s == "never" || s == "ask" || s == "always"
		}},
		{name: "GOSW_JOBS", fallback: "4", want: "a number from 1 to 64", valid: func(s string) bool {
			n, err := strconv.Atoi(s)
			return err == nil && 1 <= n && n <= 64
		}},
		{name: "GOSW_LOCK_TIMEOUT", fallback: "10m", want: "a duration such as 10m", valid: func(s string) bool {
			d, err := time.ParseDuration(s)
			return err == nil && d > 0
		}},
		{name: "GOSW_SOURCE", fallback: release.SourceAuto, want: "auto, proxy or dl", valid: func(s string) bool {
			return s == release.SourceAuto || s == release.SourceProxy || s == release.SourceDL
		}},
		{name: "GOSW_DL_URL", fallback: defaultDL},
		{name: "GOSW_DL_ARCHIVE_URL", fallback: defaultDLArchive},
		{name: "GOVULNDB", fallback: defaultVulnDB},
		{name: "GOPROXY", fallback: defaultProxy, shared: true},
		{name: "GOSUMDB", fallback: defaultSumDB, shared: true},
		{name: "GOPRIVATE", shared: true},
		{name: "GONOPROXY", shared: true},
		{name: "GOAUTH", fallback: "netrc", shared: true},
		{name: "GOMODCACHE", shared: true},
	}
}

// check reports a value that v can't have.
func (v variable) check(s setting) error {
	if v.valid != nil && !v.valid(s.Value) {
		return &settingError{s, v.want}
	}
	return nil
}

// The values that GOPROXY and GOSUMDB have in Go itself.
const (
	defaultProxy = "https://proxy.golang.org,direct"
	defaultSumDB = "sum.golang.org"
)

// Go's download page, and where its archives are.
const (
	defaultDL        = "https://go.dev/dl/"
	defaultDLArchive = "https://dl.google.com/go/"
)

// defaultVulnDB is Go's own vulnerability database, as govulncheck has it.
const defaultVulnDB = "https://vuln.go.dev"

// newValue is the origin of a setting that is still to be written.
const newValue = "new value"

// A setting is the value of a variable and where it comes from.
type setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Origin string `json:"origin"` // "environment", the path of a file, "default"
}

// settings returns all variables.
func (e environ) settings() ([]setting, error) {
	files, err := e.envFiles()
	if err != nil {
		return nil, err
	}
	var all []setting
	for _, v := range variables() {
		s, err := e.lookup(v, files)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// setting returns one variable, with a value that it can have.
func (e environ) setting(name string) (setting, error) {
	v, err := findVariable(name)
	if err != nil {
		return setting{}, err
	}
	files, err := e.envFiles()
	if err != nil {
		return setting{}, err
	}
	s, err := e.lookup(v, files)
	if err == nil {
		err = v.check(s)
	}
	return s, err
}

// envFiles are the files that have variables: gosw's own, and that of "go env
// -w", which is read when it is asked for, once.
type envFiles struct {
	own    envFile
	shared func() (envFile, error)
}

type envFile struct {
	path   string // "" for none
	values map[string]string
}

func (e environ) envFiles() (envFiles, error) {
	own, err := openEnvFile(ifSet(e.configFile()))
	return envFiles{own, sync.OnceValues(func() (envFile, error) { return openEnvFile(e.goEnvFile()) })}, err
}

func openEnvFile(path string, err error) (envFile, error) {
	if path == "" || err != nil {
		return envFile{}, err
	}
	values, err := readEnvFile(path)
	return envFile{path, values}, err
}

func (e environ) lookup(v variable, files envFiles) (setting, error) {
	if value := e.getenv(v.name); value != "" {
		return setting{v.name, value, "environment"}, nil
	}
	if value := files.own.values[v.name]; value != "" && !v.environmentOnly {
		return setting{v.name, value, files.own.path}, nil
	}
	if v.shared {
		shared, err := files.shared()
		if err != nil {
			return setting{}, err
		}
		if value := shared.values[v.name]; value != "" {
			return setting{v.name, value, shared.path}, nil
		}
	}
	if v.name == "GOSW_ROOT" {
		home, err := e.home()
		if err != nil {
			return setting{}, err
		}
		v.fallback = string(home)
	}
	if v.name == "GOMODCACHE" {
		v.fallback = e.modCache(files)
	}
	return setting{v.name, v.fallback, "default"}, nil
}

// modCache is where the go command keeps modules if nothing names another place.
func (e environ) modCache(files envFiles) string {
	gopath, err := e.lookup(variable{name: "GOPATH", shared: true}, files)
	if err != nil {
		return ""
	}
	first := ""
	if list := filepath.SplitList(gopath.Value); len(list) > 0 {
		first = list[0]
	} else if home, err := e.userHome(); err == nil {
		first = filepath.Join(home, "go")
	}
	if !filepath.IsAbs(first) {
		return ""
	}
	return filepath.Join(first, "pkg", "mod")
}

// configFile is what "gosw env -w" writes.
func (e environ) configFile() (string, error) {
	dir, err := e.configHome()
	return filepath.Join(dir, "gosw", "env"), err
}

// goEnvFile is what "go env -w" writes; "" if GOENV is off, or without a home.
func (e environ) goEnvFile() (string, error) {
	if e.getenv("GOENV") == "off" {
		return "", nil
	}
	if file, err := e.absolute("GOENV"); file != "" || err != nil {
		return file, err
	}
	dir, err := ifSet(e.base("XDG_CONFIG_HOME", e.inv.Dirs.GoConfig))
	if dir == "" {
		return "", err
	}
	return filepath.Join(dir, "go", "env"), nil
}

// maxEnvFile is the largest settings file that is read, in bytes.
const maxEnvFile = 1 << 20

// readEnvFile reads lines KEY=VALUE, as "go env -w" writes them. Other lines
// do not count; a file that is not there has none.
func readEnvFile(file string) (map[string]string, error) {
	data, err := readSettings(file)
	if fsx.IsAbsent(err) {
		return nil, nil
	} else if err != nil {
		return nil, withHint(fmt.Errorf("read settings: %w", err), Hint{command.Aside(file), "mend or remove %s", []any{file}})
	}
	values := make(map[string]string)
	for line := range strings.Lines(string(data)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if ok && !strings.HasPrefix(key, "#") {
			values[key] = value
		}
	}
	return values, nil
}

// readSettings reads a small file of the user's.
func readSettings(file string) ([]byte, error) { return fsx.Read(file, maxEnvFile, fsx.Follow) }

// fetchConfig gathers what the fetcher must know.
func (a *app) fetchConfig() (fetch.Config, error) {
	all, err := a.settings()
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
	if _, err := a.setting("GOSW_SOURCE"); err != nil { // has no value that it can't have
		return fetch.Config{}, err
	}
	netrc, err := a.netrc()
	if err != nil {
		return fetch.Config{}, err
	}
	cache, err := a.cacheDir()
	if err != nil {
		return fetch.Config{}, err
	}
	state, err := a.stateDir()
	if err != nil {
		return fetch.Config{}, err
	}
	auth, err := goauth.New(value["GOAUTH"], netrc, a.inv.Env)
	if err != nil {
		return fetch.Config{}, withHint(fmt.Errorf("GOAUTH: %w", err), hintf(`"gosw env GOAUTH" shows where it is set, "go help goauth" what it may be`))
	}
	return fetch.Config{
		Source:    value["GOSW_SOURCE"],
		DL:        value["GOSW_DL_URL"],
		DLArchive: value["GOSW_DL_ARCHIVE_URL"],
		ModCache:  value["GOMODCACHE"],
		Offline:   a.offline,
		Proxy:     value["GOPROXY"],
		SumDB:     value["GOSUMDB"],
		NoProxy:   private,
		Auth:      auth,
		HTTPProxy: a.inv.Proxy,
		CacheDir:  cache,
		StateDir:  filepath.Join(state, "sumdb"),
		Platform:  a.platform,
		UserAgent: "gosw/" + Version,
	}, nil
}

func thisPlatform() release.Platform { return release.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH} }

// netrc returns the path of the netrc file, "" for none.
func (e environ) netrc() (string, error) {
	file, err := e.absolute("NETRC")
	if file != "" || err != nil {
		return file, err
	}
	home, err := ifSet(e.userHome())
	if home == "" {
		return "", err
	}
	if runtime.GOOS == "windows" {
		return filepath.Join(home, "_netrc"), nil
	}
	return filepath.Join(home, ".netrc"), nil
}
