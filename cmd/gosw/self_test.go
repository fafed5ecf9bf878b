//go:build linux

package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/lockedfile"
	"golang.org/x/mod/sumdb/dirhash"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// TestSelfUpdate has a row for each way in which a release can be good or bad.
func TestSelfUpdate(t *testing.T) {
	t.Parallel()
	w := newWorks(t)
	good := w.draft(t, newGosw, w.bin(newGosw))
	for _, test := range []struct {
		name   string
		change func(*draft)
		as     string // is published as this version
		from   string // the version that is installed; oldGosw unless set
		args   []string
		url    string // path before the releases
		proxy  string // misbehaviour of the module proxy and the database
		code   int
		stdout string
		stderr string
	}{
		{name: "good", stderr: "updated gosw from v0.1.0 to v0.2.0"},
		{name: "by version", args: []string{"0.2.0"}, stderr: "updated gosw from v0.1.0 to v0.2.0"},
		{name: "new key", change: func(d *draft) { d.signers = []string{"new"} }, stderr: "updated"},
		{name: "both keys", change: func(d *draft) { d.signers = []string{"old", "new"} }, stderr: "updated"},
		{name: "a stranger's signature too", change: func(d *draft) { d.signers = []string{"stranger", "new"} }, stderr: "updated"},
		{name: "check", args: []string{"--check"}, code: 4, stdout: "v0.2.0\n"},
		{name: "check the same", from: newGosw, args: []string{"--check"}, stderr: "gosw v0.2.0 is up to date"},
		{name: "the same", from: newGosw, stderr: "gosw v0.2.0 is up to date"},

		{name: "unknown key", change: func(d *draft) { d.signers = []string{"stranger"} }, code: 3, stderr: "its note is not signed with a key that this gosw knows"},
		{name: "unknown key check", args: []string{"--check"}, change: func(d *draft) { d.signers = []string{"stranger"} }, code: 3, stderr: "not signed with a key"},
		{name: "wrong signature", change: func(d *draft) { d.note = strings.Replace(d.note, "gosw", "GOSW", 1) }, code: 1, stderr: "is not a version of gosw"},
		{name: "old version", from: newGosw, as: oldGosw, change: func(d *draft) { d.note = strings.Replace(d.note, newGosw, oldGosw, 1) }, code: 1, stderr: "the newest release there is gosw v0.1.0, which is older than this one, v0.2.0"},
		{name: "old version by name", from: newGosw, as: oldGosw, args: []string{oldGosw}, change: func(d *draft) { d.note = strings.Replace(d.note, newGosw, oldGosw, 1) }, code: 2, stderr: "is older than this one, v0.2.0"},
		{name: "another release by name", as: "v0.3.0", args: []string{"v0.3.0"}, code: 3, stderr: "the note is that of another release"},
		{name: "no such release", args: []string{"0.9.0"}, code: 1, stderr: "gosw v0.9.0: get "},
		{name: "no version", args: []string{"new"}, code: 2, stderr: `"new" is not a version of gosw`},
		{name: "another source", change: func(d *draft) { d.note = strings.Replace(d.note, "\nh1:", "\nh1:A", 1) }, code: 3, stderr: "checksum mismatch"},
		{name: "no record", proxy: fetchtest.NotInDB, code: 3, stderr: "SECURITY ERROR"},
		{name: "forked log", proxy: fetchtest.ForgedHead, code: 3, stderr: "SECURITY ERROR"},
		{name: "another archive", change: func(d *draft) { d.archive = append(bytes.Clone(d.archive), 0) }, code: 3, stderr: "checksum mismatch"},
		{name: "another program", change: func(d *draft) {
			*d = *w.draft(t, newGosw, w.bin(oldGosw))
		}, code: 3, stderr: "its archive has another program"},
		{name: "no archive for here", change: func(d *draft) { d.note = strings.ReplaceAll(d.note, "_linux_", "_plan9_") }, code: 1, stderr: "no archive for "},
		{name: "names that lead out", change: func(d *draft) {
			d.archive = packed(t, archiveName(newGosw)+"/..", map[string][]byte{"x": nil})
			d.note = d.note[:strings.Index(d.note, w.h1[newGosw])] + w.h1[newGosw] + "\n" + sumLine(d.archive, archiveName(newGosw)+".tar.gz")
		}, code: 1, stderr: "unusable name"},
		{name: "cut download", url: "/bad/" + fetchtest.Truncated, code: 1, stderr: "connection lost"},
		{name: "login page", url: "/bad/" + fetchtest.HTML, code: 1, stderr: "the answer is text/html"},
	} {
		t.Run(strings.ReplaceAll(test.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			from, as := oldGosw, newGosw
			if test.from != "" {
				from = test.from
			}
			if test.as != "" {
				as = test.as
			}
			c := w.install(t, from)
			d := *good
			if test.change != nil {
				test.change(&d)
			}
			w.release(t, c.base, as, &d)
			c.env = []string{"GOSW_DOWNLOAD_URL=" + c.server.Proxy() + test.url + c.base}
			if test.proxy != "" {
				c.env = append(c.env, "GOPROXY="+c.server.Bad(test.proxy))
			}
			before := c.listing()
			code, stdout, stderr := c.gosw(append([]string{"self", "update"}, test.args...)...)
			if code != test.code || stdout != test.stdout || !strings.Contains(stderr, test.stderr) {
				t.Errorf("exit code %d, want %d; stdout %q, want %q; %q is not in:\n%s", code, test.code, stdout, test.stdout, test.stderr, stderr)
			}
			if strings.Contains(test.stderr, "updated") {
				if got := c.version(); got != newGosw {
					t.Errorf("gosw %s is installed", got)
				}
			} else if after := strings.ReplaceAll(strings.ReplaceAll(c.listing(), "d--------- lib/gosw \n", ""), "d--------- lib \n", ""); after != before {
				t.Errorf("it has changed\n%s\nto\n%s", before, after)
			}
		})
	}
}

