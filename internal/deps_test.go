// Package internal_test holds the layering of docs and ARCHITECTURE.md as a
// test: which package must not link which, and why.
package internal_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const module = "github.com/gosw/gosw/"

// floorRules hold for everything that the shim is made of.
var floorRules = map[string]string{
	"net":                       "the shim must start in a millisecond and never use the network",
	"net/http":                  "the shim must start in a millisecond and never use the network",
	"crypto/tls":                "half a millisecond of start-up",
	"encoding/json":             "a tenth of a millisecond of start-up",
	"regexp":                    "compiles its patterns at start-up",
	"text/template":             "pulls in reflect and regexp",
	"flag":                      "the shim has no flags: arguments belong to the tool",
	"fmt":                       "start-up time; strconv does",
	"golang.org/x/":             "the floor is the standard library only",
	"github.com/hashicorp/":     "constraints are for gover/constraint",
	module + "internal/store":   "the floor reads toolchains, it does not keep them",
	module + "internal/fetch":   "the floor never uses the network",
	module + "internal/shell":   "the floor writes no text for shells",
	module + "internal/cli":     "cli is the top",
	module + "internal/gomod":   "go.mod never decides which version runs",
	module + "internal/goenv":   "the go command's settings never decide which version runs",
	module + "internal/gover/c": "constraints need a library",
	module + "internal/tree":    "the floor verifies nothing, and it links golang.org/x",
	module + "internal/fsx":     "it links os/exec and golang.org/x; the floor has the few lines that it needs itself",
}

