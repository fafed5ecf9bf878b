package settings

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/goenv"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/selfupdate"
	"github.com/gosw/gosw/internal/spelling"
)

// A Variable is one that "gosw env" knows.
type Variable struct {
	Name     string
	Fallback string
	// EnvironmentOnly says that the shim reads it too, which knows no
	// configuration file.
	EnvironmentOnly bool
	// shared says that it is the go command's: "go env -w" may have set it.
	shared bool
	// want says in words which values valid accepts; nil accepts all.
	want  string
	valid func(string) bool
}

// Variables are all of them, in the order in which they are shown. Each is
// taken from the environment, else from the file that "gosw env -w" writes,
// else (for Go's own) from that of "go env -w", else it has its default.
func Variables() []Variable {
	return []Variable{
		{Name: "GO_VERSION", EnvironmentOnly: true},
		{Name: "GOSW_VERSION", EnvironmentOnly: true},
		{Name: "GOSW_ROOT", EnvironmentOnly: true},
		{Name: "GOSW_SYSTEM_ROOT", EnvironmentOnly: true},
		{Name: "GOSW_GOTOOLCHAIN", Fallback: "local", EnvironmentOnly: true},
		{Name: "GOSW_AUTO_INSTALL", Fallback: "ask", want: "never, ask or always", valid: func(s string) bool {
			return s == "never" || s == "ask" || s == "always"
		}},
		{Name: "GOSW_JOBS", Fallback: "4", want: "a number from 1 to 64", valid: func(s string) bool {
			n, err := strconv.Atoi(s)
			return err == nil && 1 <= n && n <= 64
		}},
		{Name: "GOSW_LOCK_TIMEOUT", Fallback: "10m", want: "a duration such as 10m", valid: func(s string) bool {
			d, err := time.ParseDuration(s)
			return err == nil && d > 0
		}},
		{Name: "GOSW_SOURCE", Fallback: release.SourceAuto, want: "auto, proxy or dl", valid: func(s string) bool {
			return s == release.SourceAuto || s == release.SourceProxy || s == release.SourceDL
		}},
		{Name: "GOSW_DL_URL", Fallback: DefaultDL},
		{Name: "GOSW_DL_ARCHIVE_URL", Fallback: DefaultDLArchive},
		{Name: "GOSW_DOWNLOAD_URL", Fallback: selfupdate.DefaultURL},
		{Name: "GOVULNDB", Fallback: defaultVulnDB},
		{Name: "GOPROXY", Fallback: DefaultProxy, shared: true},
		{Name: "GOSUMDB", Fallback: DefaultSumDB, shared: true},
		{Name: "GOPRIVATE", shared: true},
		{Name: "GONOPROXY", shared: true},
		{Name: "GOAUTH", Fallback: "netrc", shared: true},
		{Name: "GOMODCACHE", shared: true},
	}
}

// Check reports a value that v can't have.
func (v Variable) Check(s Setting) error {
	if v.valid != nil && !v.valid(s.Value) {
		return &SettingError{s, v.want}
	}
	return nil
}

// The values that GOPROXY and GOSUMDB have in Go itself.
const (
	DefaultProxy = "https://proxy.golang.org,direct"
	DefaultSumDB = "sum.golang.org"
)

// Go's download page, and where its archives are.
const (
	DefaultDL        = "https://go.dev/dl/"
	DefaultDLArchive = "https://dl.google.com/go/"
)

// defaultVulnDB is Go's own vulnerability database, as govulncheck has it.
const defaultVulnDB = "https://vuln.go.dev"

// NewValue is the origin of a setting that is still to be written.
const NewValue = "new value"

// A Setting is the value of a variable and where it comes from.
type Setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Origin string `json:"origin"` // "environment", the path of a file, "default"
}