// TestSelfDoctor has "gosw doctor --online" say what is new.
func TestSelfDoctor(t *testing.T) {
	t.Parallel()
	w := newWorks(t)
	for _, test := range []struct{ id, from, url, want string }{
		{"online-gosw", oldGosw, "", "note: gosw v0.2.0 is available; this is v0.1.0: gosw self update"},
		{"online-gosw", newGosw, "", ""},
		{"online-gosw", oldGosw, "/bad/" + fetchtest.HTML, "warning: get http://"},
	} {
		t.Run(test.from+test.url, func(t *testing.T) {
			t.Parallel()
			c := w.install(t, test.from)
			w.release(t, c.base, newGosw, w.draft(t, newGosw, w.bin(newGosw)))
			c.env = []string{"GOSW_DOWNLOAD_URL=" + c.server.Proxy() + test.url + c.base}
			_, stdout, stderr := c.gosw("doctor", "--online", "--json")
			var report struct {
				Checks []struct {
					ID       string
					Findings []struct{ Severity, Cause, Fix string }
				}
			}
			if err := json.Unmarshal([]byte(stdout), &report); err != nil {
				t.Fatalf("%v\n%s", err, stderr)
			}
			got := ""
			for _, check := range report.Checks {
				for _, f := range check.Findings {
					if check.ID == test.id {
						got += f.Severity + ": " + f.Cause + ": " + f.Fix
					}
				}
			}
			if !strings.HasPrefix(got, test.want) || test.want == "" && got != "" {
				t.Errorf("%s: %q, want %q", test.id, got, test.want)
			}
		})
	}
}

