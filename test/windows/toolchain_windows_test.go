package windows_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/module"
)

// TestToolchain has the main job with a real toolchain: GOSW_TEST_TOOLCHAIN is a zip that
// scripts/port has made. The checksum database is the test's own, since Go's
// knows another zip; so the proof against what Go has published is not shown here.
func TestToolchain(t *testing.T) {
	zip := os.Getenv("GOSW_TEST_TOOLCHAIN")
	if zip == "" {
		t.Skip("scripts/wine sets GOSW_TEST_TOOLCHAIN")
	}
	version := strings.TrimSuffix(filepath.Base(zip), ".zip")
	number, _, _ := strings.Cut(strings.TrimPrefix(version, "v0.0.1-go"), ".windows")
	dir := besideTemp(t)
	m := emptyMachine(t, filepath.Join(dir, "my store"))
	if m.home = filepath.Join(dir, "my project"); os.Mkdir(m.home, 0o755) != nil {
		t.Fatal("no project")
	}
	t.Setenv("TMP", dir)
	t.Setenv("GOCACHE", filepath.Join(dir, "build cache"))
	err := m.server.AddModule(module.Version{Path: "golang.org/toolchain", Version: version}, []byte("module golang.org/toolchain\n"), zip)
	if err != nil {
		t.Fatal(err)
	}
	m.run(0, m.command("", m.gosw, "install", number), "installed go"+number, "verified by the checksum database")
	m.run(0, m.command("", m.gosw, "verify", number))
	m.write(".go-version", number+"\n")
	m.write("go.mod", "module example.com/hello\n\ngo 1.21\n")
	m.write("main.go", `package main

import (
	"fmt"
	"os"
	"runtime"
)

func main() {
	fmt.Println("hello from", runtime.Version(), runtime.GOOS, os.Args[1:])
	os.Exit(7)
}
`)
	m.run(0, m.command("", m.shim(), "version"), "go version go"+number+" windows/amd64")
	m.run(0, m.command("", m.shim(), "env", "GOROOT"), filepath.Join(m.root, "toolchains", "go"+number))
	m.run(0, m.command("", m.shim(), "build", "-o", "hello world.exe", "."))
	m.run(7, m.command("", filepath.Join(m.home, "hello world.exe"), "a b"), "hello from go"+number+" windows [a b]")
	m.run(0, m.command("", m.shim(), "vet", "./..."))
	m.write("main.go", "package main\n\nfunc main() { return 1 }\n")
	m.run(1, m.command("", m.shim(), "build", "."), "too many return values")
	m.run(0, m.command("", filepath.Join(m.root, "bin", "gofmt.exe"), "-l", "."))
	m.run(0, m.command("", m.gosw, "uninstall", number))
	m.run(127, m.command("", m.shim(), "version"), "not installed")
	for _, dir := range []string{"toolchains", "staging"} {
		if left, err := os.ReadDir(filepath.Join(m.root, dir)); err != nil || len(left) > 0 {
			t.Errorf("%s has %v, %v", dir, left, err)
		}
	}
}

// besideTemp is t.TempDir in the user's home directory: under Wine temporary files are in
// memory, where the directories of Go 1.22 can't be listed.
func besideTemp(t *testing.T) string {
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(home, "gosw-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = filepath.WalkDir(dir, func(path string, _ os.DirEntry, _ error) error { return os.Chmod(path, 0o600) })
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}
