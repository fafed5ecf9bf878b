package main_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/toolchain"
)

// A site is a home directory and the server that its gosw uses.
type site struct {
	t      *testing.T
	home   string
	server *fetchtest.Server
	system string // GOSW_SYSTEM_ROOT
}

func newSite(t *testing.T) *site {
	t.Helper()
	return &site{t: t, home: t.TempDir(), server: fetchtest.NewServer(t, toys...)}
}

func (s *site) store(path ...string) string {
	return filepath.Join(append([]string{s.home, ".local", "go"}, path...)...)
}

func (s *site) command(proxy string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(s.t.Context(), filepath.Join(programs, "gosw"), args...)
	cmd.Env = append(fetchtest.Home(s.home), "PATH=/usr/bin:/bin", "GOPROXY="+proxy, "GOSUMDB="+s.server.SumDB(), "GOCOVERDIR="+coverage, "GOSW_SYSTEM_ROOT="+s.system)
	cmd.Dir = s.home
	return cmd
}

// run runs gosw and returns its stdout.
func (s *site) run(args ...string) string {
	s.t.Helper()
	cmd := s.command(s.server.Proxy(), args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("gosw %v: %v\n%s", args, err, stderr.Bytes())
	}
	return string(out)
}

// checkWhole demands that every listed toolchain has all the files of its
// manifest, as they were proven.
func (s *site) checkWhole() (listed int) {
	s.t.Helper()
	for name := range strings.Lines(s.run("list")) {
		name = strings.TrimSpace(name)
		listed++
		sums, err := os.ReadFile(s.store("receipts", name+".sums"))
		if err != nil {
			s.t.Error(err)
			continue
		}
		lines := bufio.NewScanner(bytes.NewReader(sums))
		for lines.Scan() {
			sum, path, _ := strings.Cut(lines.Text(), "  ")
			_, path, _ = strings.Cut(path, "@")
			_, path, _ = strings.Cut(path, "/")
			data, err := os.ReadFile(s.store("toolchains", name, strings.ReplaceAll(path, "_go.mod", "go.mod")))
			if err != nil || fmt.Sprintf("%x", sha256.Sum256(data)) != sum {
				s.t.Errorf("%s: %s is not as proven: %v", name, path, err)
			}
		}
	}
	return listed
}

func (s *site) checkStaging() {
	s.t.Helper()
	entries, err := os.ReadDir(s.store("staging"))
	if err != nil || len(entries) > 0 {
		s.t.Errorf("staging has %v, %v", entries, err)
	}
}

// TestSameVersionTogether has 20 processes install one version: one download,
// and all are content.
func TestSameVersionTogether(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if out, err := s.command(s.server.Proxy(), "install", "1.22.4").CombinedOutput(); err != nil {
				t.Errorf("install: %v\n%s", err, out)
			}
		})
	}
	wait.Wait()
	if got := s.server.Requests(".zip"); got != 1 {
		t.Errorf("%d downloads, want 1", got)
	}
	if got := s.checkWhole(); got != 1 {
		t.Errorf("%d toolchains listed, want 1", got)
	}
	s.checkStaging()
}

// TestVersionsTogether has processes install and uninstall different versions.
func TestVersionsTogether(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var wait sync.WaitGroup
	for _, version := range []string{"1.18.10", "1.20.14", "1.21.0", "1.21.13", "1.22.4", "1.22.5", "1.22.12", "1.27.4"} {
		wait.Go(func() {
			for _, command := range []string{"install", "uninstall", "install"} {
				if out, err := s.command(s.server.Proxy(), command, version).CombinedOutput(); err != nil {
					t.Errorf("%s %s: %v\n%s", command, version, err, out)
				}
			}
		})
	}
	wait.Wait()
	if got := s.checkWhole(); got != 8 {
		t.Errorf("%d toolchains listed, want 8", got)
	}
	for link, want := range map[string]string{"1.22": "go1.22.12", "1.21": "go1.21.13", "latest": "go1.27.4"} {
		if got, err := os.Readlink(s.store("toolchains", link)); got != want && runtime.GOOS != "windows" {
			t.Errorf("%s -> %q, %v; want %q", link, got, err, want)
		}
	}
	s.checkStaging()
}

