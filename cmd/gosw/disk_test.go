//go:build linux

package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// insideVariable tells the test binary that it is in a mount namespace of its
// own; its value is the directory with the programs.
const insideVariable = "GOSW_TEST_NAMESPACE"

// TestSmallDisk installs onto file systems that are full after so many
// kilobytes or files: a tmpfs, in a mount namespace that this test starts
// itself in again. It is root's own, or one of a user namespace.
func TestSmallDisk(t *testing.T) {
	if os.Getenv(insideVariable) != "" {
		smallDisks(t)
		return
	}
	t.Parallel()
	user := &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	ways := []*syscall.SysProcAttr{{Cloneflags: syscall.CLONE_NEWNS}, user}
	if os.Getuid() != 0 {
		ways = ways[1:]
	}
	var errs []error
	for _, way := range ways {
		cmd := exec.Command("/proc/self/exe", "-test.run=^TestSmallDisk$", "-test.v")
		cmd.Env = append(os.Environ(), insideVariable+"="+programs)
		cmd.SysProcAttr = way
		out, err := cmd.CombinedOutput()
		if err == nil {
			t.Logf("%s", out)
			return
		}
		errs = append(errs, fmt.Errorf("%w\n%s", err, out))
		if bytes.Contains(out, []byte("--- FAIL")) && !bytes.Contains(out, []byte("mount tmpfs")) {
			break // it is not for want of a file system
		}
	}
	// Not a skip: whoever can't run it has not tested what a full disk does.
	t.Fatal(errors.Join(errs...))
}

func smallDisks(t *testing.T) {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Fatalf("mount /: %v", err)
	}
	server := fetchtest.NewServer(t, toys...)
	counts := make(map[string]int)
	for kilobytes := 16; kilobytes <= 340; kilobytes += 4 {
		counts[smallDisk(t, server, fmt.Sprintf("size=%dk", kilobytes))]++
	}
	for inodes := 4; inodes <= 90; inodes += 2 {
		counts[smallDisk(t, server, fmt.Sprintf("size=2m,nr_inodes=%d", inodes))]++
	}
	for kilobytes := 16; kilobytes <= 340; kilobytes += 12 {
		counts[smallDiskInto(t, server, fmt.Sprintf("size=%dk", kilobytes))]++
	}
	smallCache(t, server)
	t.Logf("%v", counts)
	if counts["full"] < 60 || counts["done"] < 10 {
		t.Errorf("%d were full and %d were not: the sizes don't fit", counts["full"], counts["done"])
	}
}

// smallDisk installs onto a small file system, which has all of HOME, and
// returns whether that was "done" or it was "full". Then nothing may be left but
// directories, locks, and the proxy's answers in the cache.
func smallDisk(t *testing.T, server *fetchtest.Server, size string) string {
	t.Helper()
	s := &site{t: t, home: t.TempDir(), server: server}
	if err := unix.Mount("tmpfs", s.home, "tmpfs", 0, size); err != nil {
		t.Fatalf("mount tmpfs: %v", err)
	}
	defer func() {
		if err := unix.Unmount(s.home, 0); err != nil {
			t.Errorf("unmount: %v", err) // somebody still has a file open there
		}
	}()
	out, err := s.command(server.Proxy(), "install", "1.22.4").CombinedOutput()
	if err == nil {
		if got := s.checkWhole(); got != 1 {
			t.Errorf("%s: %d toolchains listed, want 1", size, got)
		}
		return "done"
	}
	text := string(out)
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 ||
		!strings.Contains(text, "no space left") || !strings.Contains(text, "hint: free some space") || strings.Contains(text, "panic") {
		t.Errorf("%s: %v\n%s", size, err, out)
	}
	if entries, _ := os.ReadDir(s.store("staging")); len(entries) > 0 {
		t.Errorf("%s: staging has %v", size, entries)
	}
	if got := s.checkWhole(); got != 0 { // a part of it may be linked, none may be listed
		return s.checkFullLate(size)
	}
	if entries, _ := os.ReadDir(s.store("receipts")); len(entries) > 0 {
		t.Errorf("%s: receipts has %v", size, entries)
	}
	s.checkRoom(size)
	return "full"
}

