//go:build e2e

// Package e2e_test installs real toolchains through the module proxy, with the
// real gosw in an empty home directory, and uses them as a developer would.
package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// programs is the directory with the gosw and the gosw-shim that all tests use.
var programs string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "gosw-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	build := exec.Command("go", "build", "-o", dir+"/", "github.com/gosw/gosw/cmd/...")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		return 1
	}
	programs = dir
	return m.Run()
}

// A machine is an empty home directory with gosw installed in it.
type machine struct {
	t     *testing.T
	home  string
	gosw  string
	proxy string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, home: t.TempDir(), proxy: cachingProxy(t)}
	t.Cleanup(m.makeRemovable)
	bin := filepath.Join(m.home, ".local", "bin")
	if err := os.CopyFS(bin, os.DirFS(programs)); err != nil {
		t.Fatal(err)
	}
	m.gosw = filepath.Join(bin, "gosw")
	return m
}

// makeRemovable undoes the read-only modes of what the tests wrote.
func (m *machine) makeRemovable() {
	_ = exec.Command("chmod", "-R", "u+w", m.home).Run()
}

// root is the store.
func (m *machine) root() string { return filepath.Join(m.home, ".local", "go") }

// run runs a command in dir and returns what it prints on stdout. Nothing of
// the test's own Go settings reaches it.
func (m *machine) run(dir string, env []string, name string, args ...string) string {
	m.t.Helper()
	out, stderr, err := m.try(dir, env, name, args...)
	if err != nil {
		m.t.Fatalf("%s %q in %s: %v\n%s%s", name, args, dir, err, out, stderr)
	}
	return out
}

func (m *machine) try(dir string, env []string, name string, args ...string) (stdout, stderr string, err error) {
	m.t.Helper()
	// env finds the program on the PATH that is set here, not on the test's.
	cmd := exec.CommandContext(m.t.Context(), "/usr/bin/env", append([]string{name}, args...)...)
	cmd.Dir = dir
	cmd.Env = append([]string{
		"HOME=" + m.home,
		"PATH=" + filepath.Join(m.root(), "bin") + ":/usr/local/bin:/usr/bin:/bin",
		"GOPROXY=" + m.proxy,
		"SSL_CERT_FILE=" + os.Getenv("SSL_CERT_FILE"),
	}, env...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err = cmd.Run()
	return out.String(), errOut.String(), err
}

// project writes a module with a program that uses net/http, and a small one,
// and returns its directory.
func (m *machine) project(name, goLine, pin string) string {
	m.t.Helper()
	dir := filepath.Join(m.home, name)
	files := map[string]string{
		"go.mod": "module example.com/" + name + "\n\ngo " + goLine + "\n",
		"main.go": `package main

import (
	"fmt"
	"io/ioutil"
	"net/http"
	"net/http/httptest"
	"runtime"
)

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "served by "+runtime.Version())
	}))
	defer server.Close()
	answer, err := http.Get(server.URL)
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	body, err := ioutil.ReadAll(answer.Body)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(body))
}
`,
	}
	files["small/main.go"] = "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"small\") }\n"
	if pin != "" {
		files[".go-version"] = pin + "\n"
	}
	if err := os.MkdirAll(filepath.Join(dir, "small"), 0o755); err != nil {
		m.t.Fatal(err)
	}
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			m.t.Fatal(err)
		}
	}
	return dir
}

// installed returns the newest installed version that spec matches, "go1.22.12".
func (m *machine) installed(spec string) string {
	m.t.Helper()
	first, _, _ := strings.Cut(m.run(m.home, nil, m.gosw, "list", spec), "\n")
	return first
}

func TestRealToolchains(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.run(m.home, nil, m.gosw, "install", "1.13.15", "go1.18.10", "1.22", "latest")
	t.Logf("installed: %s", strings.Fields(m.run(m.home, nil, m.gosw, "list")))

	// The oldest builds for both other platforms, which takes it the least time.
	windows, darwin := "windows/amd64: ok (pe)", "darwin/amd64: ok (macho)"
	t.Run("use", func(t *testing.T) {
		for _, test := range []struct {
			pin, goLine, program string
			others               []string
		}{
			{"1.13.15", "1.13", ".", []string{windows, darwin}}, {"go1.18.10", "1.18", "./small", []string{windows}},
			{"1.22", "1.22", "./small", []string{windows}}, {"latest", "1.24", ".", []string{darwin}},
		} {
			t.Run(test.pin, func(t *testing.T) {
				t.Parallel()
				m := &machine{t, m.home, m.gosw, m.proxy}
				version := m.installed(test.pin)
				useToolchain(m, m.project("pin-"+test.pin, test.goLine, test.pin), version, test.program)
				crossBuild(m, version, test.others)
			})
		}
	})
	t.Run("receipts", func(t *testing.T) { checkReceipts(&machine{t, m.home, m.gosw, m.proxy}) })
	t.Run("switch", func(t *testing.T) { checkSwitch(&machine{t, m.home, m.gosw, m.proxy}) })
	t.Run("uninstall", func(t *testing.T) {
		m := &machine{t, m.home, m.gosw, m.proxy}
		m.run(m.home, nil, m.gosw, "uninstall", "1.13.15")
		if got := m.run(m.home, nil, m.gosw, "list", "1.13"); got != "" {
			t.Errorf("still there: %s", got)
		}
		if _, err := os.Stat(filepath.Join(m.root(), "toolchains", "go1.13.15")); err == nil {
			t.Error("its directory is still there")
		}
	})
}

