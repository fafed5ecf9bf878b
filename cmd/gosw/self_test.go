//go:build linux

package main_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/lockedfile"

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
		{name: "another key of the same name", change: func(d *draft) { d.signers = []string{"namesake"} }, code: 3, stderr: "its note is not signed with a key that this gosw knows"},
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
