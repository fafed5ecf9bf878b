//go:build linux

package main_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestSelfMixed has a gosw-shim and a gosw of two versions, as a killed "make
// install" leaves them: the shim does its work, and what it hands over is done.
func TestSelfMixed(t *testing.T) {
	t.Parallel()
	w := newWorks(t)
	for shim, gosw := range map[string]string{oldGosw: newGosw, newGosw: oldGosw} {
		c := w.install(t, gosw)
		c.copyFile(filepath.Join(w.bin(shim), "gosw-shim"), "bin/gosw-shim", 0o755)
		if code, _, stderr := c.gosw("install", strings.TrimPrefix(runtime.Version(), "go")); code != 0 {
			t.Fatal(stderr)
		}
		for format, want := range map[string]string{"1\n": "", "2\n": "this gosw knows format 1"} { // of tomorrow
			if err := os.WriteFile(c.store("format"), []byte(format), 0o644); err != nil {
				t.Fatal(err)
			}
			for pin, said := range map[string]string{runtime.Version(): runtime.Version(), "1.1": "go1.1 is not installed"} {
				cmd := c.cmd("version")
				cmd.Path, cmd.Args[0] = c.store("bin", "go"), "go"
				cmd.Env = append(cmd.Env, "GO_VERSION="+pin, "GOSW_AUTO_INSTALL=never")
				if out, _ := cmd.CombinedOutput(); !strings.Contains(string(out), said) {
					t.Errorf("shim %s, gosw %s, format %q, GO_VERSION=%s: %v\n%s", shim, gosw, format, pin, cmd.ProcessState, out)
				}
			}
			if _, _, stderr := c.gosw("install", runtime.Version()); !strings.Contains(stderr, want) {
				t.Errorf("gosw %s, format %q:\n%s", gosw, format, stderr)
			}
		}
	}
}

// TestSelfManaged has copies that are not for gosw to change.
func TestSelfManaged(t *testing.T) {
	t.Parallel()
	w := newWorks(t)
	for _, test := range []struct {
		name           string
		place          func(c *copied)
		stderr, update string
		remove         string
	}{
		{"dpkg", func(c *copied) {
			status := "Package: gosw\nStatus: install ok installed\nMaintainer: x <x@example.org>\nArchitecture: all\nVersion: 0.1.0\nDescription: x\n\n"
			admin := filepath.Join(c.home, "dpkg")
			for name, text := range map[string]string{"status": status, "info/gosw.list": c.prefix + "/bin/gosw\n", "available": "", "info/format": "1\n"} {
				file := filepath.Join(admin, name)
				if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			c.env = []string{"DPKG_ADMINDIR=" + admin}
		}, "belongs to dpkg", `run "sudo apt-get install --only-upgrade gosw"`, `run "sudo apt-get remove gosw"`},
		{"brew", func(c *copied) {
			c.move("Cellar/gosw/0.1.0")
		}, "belongs to Homebrew", `run "brew upgrade gosw"`, `run "brew uninstall gosw"`},
		{"not in bin", func(c *copied) {
			if err := os.Rename(filepath.Join(c.prefix, "bin"), filepath.Join(c.prefix, "tools")); err != nil {
				t.Fatal(err)
			}
			c.program = "tools/gosw"
		}, "its directory is not called bin", "move it", "move it"},
		{"closed", func(c *copied) {
			for _, dir := range []string{filepath.Join(c.prefix, "bin"), c.prefix} {
				if err := os.Chmod(dir, 0o555); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })
			}
			c.nobody = true
			if err := os.Chmod(c.home, 0o755); err != nil {
				t.Fatal(err)
			}
		}, "permission denied", "sudo", "sudo"},
	} {
		t.Run(strings.ReplaceAll(test.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			c := w.install(t, oldGosw)
			w.release(t, c.base, newGosw, w.draft(t, newGosw, w.bin(newGosw)))
			test.place(c)
			before := c.listing()
			for command, hint := range map[string]string{"update": test.update, "uninstall": test.remove} {
				code, _, stderr := c.gosw("self", command)
				if code != 5 || !strings.Contains(stderr, test.stderr) || !strings.Contains(stderr, hint) {
					t.Errorf("%s: exit code %d, want 5, %q and %q\n%s", command, code, test.stderr, hint, stderr)
				}
			}
			if after := c.listing(); after != before {
				t.Errorf("it has changed\n%s\nto\n%s", before, after)
			}
		})
	}
}

// TestSelfDevelopment has what "make" builds: no version, no key.
func TestSelfDevelopment(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, args := range [][]string{{"self", "update"}, {"self", "update", "--check"}, {"self", "verify"}} {
		cmd := s.command(s.server.Proxy(), args...)
		out, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != 5 || !strings.Contains(string(out), "this gosw is a development build") {
			t.Errorf("%v: %v\n%s", args, cmd.ProcessState, out)
		}
	}
}

