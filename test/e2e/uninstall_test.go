//go:build e2e

package e2e_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestUninstallDuringBuild uninstalls a toolchain while its go builds a program
// and the packages of Go that it needs, from nothing. The build goes on to its
// end; the version is gone at once for everybody else, and its files are when the
// build has ended.
func TestUninstallDuringBuild(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.run(m.home, nil, m.gosw, "install", "1.22.5")
	dir := m.project("large", "1.22", "1.22.5")
	cache := filepath.Join(m.home, "fresh-cache")
	build := exec.CommandContext(t.Context(), filepath.Join(m.root(), "bin", "go"), "build", "-o", "program", "./small")
	build.Dir = dir
	build.Env = []string{"HOME=" + m.home, "PATH=/usr/bin:/bin", "GOCACHE=" + cache, "GOPROXY=off"}
	var out bytes.Buffer
	build.Stdout, build.Stderr = &out, &out
	start := time.Now()
	if err := build.Start(); err != nil {
		t.Fatal(err)
	}
	for compiled(cache) < 5 { // it has begun to compile, and most is to come
		if time.Since(start) > time.Minute {
			t.Fatal("the build does not begin")
		}
		time.Sleep(20 * time.Millisecond)
	}
	began := time.Since(start)
	_, said, err := m.try(m.home, nil, m.gosw, "uninstall", "1.22.5")
	if err != nil || !strings.Contains(said, "its files are deleted when process") {
		t.Errorf("uninstall: %v\n%s", err, said)
	}
	if got := m.run(m.home, nil, m.gosw, "list"); got != "" {
		t.Errorf("still listed: %s", got)
	}
	if _, said, err := m.try(dir, nil, "go", "version"); err == nil || !strings.Contains(said, "go1.22.5 is not installed") {
		t.Errorf("go version: %v\n%s", err, said)
	}
	if err := build.Wait(); err != nil {
		t.Errorf("build: %v\n%s", err, out.Bytes())
	}
	t.Logf("uninstalled after %.1fs of %.1fs, with %s", began.Seconds(), time.Since(start).Seconds(), strings.TrimSpace(said))
	if got := m.run(dir, nil, filepath.Join(dir, "program")); got != "small\n" {
		t.Errorf("the program says %q", got)
	}
	m.run(m.home, nil, m.gosw, "prune")
	for _, directory := range []string{"toolchains", "staging", "receipts"} {
		if entries, err := os.ReadDir(filepath.Join(m.root(), directory)); err != nil || len(entries) > 0 {
			t.Errorf("%s has %v, %v", directory, entries, err)
		}
	}
}

// compiled returns about how many packages a build cache has.
func compiled(cache string) int {
	files, _ := filepath.Glob(filepath.Join(cache, "??", "*-d"))
	return len(files)
}