// TestSelfRollback goes back, and forth, and finds what the shell and the store
// remember of gosw as true as before.
func TestSelfRollback(t *testing.T) {
	t.Parallel()
	w := newWorks(t)
	c := w.install(t, oldGosw)
	w.release(t, c.base, newGosw, w.draft(t, newGosw, w.bin(newGosw)))
	c.env = []string{"SHELL=/bin/bash"}
	want := func(code int, said string, args ...string) {
		t.Helper()
		got, stdout, stderr := c.gosw(args...)
		if got != code || !strings.Contains(stdout+stderr, said) {
			t.Fatalf("gosw %v: exit code %d, want %d and %q\n%s%s", args, got, code, said, stdout, stderr)
		}
	}
	want(1, "no earlier version of gosw is kept", "self", "rollback")
	want(0, "", "init", "--install")
	rc, err := os.ReadFile(filepath.Join(c.home, ".bashrc"))
	if err != nil {
		t.Fatal(err)
	}
	shim, err := os.Readlink(c.store("bin", "go"))
	if err != nil {
		t.Fatal(err)
	}
	same := func(version string) {
		t.Helper()
		if got := c.version(); got != version {
			t.Errorf("gosw %s is installed, want %s", got, version)
		}
		want(0, "", "init", "--install")
		now, _ := os.ReadFile(filepath.Join(c.home, ".bashrc"))
		link, _ := os.Readlink(c.store("bin", "go"))
		if !bytes.Equal(now, rc) || link != shim {
			t.Errorf("the start-up file has\n%s\nnot\n%s\nthe shim is %s, not %s", now, rc, link, shim)
		}
		shell := exec.Command("bash", "-c", `. "$HOME/.bashrc"; type -t go`)
		shell.Env = c.cmd().Env
		if out, err := shell.CombinedOutput(); err != nil || string(out) != "function\n" {
			t.Errorf("%v\n%s", err, out)
		}
	}
	want(0, "updated", "self", "update")
	same(newGosw)
	want(0, "rolled back gosw from v0.2.0 to v0.1.0", "self", "rollback")
	same(oldGosw)
	want(1, "no earlier version of gosw is kept", "self", "rollback")
	want(0, "updated", "self", "update")
	same(newGosw)
	want(0, "up to date", "self", "update")
	if kept, _ := filepath.Glob(filepath.Join(c.prefix, "lib/gosw/v*")); len(kept) != 2 {
		t.Errorf("it keeps %q", kept)
	}
	// "make install" puts plain files in the place of links; they count.
	for _, name := range []string{"gosw", "gosw-shim"} {
		if err := os.Remove(filepath.Join(c.prefix, "bin", name)); err != nil {
			t.Fatal(err)
		}
		c.copyFile(filepath.Join(w.bin(oldGosw), name), filepath.Join("bin", name), 0o755)
	}
	want(1, "no earlier version of gosw is kept", "self", "rollback")
	want(0, "updated", "self", "update")
	same(newGosw)
}

