//go:build linux

package main_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// nobody is a user who is neither root nor, most likely, the one who tests.
const nobody = 65534

// homeOf makes a home directory that belongs to uid, where any user can reach it.
func homeOf(t *testing.T, uid int) *site {
	t.Helper()
	home, err := os.MkdirTemp("/tmp", "gosw-owner-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	if err := os.Chmod(home, 0o755); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(home, uid, uid); err != nil {
			t.Fatal(err)
		}
	}
	return &site{t: t, home: home, server: fetchtest.NewServer(t, toys...)}
}

// as runs gosw as another user, if root tests, else as the one who does.
func (s *site) as(uid int, args ...string) (said string, code int) {
	s.t.Helper()
	cmd := s.command(s.server.Proxy(), args...)
	if os.Geteuid() == 0 && uid != 0 {
		if coverage != "" {
			cmd.Env = append(cmd.Env, "GOCOVERDIR="+s.home) // the other one is not for this user
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	}
	out, _ := cmd.CombinedOutput()
	return string(out), cmd.ProcessState.ExitCode()
}

// checkOwner demands one owner of all below dir.
func (s *site) checkOwner(dir string, uid int) {
	s.t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && int(info.Sys().(*syscall.Stat_t).Uid) != uid {
			s.t.Errorf("%s does not belong to %d", path, uid)
		}
		return err
	})
	if err != nil {
		s.t.Error(err)
	}
}

func TestOwner(t *testing.T) {
	t.Parallel()
	uid := nobody
	if os.Geteuid() != 0 {
		uid = os.Getuid()
	}
	s := homeOf(t, uid)
	if said, code := s.as(uid, "install", "1.22.4"); code != 0 || strings.Contains(said, "root") {
		t.Errorf("install: exit code %d\n%s", code, said)
	}
	s.checkOwner(s.home, uid)
	s.checkWhole()
}

// needRoot is for what only root can set up.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		if os.Getenv("CI") != "" {
			t.Fatal("needs root")
		}
		t.Skip("needs root, as in CI")
	}
}

// TestRootInAnothersHome is what "sudo -E gosw install" does.
func TestRootInAnothersHome(t *testing.T) {
	t.Parallel()
	needRoot(t)
	s := homeOf(t, nobody)
	said, code := s.as(0, "install", "1.22.4")
	if code != 0 || !strings.Contains(said, "gosw: running as root, but "+s.home+" belongs to user 65534") || !strings.Contains(said, "hint: run gosw as that user") {
		t.Errorf("install: exit code %d\n%s", code, said)
	}
	// Then the user can use it, and is told why it can't be changed.
	if said, code := s.as(nobody, "list"); code != 0 || said != "go1.22.4\n" {
		t.Errorf("list: %q, exit code %d", said, code)
	}
	said, code = s.as(nobody, "install", "1.21.13")
	if code != 1 || !strings.Contains(said, "permission denied") || !strings.Contains(said, "hint: ") {
		t.Errorf("install as the user: exit code %d\n%s", code, said)
	}
	owner := homeOf(t, nobody)
	owner.as(nobody, "install", "1.22.4")
	if said, code := owner.as(0, "repair"); code != 0 || !strings.Contains(said, "gosw: running as root, but ") {
		t.Errorf("repair: exit code %d\n%s", code, said)
	}
	// It is the system's store for another user: root's, who looks after it.
	user := homeOf(t, nobody)
	user.system = s.store()
	for _, args := range [][]string{{"install", "1.22.4"}, {"default", "1.22"}, {"exec", "1.22", "--", "go", "version"}, {"prune"}} {
		if said, code := user.as(nobody, args...); code != 0 || strings.Contains(said, "denied") {
			t.Errorf("gosw %v upon a system's store: exit code %d\n%s", args, code, said)
		}
	}
	user.checkOwner(user.home, nobody)
	s.checkOwner(s.store(), 0)
	// Root in root's own home has nothing to be told.
	if said, _ := homeOf(t, 0).as(0, "install", "1.22.4"); strings.Contains(said, "running as root") {
		t.Errorf("root at home: %s", said)
	}
}