// TestSelfUninstall takes away what init, install and update have put in place, and
// nothing else.
func TestSelfUninstall(t *testing.T) {
	t.Parallel()
	w := newWorks(t)
	for _, updated := range []bool{false, true} {
		c := w.install(t, oldGosw)
		w.release(t, c.base, newGosw, w.draft(t, newGosw, w.bin(newGosw)))
		must := func(args ...string) {
			t.Helper()
			if code, _, stderr := c.gosw(args...); code != 0 {
				t.Fatalf("gosw %v: exit code %d\n%s", args, code, stderr)
			}
		}
		rc := map[string]string{".bashrc": "# mine\n", ".zshrc": "# mine, too"}
		for name, text := range rc {
			if err := os.WriteFile(filepath.Join(c.home, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		version := strings.TrimPrefix(runtime.Version(), "go")
		must("install", version)
		must("init", "bash", "--install")
		must("init", "zsh", "--install")
		must("init", "fish", "--install")
		must("init", "direnv", "--install")
		if updated {
			must("self", "update")
		}
		if code, _, stderr := c.gosw("self", "uninstall"); code != 0 || !strings.Contains(stderr, "toolchains, cache and settings are still there") ||
			!strings.Contains(stderr, "rm -r "+c.store()+" "+c.home+"/.cache/gosw "+c.home+"/.local/state/gosw") {
			t.Errorf("exit code %d\n%s", code, stderr)
		}
		for name, text := range rc {
			if data, err := os.ReadFile(filepath.Join(c.home, name)); err != nil || string(data) != text {
				t.Errorf("%s has %q, %v", name, data, err)
			}
		}
		if left := c.listing(); strings.Contains(left, "gosw") || !strings.Contains(left, "share/man/man1/other.1") {
			t.Errorf("it left\n%s", left)
		}
		if found, _ := exec.Command("find", c.home, "-name", "*gosw*").Output(); strings.Contains(string(found), "config.fish") || strings.Contains(string(found), "direnv") {
			t.Errorf("it left\n%s", found)
		}
		if _, err := os.Stat(c.store("toolchains", "go"+version, "bin", "go")); err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(c.store("bin", "go")); err == nil {
			t.Error("the shim leads to nothing")
		}
		purged := w.install(t, oldGosw)
		purged.home, purged.prefix = c.home, filepath.Join(c.home, "my local")
		for _, name := range []string{"gosw", "gosw-shim"} {
			purged.copyFile(filepath.Join(w.bin(oldGosw), name), filepath.Join("bin", name), 0o755)
		}
		if code, _, stderr := purged.gosw("self", "uninstall", "--purge"); code != 2 || !strings.Contains(stderr, `run "gosw self uninstall --purge --yes"`) {
			t.Errorf("without a terminal: exit code %d\n%s", code, stderr)
		}
		busy := &field{site: purged.site}
		busy.hold(c.store("toolchains", "go"+version, "bin", "go"))
		if code, _, stderr := purged.gosw("self", "uninstall", "--purge", "--yes"); code != 1 || !strings.Contains(stderr, "runs from go"+version) || !strings.Contains(stderr, "run this again when it has ended") {
			t.Errorf("while it is used: exit code %d\n%s", code, stderr)
		}
		busy.release()
		asked := exec.Command("script", "-qec", "'"+purged.prefix+"/bin/gosw' self uninstall --purge", "/dev/null")
		asked.Env, asked.Stdin = purged.cmd().Env, strings.NewReader("n\n")
		if out, err := asked.CombinedOutput(); err != nil || !strings.Contains(string(out), "this removes 1 toolchains and these directories:") || !strings.Contains(string(out), "Remove them all? [y/N]") {
			t.Errorf("on a terminal: %v\n%s", err, out)
		}
		if err := errors.Join(os.Chmod(c.store("toolchains", "go"+version, "src"), 0o555), os.Chmod(c.store("toolchains", "go"+version), 0o555), os.WriteFile(c.store("bin", "mine"), nil, 0o755)); err != nil {
			t.Fatal(err)
		}
		if code, _, stderr := purged.gosw("self", "uninstall", "--purge", "--yes"); code != 0 || !strings.Contains(stderr, c.store()) {
			t.Errorf("exit code %d\n%s", code, stderr)
		}
		left, _ := exec.Command("find", c.store(), "-mindepth", "1").Output()
		if got := string(left); got != c.store("bin")+"\n"+c.store("bin", "mine")+"\n" {
			t.Errorf("it left\n%s", got)
		}
		for _, dir := range []string{".cache/gosw", ".local/state/gosw"} {
			if _, err := os.Stat(filepath.Join(c.home, dir)); err == nil {
				t.Errorf("it left %s", dir)
			}
		}
	}
}