// TestSelfUpdateFaults stops an update, and a rollback, at each step.
func TestSelfUpdateFaults(t *testing.T) {
	t.Parallel()
	w := newWorks(t)
	base := "/releases/faults"
	w.release(t, base, newGosw, w.draft(t, newGosw, w.bin(newGosw)))
	prepare := func(t *testing.T, updated bool) *copied {
		c := w.install(t, oldGosw)
		c.base = base
		if updated {
			if code, _, stderr := c.gosw("self", "update"); code != 0 {
				t.Fatal(stderr)
			}
		}
		return c
	}
	for _, change := range []struct {
		name          string
		updated       bool
		before, after string
	}{{"update", false, oldGosw, newGosw}, {"rollback", true, newGosw, oldGosw}} {
		args := []string{"self", change.name}
		c := prepare(t, change.updated)
		log := filepath.Join(c.home, "steps")
		c.env = []string{"GOSW_FAULT_LOG=" + log}
		if code, _, stderr := c.gosw(args...); code != 0 {
			t.Fatalf("%v: exit code %d\n%s", args, code, stderr)
		}
		undisturbed := withoutNumbers(c.listing())
		data, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		count := make(map[string]int)
		for _, step := range strings.Fields(string(data)) {
			if !strings.HasPrefix(step, "self/") {
				continue
			}
			count[step]++
			step := step + map[bool]string{true: "#" + string(rune('0'+count[step]))}[count[step] > 1]
			for _, fault := range []string{"SIGKILL", "ENOSPC"} {
				t.Run(strings.ReplaceAll(change.name+"/"+step+"/"+fault, "self/", ""), func(t *testing.T) {
					t.Parallel()
					c := prepare(t, change.updated)
					c.env = []string{"GOSW_FAULT=" + step + "=" + fault}
					code, _, stderr := c.gosw(args...)
					last := step == "self/sweep" // when all is done but to tidy up
					switch {
					case fault == "SIGKILL" && code != -1, last && fault != "SIGKILL" && code != 0,
						fault == "ENOSPC" && !last && (code != 1 || !strings.Contains(stderr, "no space left") || !strings.Contains(stderr, "hint: ")):
						t.Errorf("exit code %d\n%s", code, stderr)
					}
					if got := c.version(); got != change.before && got != change.after || got == change.after && !last || got == change.before && last {
						t.Errorf("gosw %s is installed after it", got)
					}
					c.env = nil
					if code, _, stderr := c.gosw(args...); code != 0 && (change.name == "update" || !last) {
						t.Errorf("again: exit code %d\n%s", code, stderr)
					}
					if got := c.version(); got != change.after {
						t.Errorf("gosw %s is installed after the next one", got)
					}
					if got := withoutNumbers(c.listing()); got != undisturbed && !last {
						t.Errorf("it left\n%s\nnot\n%s", got, undisturbed)
					}
				})
			}
		}
		if len(count) < 2 {
			t.Errorf("%s has the steps %v", change.name, count)
		}
	}
}

var number = regexp.MustCompile(`(v[0-9]+\.[0-9]+\.[0-9]+)\.[0-9]+`)

// withoutNumbers is a listing that does not depend on chance.
func withoutNumbers(listing string) string { return number.ReplaceAllString(listing, "$1.N") }