// Settings returns all variables.
func (e Environ) Settings() ([]Setting, error) {
	files, err := e.envFiles()
	if err != nil {
		return nil, err
	}
	var all []Setting
	for _, v := range Variables() {
		s, err := e.lookup(v, files)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// Setting returns one variable, with a value that it can have.
func (e Environ) Setting(name string) (Setting, error) {
	v, err := FindVariable(name)
	if err != nil {
		return Setting{}, err
	}
	files, err := e.envFiles()
	if err != nil {
		return Setting{}, err
	}
	s, err := e.lookup(v, files)
	if err == nil {
		err = v.Check(s)
	}
	return s, err
}

// envFiles are the files that have variables: gosw's own, and that of "go env
// -w", which is read when it is asked for, once.
type envFiles struct {
	own    map[string]goenv.Value
	shared func() (map[string]goenv.Value, error)
}

func (e Environ) envFiles() (envFiles, error) {
	file, err := ifSet(e.ConfigFile())
	if err != nil {
		return envFiles{}, err
	}
	own, err := ReadEnvFile(file)
	return envFiles{own, sync.OnceValues(func() (map[string]goenv.Value, error) {
		file, err := e.GoEnvFile()
		if err != nil {
			return nil, err
		}
		return ReadEnvFile(file)
	})}, err
}

func (e Environ) lookup(v Variable, files envFiles) (Setting, error) {
	if value := e.Getenv(v.Name); value != "" {
		return Setting{v.Name, value, "environment"}, nil
	}
	own := files.own[v.Name]
	if value := strings.TrimSpace(own.Text); value != "" && !v.EnvironmentOnly { // an editor may have added a CR
		return Setting{v.Name, value, own.File}, nil
	}
	if v.shared {
		shared, err := files.shared()
		if err != nil {
			return Setting{}, err
		}
		if value := shared[v.Name]; value.Text != "" {
			return Setting{v.Name, value.Text, value.File}, nil
		}
	}
	if v.Name == "GOSW_ROOT" {
		home, err := e.Home()
		if err != nil {
			return Setting{}, err
		}
		v.Fallback = string(home)
	}
	if v.Name == "GOMODCACHE" {
		v.Fallback = e.modCache(files)
	}
	return Setting{v.Name, v.Fallback, "default"}, nil
}

// modCache is where the go command keeps modules if nothing names another place.
func (e Environ) modCache(files envFiles) string {
	gopath, err := e.lookup(Variable{Name: "GOPATH", shared: true}, files)
	if err != nil {
		return ""
	}
	first := ""
	if list := filepath.SplitList(gopath.Value); len(list) > 0 {
		first = list[0]
	} else if home, err := e.UserHome(); err == nil {
		first = filepath.Join(home, "go")
	}
	if !filepath.IsAbs(first) {
		return ""
	}
	return filepath.Join(first, "pkg", "mod")
}

// ConfigFile is what "gosw env -w" writes.
func (e Environ) ConfigFile() (string, error) {
	dir, err := e.ConfigHome()
	return filepath.Join(dir, "gosw", "env"), err
}

// GoEnvFile is what "go env -w" writes; "" if GOENV is off, or without a home.
func (e Environ) GoEnvFile() (string, error) {
	if e.Getenv("GOENV") == "off" {
		return "", nil
	}
	if file, err := e.Absolute("GOENV"); file != "" || err != nil {
		return file, err
	}
	dir, err := ifSet(e.Base("XDG_CONFIG_HOME", e.Inv.Dirs.GoConfig))
	if dir == "" {
		return "", err
	}
	return filepath.Join(dir, "go", "env"), nil
}

// maxEnvFile is the largest settings file that is read, in bytes.
const maxEnvFile = 1 << 20

// ReadEnvFile reads lines KEY=VALUE, as "go env -w" writes them; "" and a file that is
// not there have none.
func ReadEnvFile(file string) (map[string]goenv.Value, error) {
	if file == "" {
		return nil, nil
	}
	values, err := goenv.ReadFile(file, goenv.UserFile)
	if err != nil && !fsx.IsAbsent(err) {
		return nil, failure.WithHint(fmt.Errorf("read settings: %w", err), command.Hint{Command: command.Aside(file), Text: "fix or remove %s", Args: []any{file}})
	}
	return values, nil
}

// ReadSettings reads a small file of the user's.
func ReadSettings(file string) ([]byte, error) { return fsx.Read(file, maxEnvFile, fsx.Follow) }

// Netrc returns the path of the netrc file, "" for none.
func (e Environ) Netrc() (string, error) {
	file, err := e.Absolute("NETRC")
	if file != "" || err != nil {
		return file, err
	}
	home, err := ifSet(e.UserHome())
	if home == "" {
		return "", err
	}
	if runtime.GOOS == "windows" {
		return filepath.Join(home, "_netrc"), nil
	}
	return filepath.Join(home, ".netrc"), nil
}

// FindVariable returns the variable that is called name.
func FindVariable(name string) (Variable, error) {
	var names []string
	for _, v := range Variables() {
		if v.Name == name {
			return v, nil
		}
		names = append(names, strings.ToLower(v.Name))
	}
	hint := command.Hintf(`"gosw env" lists them`)
	if near := spelling.Nearest(name, names); near != "" {
		hint = command.Hintf("did you mean %s?", strings.ToUpper(near))
	}
	return Variable{}, failure.Usage(fmt.Errorf("no setting is called %q", name), hint)
}

// A SettingError says that a setting has a value that it can't have.
type SettingError struct {
	Setting Setting
	want    string
}

func (e *SettingError) Error() string {
	return fmt.Sprintf("%s (%s): %q is not %s", e.Setting.Name, e.Setting.Origin, e.Setting.Value, e.want)
}

// GoSetting returns a variable of the go command, from the environment or from
// the file of "go env -w".
func (e Environ) GoSetting(name string) (string, error) {
	files, err := e.envFiles()
	if err != nil {
		return "", err
	}
	s, err := e.lookup(Variable{Name: name, shared: true}, files)
	return s.Value, err
}
