//go:build linux

package main_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestOpenFiles runs gosw with less and less files that it may have open: what fails
// says which file, and what helps, and nobody's toolchain is called damaged.
func TestOpenFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.run("install", "1.21.13", "1.22.4")
	failed := 0
	for _, limit := range []int{16, 13, 11, 9} { // with 8 the Go runtime gives up
		for _, args := range []string{"verify", "list", "repair", "install 1.22.5", "uninstall 1.22.5"} {
			cmd := s.command(s.server.Proxy())
			cmd.Args = []string{"sh", "-c", fmt.Sprintf(`ulimit -n %d; exec "$0" %s`, limit, args), cmd.Path}
			cmd.Path = "/bin/sh"
			out, err := cmd.CombinedOutput()
			if err == nil || strings.HasPrefix(args, "uninstall") && bytes.Contains(out, []byte("is not installed")) {
				continue
			}
			failed++
			for line := range strings.Lines(string(out)) {
				if strings.Contains(line, "too many open files") && !strings.Contains(line, "/") {
					t.Errorf("%d files: %s does not say which one: %s", limit, args, line)
				}
			}
			if !bytes.Contains(out, []byte("too many open files")) || !bytes.Contains(out, []byte("ulimit -n")) || bytes.Contains(out, []byte("unreadable")) {
				t.Errorf("%d files: %s: %v\n%s", limit, args, err, out)
			}
		}
	}
	if failed == 0 {
		t.Error("nothing fails")
	}
	if got := s.run("verify"); strings.Contains(got, "unreadable") {
		t.Error(got)
	}
}

// TestOwnPath has gosw not find out where it is itself, so that it can't make bin/go.
// It says so, and installs.
func TestOwnPath(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatalf("%v; make setup installs it", err)
	}
	cmd := s.command(s.server.Proxy(), "install", "1.22.4")
	cmd.Args = append([]string{strace, "-f", "-o", s.home + "/trace", "-P", "/proc/self/exe", "-e", "inject=readlinkat,readlink:error=ENOENT", cmd.Path}, cmd.Args[1:]...)
	cmd.Path = strace
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 0 || !bytes.Contains(out, []byte("look for gosw-shim beside gosw")) {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if _, err := os.Lstat(s.store("bin", "go")); err == nil {
		t.Error("there is a bin/go")
	}
	if got := s.checkWhole(); got != 1 {
		t.Errorf("%d toolchains listed, want 1", got)
	}
	s.run("install", "1.22.4")
	if _, err := os.Stat(s.store("bin", "go")); err != nil {
		t.Error(err)
	}
}
