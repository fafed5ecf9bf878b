//go:build !windows

package store

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestVerifyAsUser runs the tests of verifying and repairing as another user where
// root runs them, who may read everything.
func TestVerifyAsUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the tests themselves run as a user")
	}
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "test")
	data, err := os.ReadFile(os.Args[0])
	must(t, err, os.WriteFile(program, data, 0o755), os.Mkdir(filepath.Join(dir, "tmp"), 0o755), os.Chown(filepath.Join(dir, "tmp"), 65534, 65534))
	for parent := filepath.Dir(dir); parent != filepath.Clean(os.TempDir()); parent = filepath.Dir(parent) {
		must(t, os.Chmod(parent, 0o755)) // which is this test's own
	}
	cmd := exec.Command(program, "-test.run=^Test(Verify|Repair)", "-test.v")
	cmd.Dir = filepath.Join(dir, "tmp")
	cmd.Env = append(os.Environ(), "TMPDIR="+cmd.Dir, "HOME="+cmd.Dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
