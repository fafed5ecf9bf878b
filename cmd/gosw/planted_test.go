//go:build linux

package main_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// thief is another user than the one that runs gosw, who is user.
const thief = 54322

// A place is a path of a store at which something is planted.
type place struct {
	path string
	kind string // what a store can't be used without, what is run of it, or other
}

var places = []place{
	{"", "needed"}, {"toolchains", "needed"}, {"bin", "needed"}, {"receipts", "needed"}, {"locks", "needed"},
	{"staging", "needed"}, {"platforms", "needed"}, {"format", "needed"}, {"default", "needed"}, {"pins", "needed"},
	{"toolchains/go1.22.4", "run"}, {"toolchains/go1.22.4/bin", "run"}, {"toolchains/go1.22.4/bin/go", "run"},
	{"toolchains/go1.22.4/VERSION", ""}, {"toolchains/go1.22.5", ""}, {"toolchains/1.22", ""}, {"toolchains/latest", ""},
	{"bin/go", ""}, {"bin/go1.22.4", ""}, {"receipts/go1.22.4.json", ""}, {"receipts/go1.22.4.sums", ""},
	{"locks/store.lock", ""}, {"locks/go1.22.4.lock", ""}, {"locks/go1.22.5.lock", ""},
	{"staging/go1.22.4.123", ""}, {"staging/go1.21.0.5", ""}, {"staging/store.7", ""},
}

// plants are what is put there. The last one needs no thief but a hand that slipped.
var plants = []string{"link to a file", "link to a directory", "dangling link", "pipe", "socket", "another's", "directory for all"}

// plant puts what at path. Links lead to what belongs to the user, in home.
func plant(t *testing.T, what, path, home string) {
	t.Helper()
	info, err := os.Lstat(path)
	if what == "directory for all" && err == nil && info.IsDir() {
		check(t, os.Chmod(path, 0o777))
		return
	}
	if what == "another's" && err == nil {
		check(t, os.Lchown(path, thief, thief))
		return
	}
	check(t, os.RemoveAll(path))
	switch what {
	case "link to a file":
		err = os.Symlink(filepath.Join(home, "precious"), path)
	case "link to a directory":
		err = os.Symlink(filepath.Join(home, "sdk"), path)
	case "dangling link":
		err = os.Symlink(filepath.Join(home, "new"), path)
	case "pipe":
		err = syscall.Mkfifo(path, 0o666)
	case "socket":
		var l net.Listener
		if l, err = net.Listen("unix", short(t, path)); err == nil {
			l.(*net.UnixListener).SetUnlinkOnClose(false)
			err = l.Close()
		}
	case "another's":
		err = os.WriteFile(path, []byte("thief's"), 0o666)
	case "directory for all":
		if err = os.Mkdir(path, 0o777); err == nil {
			err = os.Chmod(path, 0o777)
		}
	}
	check(t, err)
	check(t, os.Lchown(path, thief, thief))
}

// short returns a path to the same place that is short enough for a socket.
func short(t *testing.T, path string) string {
	t.Helper()
	dir, err := os.Open(filepath.Dir(path))
	check(t, err)
	t.Cleanup(func() { _ = dir.Close() })
	return fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(path))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A planted command is one that meets what is planted.
type plantedCommand struct {
	kind string // shows, reads, runs, writes or, to the store of another platform, adds
	args []string
	few  bool // it takes long, or is like another: it meets two plants
}

const all, few = false, true

var plantedCommands = []plantedCommand{
	{"shows", []string{"list"}, all}, {"shows", []string{"list", "--size", "--json"}, few}, {"shows", []string{"current"}, all},
	{"shows", []string{"which"}, all}, {"shows", []string{"why"}, all}, {"shows", []string{"env"}, few}, {"shows", []string{"size"}, all},
	{"shows", []string{"default"}, few}, {"shows", []string{"prune", "--dry-run"}, all}, {"shows", []string{"outdated", "--offline"}, few},
	{"shows", []string{"audit", "--offline"}, few}, {"shows", []string{"doctor"}, few},
	{"reads", []string{"verify"}, all}, {"reads", []string{"init", "bash"}, all},
	{"runs", []string{"exec", "1.22.4", "--", "go", "version"}, all}, {"runs", []string{"shim", "go", "version"}, all},
	{"runs", []string{"env", "--direnv"}, all},
	{"writes", []string{"install", "1.22.5"}, all}, {"adds", []string{"install", "--platform", "windows/arm64", "1.22.4"}, all},
	{"writes", []string{"uninstall", "1.22.4"}, all}, {"writes", []string{"repair"}, all}, {"writes", []string{"prune"}, all},
	{"writes", []string{"default", "1.21"}, all}, {"writes", []string{"default", "--unset"}, few}, {"writes", []string{"upgrade", "1.21"}, few},
}