// TestKilled kills an install at 30 moments spread over its whole run: what is
// listed is always whole, and the next install fixes the rest by itself.
func TestKilled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.run("install", "1.21.13") // which no kill may hurt
	killed := 0
	for i := range 30 {
		proxy, longest := s.server.Proxy(), 25*time.Millisecond
		if i%2 == 0 { // more often in the middle of the download
			proxy, longest = s.server.Bad(fetchtest.Slow+"=200000"), 250*time.Millisecond
		}
		cmd := s.command(proxy, "install", "1.22.4")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(rand.N(longest))
		_ = cmd.Process.Kill()
		if cmd.Wait() != nil {
			killed++
		}
		s.checkWhole()
		if i%3 == 0 {
			s.run("install", "1.22.4")
			s.checkStaging()
			s.run("uninstall", "1.22.4")
		} else if strings.Contains(s.run("list"), "go1.22.4") {
			s.run("uninstall", "1.22.4")
		}
	}
	t.Logf("%d of 30 were killed before their end", killed)
	if killed < 5 {
		t.Errorf("only %d of 30 were killed before their end", killed)
	}
	s.run("install", "1.22.4")
	if got := s.checkWhole(); got != 2 {
		t.Errorf("%d toolchains listed, want 2", got)
	}
	s.checkStaging()
	if _, err := os.Stat(s.store("bin", "go1.22.4"+toolchain.Exe)); err != nil {
		t.Error(err)
	}
}

// TestInterrupted sends SIGINT: the install ends at once, says so, and leaves
// nothing.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cmd := s.command(s.server.Bad(fetchtest.Stalled), "install", "1.22.4")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for s.server.Requests(".zip") == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 || !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("exit code %d, want 130; said %q", code, stderr.String())
	}
	s.checkStaging()
	if got := s.checkWhole(); got != 0 {
		t.Errorf("%d toolchains listed, want none", got)
	}
}

// TestInterruptedWarm sends SIGINT while the standard library is compiled: that ends,
// with what go has started, and the install stays.
func TestInterruptedWarm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.run("install", "1.22.4")
	program := s.store("toolchains", "go1.22.4", "bin", "go")
	pids, temp := filepath.Join(t.TempDir(), "pids"), t.TempDir()
	script := "#!/bin/sh\nsleep 600 &\necho $$ $! >" + pids + ".new; mv " + pids + ".new " + pids + "\nwait\n"
	if err := errors.Join(os.Chmod(filepath.Dir(program), 0o755), os.Chmod(program, 0o755), fetchtest.WriteProgram(program, []byte(script))); err != nil {
		t.Fatal(err)
	}
	cmd := s.command(s.server.Proxy(), "install", "--warm", "1.22.4")
	cmd.Env = append(cmd.Env, "TMPDIR="+temp)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	started, err := os.ReadFile(pids)
	for ; err != nil; started, err = os.ReadFile(pids) {
		time.Sleep(10 * time.Millisecond)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 || !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("exit code %d, want 130; said %q", code, stderr.String())
	}
	for _, pid := range strings.Fields(string(started)) {
		runs := true
		for end := time.Now().Add(5 * time.Second); runs && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			stat, err := os.ReadFile("/proc/" + pid + "/stat") // a signal takes its time
			runs = err == nil && !strings.Contains(string(stat), ") Z")
		}
		if runs {
			t.Errorf("process %s still runs", pid)
		}
	}
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	if list := s.run("list"); !strings.Contains(list, "go1.22.4") {
		t.Errorf("the install is gone: %s", list)
	}
}

// TestInterruptedTwice interrupts an install that waits for a lock without
// listening: the second signal ends it.
func TestInterruptedTwice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.run("install", "1.21.13") // makes the directory of the tree head
	head := filepath.Join(s.home, ".local", "state", "gosw", "sumdb", fetchtest.SumDBName, "latest.lock")
	unlock, err := lockedfile.MutexAt(head).Lock()
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	s.server.Reset()
	cmd := s.command(s.server.Proxy(), "install", "1.22.4")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for s.server.Requests(".zip") == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for range 50 {
		_ = cmd.Process.Signal(os.Interrupt)
		select {
		case err := <-done:
			if err == nil {
				t.Error("the install went on although it was interrupted")
			}
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
	_ = cmd.Process.Kill()
	t.Error("two interrupts did not end it")
}
