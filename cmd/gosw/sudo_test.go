//go:build linux

package main_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// user is one that only the test of sudo knows.
const user = 54321

// asSudoer makes $SUDOER a user who may run all with sudo, and /root another directory.
// It is in a mount namespace of its own, so nothing of this stays, and nobody else
// sees it.
const asSudoer = `set -eu
mount --make-rprivate /
sed "s#^root:.*#root:x:0:0:root:$ROOT_HOME:/bin/sh#" /etc/passwd >"$ROOT_HOME/passwd"
cp /etc/group "$ROOT_HOME/group"
cp -p /etc/shadow "$ROOT_HOME/shadow"
echo "sudoer:x:$SUDOER:$SUDOER::$HOME:/bin/sh" >>"$ROOT_HOME/passwd"
echo "sudoer:x:$SUDOER:" >>"$ROOT_HOME/group"
echo "sudoer:*:19000:0:99999:7:::" >>"$ROOT_HOME/shadow"
for file in passwd group shadow; do mount --bind "$ROOT_HOME/$file" "/etc/$file"; done
mount -t tmpfs -o mode=750 tmpfs /etc/sudoers.d
echo "sudoer ALL=(ALL) NOPASSWD:SETENV: ALL" >/etc/sudoers.d/sudoer
chmod 440 /etc/sudoers.d/sudoer
cd "$HOME"
exec setpriv --reuid="$SUDOER" --regid="$SUDOER" --clear-groups sh -c "$1"
`

// TestSudo runs the real sudo, with the distribution's own settings: docs/editors.md
// and docs/store.md say what becomes of PATH, of HOME and of the store.
func TestSudo(t *testing.T) {
	t.Parallel()
	needRoot(t)
	s, root := homeOf(t, user), homeOf(t, 0)
	store := s.store()
	sudo := func(script string) (said string, code int) {
		t.Helper()
		cmd := s.command(s.server.Proxy())
		cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", asSudoer, "sh", script}
		cmd.Env = append(cmd.Env, "HOME="+s.home, "PATH="+filepath.Join(store, "bin")+":"+programs+":/usr/bin:/bin",
			"ROOT_HOME="+root.home, "SUDOER="+strconv.Itoa(user), "GOSW="+filepath.Join(programs, "gosw"))
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return string(out), cmd.ProcessState.ExitCode()
	}

	// PATH is sudo's own, and has no gosw; HOME is root's, and so is the store.
	if said, code := sudo("sudo gosw --version"); code != 1 || !strings.Contains(said, "gosw: command not found") {
		t.Errorf("sudo gosw: exit code %d\n%s", code, said)
	}
	const settings = `sudo GOPROXY="$GOPROXY" GOSUMDB="$GOSUMDB" `
	if said, code := sudo(settings + `"$GOSW" install 1.22.4`); code != 0 || strings.Contains(said, "you are root") {
		t.Errorf("sudo gosw install: exit code %d\n%s", code, said)
	}
	if _, err := os.Stat(filepath.Join(root.store(), "toolchains", "go1.22.4", "bin", "go")); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(s.home); err != nil || len(entries) > 0 {
		t.Errorf("the user's home has %v, %v", entries, err)
	}

	// As docs/editors.md has it, root runs the user's go, and nothing changes hands.
	said, code := sudo(`gosw install 1.22.5 && gosw default 1.22 && sudo env "PATH=$PATH" "GOSW_ROOT=$HOME/.local/go" go version`)
	if code != 0 || !strings.Contains(said, "go version go1.22.5") {
		t.Errorf("sudo go version: exit code %d\n%s", code, said)
	}
	s.checkOwner(s.home, user)

	// With the user's HOME the store is not root's, which is said, with the command
	// to use instead.
	said, code = sudo(`sudo -E "$GOSW" install 1.21.13`)
	if code != 1 || !strings.Contains(said, "it belongs to sudoer, but you are root\n") || !strings.Contains(said, `"sudo -u sudoer gosw install 1.21.13"`) {
		t.Errorf("sudo -E gosw install: exit code %d\n%s", code, said)
	}
	s.checkOwner(store, user)

	// What root's other tools did there, the command that doctor prints fixes.
	said, code = sudo(`sudo chown -R 0 "$HOME/.local/go/toolchains/go1.22.5" && gosw uninstall 1.22.5`)
	if code == 0 || !strings.Contains(said, "go1.22.5: it belongs to root, but you are sudoer\n") {
		t.Errorf("uninstall of what is root's: exit code %d\n%s", code, said)
	}
	said, code = sudo("gosw doctor")
	fix := "sudo chown -R " + strconv.Itoa(user) + " " + store
	if code != 1 || !strings.Contains(said, "run: "+fix+"\n") {
		t.Fatalf("doctor: exit code %d\n%s", code, said)
	}
	if said, code := sudo(fix + ` && gosw verify && gosw uninstall 1.22.5`); code != 0 || !strings.Contains(said, "go1.22.5: ok") {
		t.Errorf("after %s: exit code %d\n%s", fix, code, said)
	}
	s.checkOwner(store, user)
}
