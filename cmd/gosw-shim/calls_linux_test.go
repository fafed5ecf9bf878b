package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCalls counts how often the shim looks into the store: a system's store
// must cost nothing where there is none, and little where there is one.
func TestCalls(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatalf("%v; make setup installs it", err)
	}
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
		file := filepath.Join(t.TempDir(), "trace")
		cmd := s.command("go", "version")
		cmd.Args = []string{strace, "-f", "-e", "trace=%file", "-e", "signal=none", "-o", file, cmd.Path, "version"}
		cmd.Path = strace
		if out, stderr, code := s.run(cmd); code != 0 {
			t.Fatalf("%s: %q, %q, %d", test.pin, out, stderr, code)
		}
		data, err := os.ReadFile(file)
		check(t, err)
		var got []string
		for line := range strings.Lines(string(data)) {
			_, path, _ := strings.Cut(line, `"`)
			path, _, _ = strings.Cut(path, `"`)
			if strings.Contains(path, "/toolchains/") {
				got = append(got, filepath.Base(path))
				if strings.Contains(line, "execve(") {
					break
				}
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("pin %s, system %q: looked at %v, want %v", test.pin, test.system, got, test.want)
		}
	}
}