var layers = []struct {
	packages  []string
	forbidden map[string]string // prefix of an import path: why not
}{
	{[]string{"internal/gover", "internal/goroot", "internal/resolve", "internal/toolchain", "cmd/gosw-shim"}, floorRules},
	{[]string{"internal/gover"}, map[string]string{
		module + "internal/resolve":   "a version does not know where it was written",
		module + "internal/toolchain": "a version does not know whether it is installed",
		"os":                          "the grammar touches no files and no environment",
	}},
	{[]string{"internal/resolve"}, map[string]string{
		module + "internal/toolchain": "which version applies does not depend on what is installed",
	}},
	{[]string{"internal/tree"}, map[string]string{
		module + "internal/store":     "what a tree should be is handed in",
		module + "internal/fetch":     "what a tree should be is handed in",
		module + "internal/release":   "which platforms there are is for others to know",
		module + "internal/web":       "what a tree should be is handed in",
		module + "internal/sumdb":     "what a tree should be is handed in",
		module + "internal/archive":   "a tree is a directory",
		module + "internal/toolchain": "a tree may be anybody's, at any place",
		module + "internal/cli":       "cli is the top",
		"net":                         "what a tree should be is handed in",
		"net/http":                    "what a tree should be is handed in",
		"archive/":                    "a tree is a directory",
	}},
	{[]string{"internal/store"}, map[string]string{
		module + "internal/fetch":   "the store keeps what it is given, wherever that is from",
		module + "internal/archive": "the store knows no archive format",
		module + "internal/shell":   "workers do not know each other",
		module + "internal/gomod":   "workers do not know each other",
		module + "internal/cli":     "cli is the top",
		"net":                       "the store never uses the network",
		"archive/":                  "the store knows no archive format",
	}},
	{[]string{"internal/fetch"}, map[string]string{
		module + "internal/store":     "fetch brings files into a directory, wherever that is",
		module + "internal/shell":     "workers do not know each other",
		module + "internal/toolchain": "fetch does not know what is installed",
		module + "internal/goauth":    "workers do not know each other: an Auth is handed in",
		module + "internal/cli":       "cli is the top",
		"testing":                     "the loopback server is for tests",
	}},
	{[]string{"internal/web", "internal/sumdb", "internal/release", "internal/archive"}, map[string]string{
		module + "internal/fetch":     "fetch puts the parts together; none knows it",
		module + "internal/store":     "what is fetched goes into a directory, wherever that is",
		module + "internal/toolchain": "what is installed makes no difference",
		module + "internal/cli":       "cli is the top",
		"testing":                     "the loopback server is for tests",
	}},
	{[]string{"internal/web"}, map[string]string{
		module + "internal/sumdb":   "it gets bytes, whatever they prove",
		module + "internal/release": "it gets bytes, whatever they are of",
		module + "internal/archive": "it gets bytes, whatever is packed in them",
		module + "internal/goauth":  "workers do not know each other: an Auth is handed in",
	}},
	{[]string{"internal/sumdb"}, map[string]string{
		module + "internal/release": "it proves a version of any module",
		module + "internal/archive": "what is proven is a hash",
	}},
	{[]string{"internal/release"}, map[string]string{
		module + "internal/sumdb":   "which releases there are needs no proof: what is fetched does",
		module + "internal/archive": "it names archives, and opens none",
	}},
	{[]string{"internal/archive"}, map[string]string{
		module + "internal/web":     "an archive is the same wherever it is from",
		module + "internal/sumdb":   "to unpack is not to prove",
		module + "internal/release": "an archive is told what names to expect",
		"net":                       "an archive is the same wherever it is from",
	}},
	{[]string{"internal/fsx"}, map[string]string{
		module + "internal/": "the small kit knows nothing of gosw",
		"net":                "it is about files",
	}},
	{[]string{"internal/command"}, map[string]string{
		module + "internal/": "a command is the same for whoever says it",
	}},
	{[]string{"internal/goauth"}, map[string]string{
		module + "internal/": "credentials depend on no rule of gosw",
	}},
	{[]string{"internal/vuln"}, map[string]string{
		module + "internal/store":     "a release is vulnerable wherever it is installed",
		module + "internal/fetch":     "whoever asks brings the files of the database",
		module + "internal/shell":     "workers do not know each other",
		module + "internal/toolchain": "a release is vulnerable wherever it is installed",
		module + "internal/cli":       "cli is the top",
		"net":                         "the database comes from a Source",
	}},
	{[]string{"internal/mirror"}, map[string]string{
		module + "internal/store":     "what a tree is packed from is handed in",
		module + "internal/fetch":     "what brings a zip is handed in",
		module + "internal/shell":     "workers do not know each other",
		module + "internal/toolchain": "what is installed makes no difference",
		module + "internal/cli":       "cli is the top",
		"testing":                     "the loopback server is for tests",
	}},
	{[]string{"internal/serve"}, map[string]string{
		module + "internal/store":     "what is served is files, and what it is handed",
		module + "internal/fetch":     "what brings a release is handed in",
		module + "internal/mirror":    "workers do not know each other",
		module + "internal/shell":     "workers do not know each other",
		module + "internal/toolchain": "what is installed makes no difference",
		module + "internal/cli":       "cli is the top",
	}},
	{[]string{"internal/cross"}, map[string]string{
		module + "internal/store": "workers do not know each other",
		module + "internal/fetch": "workers do not know each other",
		module + "internal/shell": "workers do not know each other",
		module + "internal/cli":   "cli is the top",
		"net/http":                "a build of the standard library needs no network",
	}},
	{[]string{"internal/selfupdate"}, map[string]string{
		module + "internal/store": "workers do not know each other",
		module + "internal/fetch": "workers do not know each other",
		module + "internal/shell": "workers do not know each other",
		module + "internal/setup": "what a shell reads is cli's to undo",
		module + "internal/cli":   "cli is the top",
	}},
	{[]string{"internal/shell"}, map[string]string{
		module + "internal/store": "a shell's text does not depend on what is installed",
		module + "internal/fetch": "workers do not know each other",
		module + "internal/cli":   "cli is the top",
		"os/exec":                 "shell writes text and runs nothing",
		"text/template":           "a snippet is a whole file that linters read, not a template",
	}},
	{[]string{"internal/doctor"}, map[string]string{
		module + "internal/store": "cli hands in what the store knows",
		module + "internal/fetch": "workers do not know each other",
		module + "internal/shell": "workers do not know each other",
		module + "internal/gomod": "workers do not know each other",
		module + "internal/cli":   "cli is the top",
		"net":                     "a check of the machine asks nobody",
		"encoding/json":           "doctor prints nothing",
	}},
	{[]string{"internal/goenv"}, map[string]string{
		module + "internal/gover":   "what the go command reads depends on no rule of gosw",
		module + "internal/resolve": "what the go command reads depends on no rule of gosw",
		"net":                       "settings are files; nothing is asked for",
	}},
	{[]string{"internal/setup"}, map[string]string{
		module + "internal/store": "a start-up file does not depend on what is installed",
		module + "internal/fetch": "workers do not know each other",
		module + "internal/cli":   "cli is the top",
		"net":                     "start-up files are files",
	}},
	{[]string{"internal/pin"}, map[string]string{
		module + "internal/store": "a pin may ask for what is not installed",
		module + "internal/fetch": "a pin may ask for what does not exist",
		module + "internal/cli":   "cli is the top",
		"net":                     "text in, text out",
	}},
	{[]string{"internal/vscode"}, map[string]string{
		module + "internal/": "a text of settings depends on no rule of gosw",
		"os/exec":            "text in, text out",
		"net":                "text in, text out",
	}},
	{[]string{"internal/manager"}, map[string]string{
		module + "internal/": "where others keep their toolchains depends on no rule of gosw",
		"net":                "places are directories",
	}},
	{[]string{"internal/which"}, map[string]string{
		module + "internal/store": "it tells what there is, whoever keeps it",
		module + "internal/fetch": "workers do not know each other",
		module + "internal/cli":   "cli is the top",
		"net":                     "programs are files",
	}},
	{[]string{"internal/spelling"}, map[string]string{
		module + "internal/store": "a guess does not depend on what is installed",
		module + "internal/fetch": "a guess does not depend on what there is",
		module + "internal/cli":   "cli is the top",
		"net":                     "a guess asks nobody",
	}},
	{[]string{"internal/cli/term", "internal/cli/failure", "internal/cli/settings"}, map[string]string{
		module + "internal/store":       "they are there before a store is looked for",
		module + "internal/fetch":       "they are there before a fetcher is made",
		module + "internal/cli/app":     "app is made of them",
		module + "internal/cli/cmdline": "cmdline is above app",
		module + "internal/cli/upkeep":  "upkeep is above app",
	}},
	{[]string{"internal/cli/progress"}, map[string]string{
		module + "internal/store":   "a line is about a name",
		module + "internal/fetch":   "it is told what to show",
		module + "internal/cli/app": "any command may show how it comes along",
	}},
	{[]string{"internal/cli/app"}, map[string]string{
		module + "internal/cli/cmdline": "what is typed is read above it",
		module + "internal/cli/upkeep":  "what is done to a store is above it",
		module + "internal/cli/explain": "what is found out with it is above it",
	}},
	{[]string{"internal/cli/cmdline"}, map[string]string{
		module + "internal/cli/upkeep":  "to read what is typed changes nothing",
		module + "internal/cli/explain": "what is typed is read first",
	}},
	{[]string{"cmd/gosw"}, map[string]string{
		module + "internal/fetch/fetchtest": "the loopback server is for tests",
		module + "internal/archive/hostile": "hostile archives are for tests",
		module + "internal/capture":         "pictures of a terminal are for tests and documents",
		"testing":                           "the product has no test code in it",
	}},
}

