//go:build !windows

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestMain is also the main function of the toy: toolchains and a gosw of the
// tests are links to the test binary.
func TestMain(m *testing.M) {
	if mode := os.Getenv("TOY"); mode != "" {
		os.Exit(toyMain(mode))
	}
	dir, err := os.MkdirTemp("", "gosw-shim")
	if err != nil {
		panic(err)
	}
	built = filepath.Join(dir, "gosw-shim")
	if out, err := exec.Command("go", "build", "-o", built, ".").CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// built is the shim, in a directory without a gosw.
var built string

func toyMain(mode string) int {
	switch mode {
	case "argv":
		for _, arg := range os.Args {
			fmt.Printf("%q\n", arg)
		}
	case "env":
		fmt.Println(strings.Join(os.Environ(), "\n"))
	case "exit":
		code, _ := strconv.Atoi(os.Args[1])
		return code
	case "cat":
		_, _ = io.Copy(os.Stdout, os.Stdin)
		fmt.Fprint(os.Stderr, "to stderr")
	case "signal":
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
		fmt.Println(os.Getpid())
		return 40 + int((<-signals).(syscall.Signal))
	default:
		fmt.Fprintln(os.Stderr, "no mode", mode)
		return 1
	}
	return 0
}

// A store is a toy store and what surrounds it.
type store struct {
	t    *testing.T
	root string
	env  []string
}

// newStore is for tests that do not run in parallel: a process that another
// test starts may still hold a script open that was just written, and then the
// script is busy (golang.org/issue/22315).
func newStore(t *testing.T, versions ...string) *store {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	check(t, err)
	s := &store{t: t, root: root}
	s.link(built, "store/bin/go")
	s.link(built, "store/bin/gofmt")
	for _, v := range versions {
		s.toy("store/toolchains/" + v + "/bin/go")
		s.toy("store/toolchains/" + v + "/bin/gofmt")
	}
	check(t, os.MkdirAll(s.path("project"), 0o755))
	s.env = []string{"HOME=" + root, "GOSW_ROOT=" + s.path("store"), "PATH=" + s.path("store/bin")}
	return s
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *store) path(name string) string { return filepath.Join(s.root, name) }

func (s *store) link(target, name string) {
	s.t.Helper()
	check(s.t, os.MkdirAll(filepath.Dir(s.path(name)), 0o755))
	check(s.t, os.Symlink(target, s.path(name)))
}

func (s *store) toy(name string) {
	s.t.Helper()
	self, err := os.Executable()
	check(s.t, err)
	s.link(self, name)
}

// file writes a file whose content is runnable if it is a script.
func (s *store) file(name, content string) {
	s.t.Helper()
	check(s.t, os.MkdirAll(filepath.Dir(s.path(name)), 0o755))
	mode := os.FileMode(0o644)
	if strings.HasPrefix(content, "#!") {
		mode = 0o755
	}
	check(s.t, os.WriteFile(s.path(name), []byte(content), mode))
}

// command returns a call of the shim called tool, in the directory project.
func (s *store) command(tool string, args ...string) *exec.Cmd {
	cmd := exec.Command(s.path("store/bin/"+tool), args...)
	cmd.Dir, cmd.Env = s.path("project"), s.env
	return cmd
}

// run returns what a command prints, and its exit code.
func (s *store) run(cmd *exec.Cmd) (stdout, stderr string, code int) {
	s.t.Helper()
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if cmd.ProcessState == nil {
		s.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}