// smallDiskInto is smallDisk for "gosw install --into DIR", of which nothing may be left but
// the directory that DIR is in.
func smallDiskInto(t *testing.T, server *fetchtest.Server, size string) string {
	t.Helper()
	f := &field{site: &site{t: t, home: t.TempDir(), server: server}}
	if err := unix.Mount("tmpfs", f.home, "tmpfs", 0, size); err != nil {
		t.Fatalf("mount tmpfs: %v", err)
	}
	defer func() {
		if err := unix.Unmount(f.home, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	}()
	dir := filepath.Join(f.home, "img", "go")
	out, err := f.command(server.Proxy(), "install", "--into", dir, "1.22.4").CombinedOutput()
	if there := f.checkInto(dir); there != (err == nil) || err != nil && !strings.Contains(string(out), "no space left") {
		t.Errorf("into, %s: there: %t, %v\n%s", size, there, err, out)
	}
	entries, _ := os.ReadDir(filepath.Dir(dir))
	if err == nil {
		if len(entries) != 1 {
			t.Errorf("into, %s: beside it are %v", size, entries)
		}
		return "done"
	}
	if len(entries) > 0 {
		t.Errorf("into, %s: left %v", size, entries)
	}
	if err := unix.Mount("tmpfs", f.home, "tmpfs", unix.MS_REMOUNT, "size=4m"); err != nil {
		t.Fatalf("remount: %v", err)
	}
	f.run("install", "--into", dir, "1.22.4")
	if !f.checkInto(dir) {
		t.Errorf("into, %s: not there after making room", size)
	}
	return "full"
}

// smallCache serves a store with no room to pack: clients are told that it is not available, until
// there is.
func smallCache(t *testing.T, server *fetchtest.Server) {
	t.Helper()
	s := &site{t: t, home: t.TempDir(), server: server}
	s.run("install", "1.22.4")
	cache := filepath.Join(s.home, ".cache")
	if err := unix.Mount("tmpfs", cache, "tmpfs", 0, "size=12k"); err != nil {
		t.Fatalf("mount tmpfs: %v", err)
	}
	v := s.serve()
	zip := v.url + "/golang.org/toolchain/@v/v0.0.1-go1.22.4." + platform() + ".zip"
	if status, body := get(t, zip); status != http.StatusServiceUnavailable {
		t.Errorf("%d, %s", status, body)
	}
	if status, _ := get(t, v.url+"/healthz"); status != http.StatusOK {
		t.Errorf("healthz: %d", status)
	}
	if err := unix.Mount("tmpfs", cache, "tmpfs", unix.MS_REMOUNT, "size=4m"); err != nil {
		t.Fatal(err)
	}
	if status, body := get(t, zip); status != http.StatusOK {
		t.Errorf("with room: %d, %s", status, body)
	}
	if said := v.stop(t); !strings.Contains(said, "no space left") {
		t.Errorf("it said:\n%s", said)
	}
	if err := unix.Unmount(cache, 0); err != nil {
		t.Error(err)
	}
}

// checkFullLate is for a disk that was full when all was there but a link.
func (s *site) checkFullLate(size string) string {
	s.t.Helper()
	s.run("list")
	if _, err := os.Stat(s.store("toolchains", "go1.22.4", "bin", "go")); err != nil {
		s.t.Errorf("%s: %v", size, err)
	}
	return "late"
}

// checkRoom makes room and installs: the store was left in order.
func (s *site) checkRoom(size string) {
	s.t.Helper()
	room := "size=4m,nr_inodes=0"
	if err := unix.Mount("tmpfs", s.home, "tmpfs", unix.MS_REMOUNT, room); err != nil {
		s.t.Fatalf("remount: %v", err)
	}
	s.run("install", "1.22.4")
	if got := s.checkWhole(); got != 1 {
		s.t.Errorf("%s: %d toolchains listed after making room, want 1", size, got)
	}
	s.checkStaging()
}
