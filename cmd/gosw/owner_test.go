//go:build linux

package main_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
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
	home := fieldDir(t)
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
	return s.asMember(uid, uid, nil, args...)
}

// asMember is as with a group, and with more of an environment.
func (s *site) asMember(uid, gid int, env []string, args ...string) (said string, code int) {
	s.t.Helper()
	cmd := s.command(s.server.Proxy(), args...)
	cmd.Env = append(cmd.Env, env...)
	if os.Geteuid() == 0 && uid != 0 {
		if coverage != "" {
			cmd.Env = append(cmd.Env, "GOCOVERDIR="+s.home) // the other one is not for this user
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
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
	if code != 0 || !strings.Contains(said, "gosw: store "+s.store()+": the directory "+s.home+" above it belongs to nobody, but you are root\n") || !strings.Contains(said, "run gosw as that user") {
		t.Errorf("install: exit code %d\n%s", code, said)
	}
	// Then the user can use it, and is told why it can't be changed.
	if said, code := s.as(nobody, "list"); code != 0 || said != "go1.22.4\n" {
		t.Errorf("list: %q, exit code %d", said, code)
	}
	said, code = s.as(nobody, "install", "1.21.13")
	if code != 1 || !strings.Contains(said, "it belongs to root, but you are nobody\n") || !strings.Contains(said, `"sudo chown -R 65534 `+s.store()+`"`) {
		t.Errorf("install as the user: exit code %d\n%s", code, said)
	}
	owner := homeOf(t, nobody)
	owner.as(nobody, "install", "1.22.4")
	for _, args := range [][]string{{"install", "1.22.4"}, {"repair"}, {"verify"}, {"prune"}, {"default", "1.22"}, {"exec", "1.22", "--", "go", "version"}} {
		said, code := owner.as(0, args...)
		if code != 1 || said != "gosw: store "+owner.store()+": it belongs to nobody, but you are root\n"+
			`gosw: hint: run gosw as its owner: "sudo -u nobody gosw `+strings.Join(args, " ")+"\"\n" {
			t.Errorf("gosw %v: exit code %d\n%s", args, code, said)
		}
	}
	if said, code := owner.as(0, "list"); code != 0 || !strings.Contains(said, "it belongs to nobody, but you are root\n") || !strings.HasSuffix(said, "go1.22.4\n") {
		t.Errorf("list: exit code %d\n%s", code, said)
	}
	owner.checkOwner(owner.home, nobody)
	// It is the system store for another user: root's, who looks after it.
	user := homeOf(t, nobody)
	user.system = s.store()
	for _, args := range [][]string{{"install", "1.22.4"}, {"default", "1.22"}, {"exec", "1.22", "--", "go", "version"}, {"prune"}} {
		if said, code := user.as(nobody, args...); code != 0 || strings.Contains(said, "denied") {
			t.Errorf("gosw %v upon a system store: exit code %d\n%s", args, code, said)
		}
	}
	user.checkOwner(user.home, nobody)
	s.checkOwner(s.store(), 0)
	// Root in root's own home has nothing to be told.
	if said, _ := homeOf(t, 0).as(0, "install", "1.22.4"); strings.Contains(said, "you are root") {
		t.Errorf("root at home: %s", said)
	}
}

// TestOwnedByAnother has stores that belong to others, and ways to one's own that
// do.
func TestOwnedByAnother(t *testing.T) {
	t.Parallel()
	needRoot(t)
	theirs, roots, mine := homeOf(t, thief), homeOf(t, 0), homeOf(t, user)
	theirs.as(thief, "install", "1.22.4")
	roots.as(0, "install", "1.22.4")
	mine.as(user, "install", "1.22.4")
	between := filepath.Join(theirs.home, "between")
	check(t, errors.Join(os.Mkdir(between, 0o755), os.Chown(between, user, user)))
	open, sticky := filepath.Join(mine.home, "open"), filepath.Join(mine.home, "sticky")
	check(t, errors.Join(os.Mkdir(open, 0o755), os.Chmod(open, 0o777), os.Mkdir(sticky, 0o755), os.Chmod(sticky, 0o777|fs.ModeSticky)))

	const refused = 1
	for _, test := range []struct {
		env  string
		args string
		code int
		want string // of what is said, "" for no word of a store
	}{
		{"GOSW_ROOT=" + theirs.store(), "exec 1.22.4 -- go version", refused, `use a store of your own: "unset GOSW_ROOT"`},
		{"GOSW_ROOT=" + theirs.store(), "verify", refused, "it belongs to user 54322, but you are user 54321\n"},
		{"GOSW_ROOT=" + theirs.store(), "shim go version", 127, "it belongs to user 54322"},
		{"GOSW_ROOT=" + theirs.store(), "list", 0, "it belongs to user 54322"},
		{"GOSW_ROOT=" + theirs.store(), "which go", 1, "it belongs to user 54322"},
		{"HOME=" + theirs.home, "install 1.22.5", refused, "set GOSW_ROOT to a directory of your own\n"},
		{"GOSW_SYSTEM_ROOT=" + theirs.store(), "install 1.22.5", refused, `"unset GOSW_SYSTEM_ROOT"`},
		{"GOSW_SYSTEM_ROOT=" + theirs.store(), "exec 1.22.4 -- go version", refused, `"unset GOSW_SYSTEM_ROOT"`},
		{"GOSW_SYSTEM_ROOT=" + roots.store(), "exec 1.22.4 -- go version", 0, ""},
		{"GOSW_ROOT=" + roots.store(), "exec 1.22.4 -- go version", 0, ""},
		{"GOSW_ROOT=" + roots.store(), "uninstall 1.22.4", refused, "but not change it: set GOSW_SYSTEM_ROOT to it"},
		{"GOSW_ROOT=" + roots.store(), "install 1.22.5", refused, "but not change it: set GOSW_SYSTEM_ROOT to it"},
		{"GOSW_ROOT=" + between + "/store", "install 1.22.4", 0, "the directory " + theirs.home + " above it belongs to user 54322, but you are user 54321\n"},
		{"GOSW_ROOT=" + between + "/store", "exec 1.22.4 -- go version", 0, ""},
		{"GOSW_ROOT=" + open + "/store", "install 1.22.4", refused, `every user can write to it (mode 0777)`},
		{"GOSW_ROOT=" + open + "/store", "list", 0, `"chmod go-w ` + open + `"`},
		{"GOSW_ROOT=" + sticky + "/store", "install 1.22.4", 0, ""},
	} {
		said, code := mine.asMember(user, user, []string{test.env}, strings.Fields(test.args)...)
		if code != test.code || test.want != "" && !strings.Contains(said, test.want) || test.want == "" && strings.Contains(said, "gosw: store ") {
			t.Errorf("%s gosw %s: exit code %d\n%s", test.env, test.args, code, said)
		}
	}
	theirs.checkOwner(theirs.store(), thief)
	roots.checkOwner(roots.store(), 0)
}

// TestRootsGroup has the images in which the user of a container is any number, and
// of root's group: what was installed before runs, and what writes says what to do.
func TestRootsGroup(t *testing.T) {
	t.Parallel()
	needRoot(t)
	for _, builder := range []int{0, 1001} {
		s := homeOf(t, builder)
		s.as(builder, "install", "1.22.4")
		s.as(builder, "default", "1.22")
		if out, err := exec.Command("sh", "-c", `chgrp -R 0 "$1" && chmod -R g=u "$1"`, "sh", s.home).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		const anybody = 1000660000
		for _, args := range []string{"exec -- go version", "exec ~>1.22.1 -- go version", "shim go version", "list", "current", "which", "env", "init bash", "install 1.22.4"} {
			if said, code := s.asMember(anybody, 0, nil, strings.Fields(args)...); code != 0 || strings.Contains(said, "gosw: store ") {
				t.Errorf("built by %d: gosw %s: exit code %d\n%s", builder, args, code, said)
			}
		}
		for _, args := range []string{"install 1.22.5", "uninstall 1.22.4", "default 1.22.4", "prune"} {
			said, code := s.asMember(anybody, 0, nil, strings.Fields(args)...)
			if code != 1 || !strings.Contains(said, "but you are user 1000660000\n") || !strings.Contains(said, "GOSW_ROOT to a directory of your own") || strings.Contains(said, "sudo") {
				t.Errorf("built by %d: gosw %s: exit code %d\n%s", builder, args, code, said)
			}
		}
		own := []string{"GOSW_SYSTEM_ROOT=" + s.store(), "GOSW_ROOT=" + filepath.Join(s.home, "own"), "XDG_STATE_HOME=" + filepath.Join(s.home, "state")}
		if said, code := s.asMember(anybody, 0, own, "install", "1.22.5"); code != 0 {
			t.Errorf("built by %d: a store upon it: exit code %d\n%s", builder, code, said)
		}
	}
}
