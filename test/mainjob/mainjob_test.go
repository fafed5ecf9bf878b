//go:build e2e

// Package mainjob_test has gosw's main job with a real toolchain, on the platform that
// it is built for: install, build, test, vet, hand over, verify, uninstall. scripts/port
// makes the toolchain, whose checksum is in no public database: the test has its own.
package mainjob_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/mod/module"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/toolchain"
)

// A machine is a user's home directory, with programs in bin and an empty store.
type machine struct {
	*testing.T
	home string
	env  []string
}

func newMachine(t *testing.T, zip string) *machine {
	t.Helper()
	server := fetchtest.NewServer(t)
	version := module.Version{Path: "golang.org/toolchain", Version: strings.TrimSuffix(filepath.Base(zip), ".zip")}
	if err := server.AddModule(version, []byte("module golang.org/toolchain\n"), zip); err != nil {
		t.Fatalf("GOSW_TEST_TOOLCHAIN=%s, which scripts/port has made: %v", zip, err)
	}
	home := t.TempDir()
	bin := filepath.Join(home, "bin")
	if built := os.Getenv("GOSW_TEST_PROGRAMS"); built != "" {
		if err := os.CopyFS(bin, os.DirFS(built)); err != nil {
			t.Fatal(err)
		}
	} else if out, err := exec.Command("go", "build", "-o", bin+string(filepath.Separator), "../../cmd/gosw", "../../cmd/gosw-shim").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	root := filepath.Join(home, "my store")
	return &machine{t, home, append(os.Environ(), "HOME="+home, "USERPROFILE="+home, "LocalAppData="+home,
		"XDG_CACHE_HOME=", "XDG_STATE_HOME=", "XDG_CONFIG_HOME=", "GOSW_ROOT="+root, "GOPROXY="+server.Proxy(), "GOSUMDB="+server.SumDB(),
		"PATH="+filepath.Join(root, "bin")+string(filepath.ListSeparator)+bin+string(filepath.ListSeparator)+os.Getenv("PATH"),
		"GOCACHE="+filepath.Join(home, "go-build"), "GOOS=", "GOARCH=", "GOFLAGS=", "GOTOOLCHAIN=", "CGO_ENABLED=0")}
}

func (m *machine) gosw() string { return filepath.Join(m.home, "bin", "gosw"+toolchain.Exe) }

// shim is the go in the store's bin.
func (m *machine) shim() string { return filepath.Join(m.home, "my store", "bin", "go"+toolchain.Exe) }

// run runs a program in the project, demands an exit code, and texts in what it prints.
func (m *machine) run(code int, texts []string, program string, args ...string) {
	m.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env = m.home, m.env
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		m.Fatal(err)
	}
	m.Logf("%s %q\n%s", filepath.Base(program), args, out)
	if got := cmd.ProcessState.ExitCode(); got != code {
		m.Fatalf("exit code %d, want %d", got, code)
	}
	for _, text := range texts {
		if !strings.Contains(string(out), text) {
			m.Errorf("no %q", text)
		}
	}
}

func (m *machine) write(name, text string) {
	m.Helper()
	if err := os.WriteFile(filepath.Join(m.home, name), []byte(text), 0o644); err != nil {
		m.Fatal(err)
	}
}

func TestMainJob(t *testing.T) {
	zip := os.Getenv("GOSW_TEST_TOOLCHAIN")
	version, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(zip), "v0.0.1-"), "."+runtime.GOOS+"-"+runtime.GOARCH)
	m := newMachine(t, zip)
	m.run(0, []string{"installed " + version, "verified by the checksum database"}, m.gosw(), "install", version)
	m.write("go.mod", "module example.com/hello\n\ngo 1.21\n")
	m.write(".go-version", version+"\n")
	m.write("main.go", "package main\n\nimport (\n\t\"fmt\"\n\t\"runtime\"\n)\n\nfunc main() { fmt.Println(runtime.Version(), runtime.GOARCH) }\n")

	m.run(0, []string{"go version " + version + " " + runtime.GOOS + "/" + runtime.GOARCH}, m.shim(), "version")
	m.run(0, nil, m.shim(), "build", "-o", "hello"+toolchain.Exe, ".")
	m.run(0, []string{version + " " + runtime.GOARCH}, filepath.Join(m.home, "hello"+toolchain.Exe))
	m.run(0, nil, m.shim(), "vet", ".")
	m.run(2, []string{"no such tool"}, m.shim(), "tool", "nonsense")

	m.write(".go-version", "1.99.0\n")
	m.run(127, []string{"go1.99.0 is not installed"}, m.shim(), "version")
	m.run(0, []string{version}, m.gosw(), "exec", version, "go", "env", "GOVERSION")
	m.run(0, []string{version}, m.gosw(), "verify")
	m.run(0, []string{version}, m.gosw(), "uninstall", version)
	m.run(0, nil, m.gosw(), "list")
}