// A scene is a user's home, with a store in it or elsewhere, and what must not change.
type scene struct {
	*site
	uid      int    // whose store it is
	root     string // of the store
	template string // a copy of it
	outside  string // all else, as it was
}

func newScene(t *testing.T, uid int) *scene {
	t.Helper()
	s := homeOf(t, user)
	sc := &scene{site: s, uid: uid, root: s.store(), template: s.home + ".template"}
	t.Cleanup(func() { _ = os.RemoveAll(sc.template) })
	for _, args := range [][]string{{"install", "1.21.13", "1.22.4"}, {"default", "1.22"}, {"init", "bash"}} {
		if said, code := s.as(user, args...); code != 0 {
			t.Fatalf("gosw %v: exit code %d\n%s", args, code, said)
		}
	}
	script := `set -e; cd "$HOME"
mkdir -p sdk/go1.21.9.123/bin sdk/go1.22.4/bin sdk/go1.22.4.123 sdk/store.7 sdk/windows-arm64
echo precious >precious; echo 1 >sdk/go1.21.9.123/bin/go; echo 2 >sdk/go1.22.4/bin/go; echo 3 >sdk/store.7/link; echo 4 >sdk/go1.22.4.json
echo 1.22.4 >.go-version; printf 'module x\n\ngo 1.22\n' >go.mod; echo "$HOME/.go-version" >.local/go/pins
mkdir -p .local/go/platforms .local/go/staging/go1.22.4.123 .local/go/staging/store.7
chown -R ` + fmt.Sprint(user) + ` .; chown -R ` + fmt.Sprint(uid) + ` .local/go; cp -a .local/go "$HOME.template"`
	cmd := exec.Command("sh", "-c", script)
	cmd.Env = append(os.Environ(), "HOME="+s.home)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	sc.outside = sc.seen()
	return sc
}

// seen describes all that a command must leave alone, byte for byte.
func (sc *scene) seen() string {
	return picture(sc.t, sc.home, func(path string) bool {
		return path == sc.root || path == filepath.Join(sc.home, ".cache") || path == filepath.Join(sc.home, ".local", "state")
	})
}

// picture describes what is below dir: types, modes, owners, contents, targets.
func picture(t *testing.T, dir string, without func(string) bool) string {
	t.Helper()
	var text strings.Builder
	check(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if without(path) && entry != nil && entry.IsDir() {
			return fs.SkipDir
		} else if without(path) {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		content := ""
		switch {
		case info.Mode().IsRegular():
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			content = fmt.Sprintf("%x", sha256.Sum256(data))
		case info.Mode()&fs.ModeSymlink != 0:
			content, _ = os.Readlink(path)
		}
		fmt.Fprintln(&text, path, info.Mode(), info.Sys().(*syscall.Stat_t).Uid, content)
		return nil
	}))
	return text.String()
}

// traps reports whether go of the store is not to be run: it leaves a trace outside.
func (sc *scene) traps(at place) bool { return sc.uid != user || at.kind != "" }

// restore makes the store what it was, with what planted at a place of it.
func (sc *scene) restore(what string, at place) (before string) {
	sc.t.Helper()
	path := at.path
	check(sc.t, os.RemoveAll(sc.root))
	if out, err := exec.Command("cp", "-a", sc.template, sc.root).CombinedOutput(); err != nil {
		sc.t.Fatalf("cp: %v\n%s", err, out)
	}
	plant(sc.t, what, filepath.Join(sc.root, path), sc.home)
	program := filepath.Join(sc.root, "toolchains", "go1.22.4", "bin", "go")
	physical, _ := filepath.EvalSymlinks(program)
	if info, err := os.Lstat(program); err == nil && info.Mode().IsRegular() && physical == program && sc.traps(at) {
		check(sc.t, fetchtest.WriteProgram(program, []byte("#!/bin/sh\n: >\"$HOME/ran\"\n")))
	}
	return sc.store0()
}