func TestLayers(t *testing.T) {
	t.Parallel()
	for _, layer := range layers {
		for _, pkg := range layer.packages {
			for _, dep := range dependencies(t, pkg) {
				for prefix, why := range layer.forbidden {
					if prefix == module+"internal/" && dep == module+"internal/fsx" {
						continue // it has no rule of gosw in it
					}
					if matches(dep, prefix) {
						t.Errorf("%s links %s: %s", pkg, dep, why)
					}
				}
			}
		}
	}
}

// groups are the packages of commands. The root command alone knows all of them.
var groups = []string{"ci", "doctor", "install", "list", "mirror", "remove", "run", "self", "setup", "verify", "vulns", "why"}

// TestGroups makes sure that no command knows another group's, and that nothing
// that they share knows a command.
func TestGroups(t *testing.T) {
	t.Parallel()
	above := make(map[string]bool)
	for _, group := range groups {
		above[module+"internal/cli/"+group] = true
	}
	entries, err := os.ReadDir("cli")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		for _, dep := range dependencies(t, "internal/cli/"+entry.Name()) {
			if above[dep] || dep == module+"internal/cli" {
				t.Errorf("internal/cli/%s links %s: what two groups of commands need is in app, cmdline, term or a worker", entry.Name(), dep)
			}
		}
	}
}