// TestMemory bounds the memory that an install takes: far less than the 70 MB of
// the download and the 200 MB of the tree, with room for the runtime. It is not
// parallel: Linux counts a process as having been as large as the one that
// started it, and this one grows later.
func TestMemory(t *testing.T) {
	m := newMachine(t)
	install := exec.CommandContext(t.Context(), m.gosw, "install", "1.22")
	install.Env = []string{"HOME=" + m.home, "GOPROXY=" + m.proxy, "SSL_CERT_FILE=" + os.Getenv("SSL_CERT_FILE")}
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("install: %v\n%s", err, out)
	}
	usage, ok := install.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Fatal("no resource usage")
	}
	peak := usage.Maxrss / 1024 // MiB; Linux counts in KiB
	t.Logf("peak memory of an install: %d MiB", peak)
	if peak >= 100 {
		t.Errorf("peak memory of an install: %d MiB, want less than 100", peak)
	}
}

// useToolchain does with the version pinned in dir what developers do.
func useToolchain(m *machine, dir, version, pkg string) {
	t := m.t
	if !regexp.MustCompile(`^go1(\.\d+)+$`).MatchString(version) {
		t.Fatalf("pinned version is %q", version)
	}
	if got := m.run(dir, nil, "go", "version"); !strings.HasPrefix(got, "go version "+version+" ") {
		t.Errorf("go version: %q, want %s", got, version)
	}
	want := filepath.Join(m.root(), "toolchains", version)
	if got := strings.TrimSpace(m.run(dir, nil, "go", "env", "GOROOT")); got != want {
		t.Errorf("GOROOT is %s, want %s", got, want)
	}
	program := filepath.Join(dir, "program")
	m.run(dir, nil, "go", "build", "-o", program, pkg)
	says := map[string]string{".": "served by " + version, "./small": "small"}[pkg]
	if got := strings.TrimSpace(m.run(dir, nil, program)); got != says {
		t.Errorf("program says %q", got)
	}
	m.run(dir, nil, "go", "vet", "./small")
	if got := m.run(dir, nil, "gofmt", "-l", "."); got != "" {
		t.Errorf("gofmt -l: %q", got)
	}
}

// crossBuild has gosw build programs for other ports with an installed version,
// and read their headers. Each of ports has what gosw is to say.
func crossBuild(m *machine, version string, ports []string) {
	m.t.Helper()
	want := version + ": ok\n" + version + " " + runtime.GOOS + "/" + runtime.GOARCH + ": ok (elf, runs)\n"
	var names []string
	for _, port := range ports {
		name, _, _ := strings.Cut(port, ":")
		names = append(names, name)
		want += version + " " + port + "\n"
	}
	if got := m.run(m.home, nil, m.gosw, "verify", strings.TrimPrefix(version, "go"), "--cross="+strings.Join(names, ",")); got != want {
		m.t.Errorf("got %s\nwant %s", got, want)
	}
}

// checkReceipts demands that each toolchain was proven by the public database.
func checkReceipts(m *machine) {
	var list struct {
		Toolchains []struct {
			Version string
			Receipt struct {
				H1    string
				Files int
				SumDB struct {
					Name string
					Size int64 `json:"tree_size"`
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(m.run(m.home, nil, m.gosw, "list", "--json")), &list); err != nil {
		m.t.Fatal(err)
	}
	if len(list.Toolchains) != 4 {
		m.t.Errorf("%d toolchains, want 4", len(list.Toolchains))
	}
	for _, item := range list.Toolchains {
		r := item.Receipt
		if r.SumDB.Name != "sum.golang.org" || r.SumDB.Size < 50_000_000 || r.Files < 5000 || !strings.HasPrefix(r.H1, "h1:") {
			m.t.Errorf("receipt of %s: %+v", item.Version, r)
		}
		// The record of this release, as published.
		if want := "h1:0YIfmYlhMe0yUYdbupupU89br9R11dmf/VOP2nfew9s="; item.Version == "go1.13.15" && r.H1 != want {
			m.t.Errorf("go1.13.15 has %s, want %s", r.H1, want)
		}
	}
}

// checkSwitch has an unpinned go find the toolchain that go.mod demands in our
// store, without the network, and leave GOTOOLCHAIN alone.
func checkSwitch(m *machine) {
	t := m.t
	newest := m.installed("latest")
	old := m.installed("1.22")
	m.run(m.home, nil, m.gosw, "default", "1.22")
	offline := []string{"GOPROXY=off"}

	plain := m.project("unpinned", "1.21", "")
	if got := m.run(plain, offline, "go", "version"); !strings.Contains(got, old) {
		t.Errorf("unpinned go version: %q, want %s", got, old)
	}
	if got := strings.TrimSpace(m.run(plain, offline, "go", "env", "GOTOOLCHAIN")); got != "auto" {
		t.Errorf("unpinned GOTOOLCHAIN is %q, want auto", got)
	}
	demanding := m.project("demanding", strings.TrimPrefix(newest, "go"), "")
	program := filepath.Join(demanding, "program")
	m.run(demanding, offline, "go", "build", "-o", program, ".")
	if got := strings.TrimSpace(m.run(demanding, offline, program)); got != "served by "+newest {
		t.Errorf("program says %q, want %s", got, newest)
	}
	// A pin is a pin: the same module with an older pin fails in go's own words.
	pinned := m.project("pinned", strings.TrimPrefix(newest, "go"), "1.22")
	if out, stderr, err := m.try(pinned, offline, "go", "build", "."); err == nil || !strings.Contains(stderr, "GOTOOLCHAIN=local") {
		t.Errorf("pinned build: %v\n%s%s", err, out, stderr)
	}
	_, stderr, err := m.try(pinned, offline, m.gosw, "current")
	if err != nil || !strings.Contains(stderr, "gosw install "+strings.TrimPrefix(newest, "go")) {
		t.Errorf("current: %v\n%s", err, stderr)
	}
}
