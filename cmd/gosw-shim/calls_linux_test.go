package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCalls counts how often the shim looks into the store: a system store
// must cost nothing where there is none, and little where there is one.
func TestCalls(t *testing.T) {
	for _, test := range []struct {
		pin, system string
		want        []string // the last element of each path, in order
	}{
		{"1.22.5", "", []string{"go1.22.5", "go"}},
		{"1.22", "", []string{"1.22", "go1.22.5", "go"}},
		{"1.21.0", "system", []string{"go1.21.0", "go1.21.0", "go1.21.0", "go1.21.0", "go"}},
	} {
		s := newStore(t, "go1.22.5")
		s.link("go1.22.5", "store/toolchains/1.22")
		s.toy("system/toolchains/go1.21.0/bin/go")
		s.env = append(s.env, "GO_VERSION="+test.pin, "TOY=argv")
		if test.system != "" {
			s.env = append(s.env, "GOSW_SYSTEM_ROOT="+s.path(test.system))
		}
		var got []string
		for _, call := range s.trace("%file") {
			_, path, _ := strings.Cut(call, `"`)
			path, _, _ = strings.Cut(path, `"`)
			if strings.Contains(path, "/toolchains/") {
				got = append(got, filepath.Base(path))
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("pin %s, system %q: looked at %v, want %v", test.pin, test.system, got, test.want)
		}
	}
}

// TestPinCalls counts what the shim asks the system to find a pin and follow
// it. To set up the runtime's poller, as os.Open does, would nearly double that.
func TestPinCalls(t *testing.T) {
	const most = 11 // 2 for the working directory, 6 for the pin, 2 for the toolchain, exec
	s := newStore(t, "go1.22.5")
	s.link("go1.22.5", "store/toolchains/1.22")
	s.file("project/.go-version", "1.22\n")
	s.env = append(s.env, "TOY=argv", "PWD="+s.path("project"))
	calls := s.trace("%file,read,fcntl,close,epoll_create1,epoll_ctl,eventfd2")
	start := slices.IndexFunc(calls, func(call string) bool { return strings.Contains(call, `AT_FDCWD, ".",`) })
	if start < 0 || len(calls[start:]) > most {
		t.Errorf("more than %d calls, or none of the working directory:\n%s", most, strings.Join(calls[max(start, 0):], "\n"))
	}
}

// trace returns the system calls of "go version" up to the exec of a toolchain,
// those of set, as strace writes it.
func (s *store) trace(set string) []string {
	s.t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		s.t.Fatalf("%v; make setup installs it", err)
	}
	file := filepath.Join(s.t.TempDir(), "trace")
	cmd := s.command("go")
	cmd.Args = []string{strace, "-f", "-e", "trace=" + set, "-e", "signal=none", "-o", file, cmd.Path, "version"}
	cmd.Path = strace
	if out, stderr, code := s.run(cmd); code != 0 {
		s.t.Fatalf("%q, %q, %d", out, stderr, code)
	}
	data, err := os.ReadFile(file)
	check(s.t, err)
	var calls []string
	for line := range strings.Lines(string(data)) {
		_, call, _ := strings.Cut(strings.TrimSpace(line), " ") // the process
		call = strings.TrimSpace(call)
		if strings.HasPrefix(call, "<...") || !strings.Contains(call, "(") { // the rest of a call, an exit
			continue
		}
		calls = append(calls, call)
		if strings.HasPrefix(call, "execve(") && strings.Contains(call, "/toolchains/") {
			return calls
		}
	}
	s.t.Fatalf("it never became a toolchain's:\n%s", data)
	return nil
}