// matches reports whether path is prefix, or starts with it where prefix is no
// whole import path of the standard library.
func matches(path, prefix string) bool {
	return path == prefix || strings.Contains(prefix, ".") && strings.HasPrefix(path, prefix) ||
		strings.HasSuffix(prefix, "/") && strings.HasPrefix(path, prefix)
}

// dependencies returns all packages that pkg links, itself left out.
func dependencies(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", module+pkg).Output()
	if err != nil {
		t.Fatalf("go list -deps %s: %v", pkg, err)
	}
	deps := strings.Fields(string(out))
	return deps[:len(deps)-1]
}

// surroundings are the ways to what surrounds a program, each a pattern of code,
// and why it is for cmd/ alone: from there all goes through settings.Invocation.
var surroundings = map[string]string{
	`os\.(Getenv|LookupEnv|Environ)\b`:                             "the environment has one reader, which knows the case rules of names",
	`os\.(UserHomeDir|UserConfigDir|UserCacheDir|TempDir|Getwd)\b`: "such a directory may be relative, and so one of the project's",
	`os\.(MkdirTemp|CreateTemp)\(""`:                               "that is os.TempDir, which may be a directory of the project's",
	`"github\.com/adrg/xdg"`:                                       "it reads the environment when the program starts, and takes / for a home that is missing",
	`http\.ProxyFromEnvironment\b`:                                 "it is handed in, as the environment is",
	`time\.(Now|Since|Until)\b`:                                    "what cli shows is of the time of settings.Environ.Now, also in tests",
	`os\.(Args|Stdin|Stdout|Stderr|Exit)\b`:                        "arguments, streams and exit codes are the main function's",
}

// TestSurroundings makes sure that only the mains read the environment and what
// hangs on it.
func TestSurroundings(t *testing.T) {
	t.Parallel()
	patterns := make(map[*regexp.Regexp]string)
	for pattern, why := range surroundings {
		patterns[regexp.MustCompile(pattern)] = why
	}
	err := filepath.WalkDir(".", func(file string, _ fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case file == filepath.FromSlash("fetch/fetchtest") || file == "capture":
			return fs.SkipDir // for tests
		case filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") || file == filepath.FromSlash("toolchain/exec_windows.go"): // which stands in for execve
			return nil
		}
		text, err := os.ReadFile(file)
		for line := range strings.Lines(string(text)) {
			code, _, _ := strings.Cut(line, "// ")
			for pattern, why := range patterns {
				clock := strings.HasPrefix(pattern.String(), "time") // workers measure by the system's
				if pattern.MatchString(code) && (!clock || strings.HasPrefix(filepath.ToSlash(file), "cli/") && filepath.ToSlash(file) != "cli/settings/environ.go") {
					t.Errorf("%s: %s: %s", file, strings.TrimSpace(code), why)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