func (sc *scene) store0() string { return picture(sc.t, sc.root, func(string) bool { return false }) }

// bounded is as, but for what waits for ever.
func (sc *scene) bounded(cell string, args ...string) (said string, code int) {
	sc.t.Helper()
	ctx, cancel := context.WithTimeout(sc.t.Context(), time.Minute)
	defer cancel()
	base := sc.command(sc.server.Proxy(), args...)
	cmd := exec.CommandContext(ctx, base.Path, args...)
	cmd.Env, cmd.Dir = append(base.Env, "GOSW_ROOT="+sc.root, "GOSW_SOURCE=proxy", "GOSW_AUTO_INSTALL=never", "GOMAXPROCS=1"), base.Dir
	if coverage != "" {
		cmd.Env = append(cmd.Env, "GOCOVERDIR="+filepath.Join(sc.home, ".cache"))
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		sc.t.Fatal(err)
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		sc.t.Errorf("%s has not ended after a minute\n%s", cell, out)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// TestPlanted has each path of a store replaced by what a thief could plant there,
// in the user's own store and in one of the thief's, and each command meet it. What
// is outside of the store stays as it was; commands that show change nothing;
// nothing hangs; and a store that others could change is neither written to nor run.
func TestPlanted(t *testing.T) {
	t.Parallel()
	needRoot(t)
	var cells atomic.Int64
	t.Run("stores", func(t *testing.T) {
		for _, uid := range []int{user, thief} {
			var next atomic.Int64
			for range 2 { // processors
				t.Run(fmt.Sprint("of ", uid), func(t *testing.T) {
					t.Parallel()
					sc := newScene(t, uid)
					for i := int(next.Add(1) - 1); i < len(places); i = int(next.Add(1) - 1) {
						cells.Add(sc.meetAll(places[i]))
					}
				})
			}
		}
	})
	t.Logf("%d cells", cells.Load())
}

// meetAll has each command meet each plant at a place.
func (sc *scene) meetAll(at place) (cells int64) {
	sc.t.Helper()
	what := plants
	if sc.uid == thief {
		if at.kind != "needed" && !strings.HasPrefix(at.path, "locks/") && !strings.HasPrefix(at.path, "staging/") {
			return 0 // no command comes that far
		}
		what = plants[:2]
	}
	for _, what := range what {
		before := sc.restore(what, at)
		for _, c := range plantedCommands {
			if c.few && what != "link to a directory" && what != "another's" {
				continue
			}
			cells++
			cell := fmt.Sprintf("store of %d, %s at %q, gosw %s", sc.uid, what, at.path, strings.Join(c.args, " "))
			said, code := sc.bounded(cell, c.args...)
			after := sc.store0()
			if now := sc.seen(); now != sc.outside {
				sc.t.Fatalf("%s changed what is outside of the store: %s", cell, difference(sc.outside, now))
			}
			if strings.Contains(said, "goroutine ") {
				sc.t.Errorf("%s: %s", cell, said)
			}
			if c.kind == "shows" && after != before {
				sc.t.Errorf("%s changed the store: %s", cell, difference(before, after))
			}
			told := strings.Contains(said, "store "+sc.root) && (strings.Contains(said, "gosw: hint: ") || c.args[0] == "doctor")
			if must := (at.kind == "needed" || sc.uid == thief) && (c.kind != "adds" || at.path == "" || at.path == "platforms"); must && !told {
				sc.t.Errorf("%s says nothing of it: exit code %d\n%s", cell, code, said)
			} else if must && c.kind != "shows" && (code == 0 || after != before) {
				sc.t.Errorf("%s went on: exit code %d, %s\n%s", cell, code, difference(before, after), said)
			}
			if at.kind == "run" && c.kind == "runs" && code == 0 {
				sc.t.Errorf("%s ran it\n%s", cell, said)
			}
			if after != before {
				before = sc.restore(what, at)
			}
		}
	}
	return cells
}

// difference names the first lines of two pictures that differ.
func difference(before, after string) string {
	old, now := strings.Split(before, "\n"), strings.Split(after, "\n")
	for _, line := range old {
		if !slices.Contains(now, line) {
			return "- " + line
		}
	}
	for _, line := range now {
		if !slices.Contains(old, line) {
			return "+ " + line
		}
	}
	return "nothing"
}
