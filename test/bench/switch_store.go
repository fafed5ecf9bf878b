//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The floors. PROGRAM is what they become.
const (
	floorC = `
#include <unistd.h>
int main(int argc, char **argv) { argv[0] = "go"; return execv(PROGRAM, argv), 127; }
`
	floorGo = `
package main

import (
	"os"
	"syscall"
)

func main() { _ = syscall.Exec(PROGRAM, append([]string{"go"}, os.Args[1:]...), os.Environ()) }
`
)

// A bench is a store with 50 toolchains, of which one is real: a copy of the one
// that runs this program.
type bench struct {
	ctx        context.Context // ends what is running
	work, root string
	project    string // a directory, with the pin two directories up
	goroot     string
	version    string // "go1.26.8"
	gosw       string
}

func (b *bench) setUp() error {
	out, err := exec.Command("go", "env", "GOROOT", "GOVERSION").Output()
	if err != nil {
		return err
	}
	fields := strings.Fields(string(out))
	b.version = fields[1]
	if b.gosw, err = filepath.Abs("bin/gosw"); err != nil {
		return err
	}
	toolchains := filepath.Join(b.root, "toolchains")
	for i := range 49 {
		dir := filepath.Join(toolchains, fmt.Sprintf("go1.%d.%d", 13+i/7, i%7+1), "bin")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	b.goroot = filepath.Join(toolchains, b.version)
	if err := os.CopyFS(b.goroot, os.DirFS(fields[0])); err != nil {
		return err
	}
	line := strings.Join(strings.SplitN(strings.TrimPrefix(b.version, "go"), ".", 3)[:2], ".")
	if err := os.Symlink(b.version, filepath.Join(toolchains, line)); err != nil {
		return err
	}
	if err := os.MkdirAll(b.project, 0o755); err != nil {
		return err
	}
	pin := filepath.Join(filepath.Dir(filepath.Dir(b.project)), ".go-version")
	return os.WriteFile(pin, []byte(line+"\n"), 0o644)
}

// command is gosw with args on the bench's store.
func (b *bench) command(args ...string) *exec.Cmd {
	cmd := exec.Command(b.gosw, args...)
	cmd.Dir = b.project
	cmd.Env = append(b.environment(), "HOME="+b.work, "GOPROXY=off")
	return cmd
}

// environment is that of a user who has the store and pins.
func (b *bench) environment() []string {
	env := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return name == "GO_VERSION" || name == "GOTOOLCHAIN" || name == "GOROOT"
	})
	return append(env, "GOSW_ROOT="+b.root)
}

// floor builds source, a program that becomes the real go, with a compiler
// whose arguments are args, the program's name and the file's.
func (b *bench) floor(file, source string, args ...string) (string, error) {
	path := filepath.Join(b.work, file)
	program := path + ".out"
	toolchain := strconv.Quote(filepath.Join(b.goroot, "bin", "go"))
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(source, "PROGRAM", toolchain)), 0o644); err != nil {
		return "", err
	}
	cmd := exec.Command(args[0], append(args[1:], program, path)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%v: %w\n%s", args, err, out)
	}
	return program, nil
}