// TestSelfUpdateTogether has two of them at the same time, and shims that run
// meanwhile.
func TestSelfUpdateTogether(t *testing.T) {
	t.Parallel()
	w := newWorks(t)
	c := w.install(t, oldGosw)
	w.release(t, c.base, newGosw, w.draft(t, newGosw, w.bin(newGosw)))
	if code, _, stderr := c.gosw("install", strings.TrimPrefix(runtime.Version(), "go")); code != 0 {
		t.Fatal(stderr)
	}
	if err := os.MkdirAll(filepath.Join(c.prefix, "lib/gosw"), 0o755); err != nil {
		t.Fatal(err)
	}
	unlock, err := lockedfile.MutexAt(filepath.Join(c.prefix, "lib/gosw/lock")).Lock()
	if err != nil {
		t.Fatal(err)
	}
	c.env = []string{"GOSW_LOCK_TIMEOUT=1s"}
	if code, _, stderr := c.gosw("self", "update"); code != 1 || !strings.Contains(stderr, "waiting: another gosw updates this copy") || !strings.Contains(stderr, "another gosw still updates this copy after 1s") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	unlock()
	c.env = nil
	var group sync.WaitGroup
	var mu sync.Mutex
	said := ""
	for range 2 {
		group.Go(func() {
			out, err := c.cmd("self", "update").CombinedOutput()
			mu.Lock()
			defer mu.Unlock()
			if said += string(out); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	for n, ended := 0, false; !ended; n++ {
		select {
		case <-done:
			ended = true
		default:
		}
		for _, pin := range []string{runtime.Version(), "1.1"} { // which the shim runs, and which it hands over
			cmd := c.cmd("version")
			cmd.Path, cmd.Args[0] = c.store("bin", "go"), "go"
			cmd.Env = append(cmd.Env, "GO_VERSION="+pin, "GOSW_AUTO_INSTALL=never")
			out, err := cmd.CombinedOutput()
			if pin == "1.1" && !strings.Contains(string(out), "go1.1 is not installed") || pin != "1.1" && (err != nil || !strings.Contains(string(out), pin)) {
				t.Fatalf("GO_VERSION=%s: %v\n%s", pin, err, out)
			}
		}
	}
	if strings.Count(said, "updated gosw") != 1 || strings.Count(said, "gosw v0.2.0 is up to date") != 1 {
		t.Errorf("they said\n%s", said)
	}
	if got := c.version(); got != newGosw {
		t.Errorf("gosw %s is installed", got)
	}
}

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

// TestSelfVerify builds gosw again, and finds a changed byte, and a changed line.
func TestSelfVerify(t *testing.T) {
	t.Parallel()
	w := newWorks(t)
	where, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	changed := w.changed(t)
	h1, err := dirhash.HashZip(changed, dirhash.Hash1)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		change func(c *copied)
		code   int
		stderr []string
	}{
		{"sound", func(*copied) {}, 0, []string{"are built from the public source of v0.2.0"}},
		{"a byte of gosw", func(c *copied) {
			c.alter("bin/gosw", "no earlier version of gosw is kept", "No earlier version of gosw is kept")
		}, 3, []string{"the public source builds another program", "/bin/gosw\n", "SECURITY ERROR"}},
		{"a byte of the shim", func(c *copied) {
			c.alter("bin/gosw-shim", "keeps running itself (GOSW_DEPTH)", "Keeps running itself (GOSW_DEPTH)")
		}, 3, []string{"the public source builds another program", "/bin/gosw-shim\n", "SECURITY ERROR"}},
		{"a line of the source, before it was built", func(c *copied) { c.alter("bin/gosw", w.h1[newGosw], h1) }, 3, []string{"verifying gosw v0.2.0: checksum mismatch", "this program:  " + h1, "SECURITY ERROR"}},
		{"a line of the source, at the proxy", func(c *copied) {
			c.env = append(c.env, "GOPROXY="+w.lying(t, changed))
		}, 3, []string{"verifying gosw v0.2.0: checksum mismatch", "github.com/gosw/gosw@v0.2.0: verifying module", "SECURITY ERROR"}},
		{"paths of a machine", func(c *copied) { c.alter("bin/gosw", "-trimpath=true", "-trimpath=frue") }, 5, []string{"built without -trimpath", "install one that can be verified"}},
		{"no release of go", func(c *copied) {
			c.alter("bin/gosw", runtime.Version(), strings.Replace(runtime.Version(), "1.", "1x", 1))
		}, 5, []string{"which is no release of Go", "install a published one"}},
		{"no go", func(c *copied) {
			if err := os.RemoveAll(c.store("toolchains", runtime.Version())); err != nil {
				t.Fatal(err)
			}
		}, 1, []string{runtime.Version() + " is not installed", `run "gosw install ` + strings.TrimPrefix(runtime.Version(), "go") + `"`}},
		{"another go", func(c *copied) {
			file := c.store("toolchains", runtime.Version(), "bin", "go")
			if err := errors.Join(os.Chmod(file, 0o755), os.WriteFile(file, []byte("#!/bin/sh\n"), 0o755)); err != nil {
				t.Fatal(err)
			}
		}, 1, []string{"gosw repair"}},
	} {
		t.Run(strings.ReplaceAll(test.name, " ", "-"), func(t *testing.T) {
			c := w.install(t, newGosw)
			if code, _, stderr := c.gosw("install", strings.TrimPrefix(runtime.Version(), "go")); code != 0 {
				t.Fatal(stderr)
			}
			c.env = []string{"GOCACHE=" + strings.TrimSpace(string(where)), "GOFLAGS=-tags=other", "GOROOT=/nowhere"}
			test.change(c)
			code, _, stderr := c.gosw("self", "verify")
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			for _, want := range test.stderr {
				if !strings.Contains(stderr, want) {
					t.Errorf("%q is not in\n%s", want, stderr)
				}
			}
		})
	}
}
