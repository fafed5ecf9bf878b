//go:build linux

package main_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// A mirror has 1.22.4, and is read while it gets 1.27.4, or loses what it has, or is packed: by clients that
// have seen its head, by gosw and by plain go.
var mirrorChanges = []struct {
	args []string
	// loses says that 1.22.4 goes.
	loses bool
	// whole are the steps that come before anything is changed.
	whole []string
}{
	{args: []string{"mirror", "srv", "1.27.4"}, whole: []string{"mirror/clean", "mirror/get", "mirror/stage"}},
	{args: []string{"mirror", "srv", "1.27.4", "--prune"}, loses: true, whole: []string{"mirror/clean", "mirror/get"}},
	{args: []string{"bundle", "go.tar", "1.22.4", "1.27.4"}, whole: []string{"mirror/clean", "mirror/get", "mirror/stage", "mirror/zip", "mirror/tile", "bundle/file"}},
}

// A fleet is a mirror and its clients.
type fleet struct {
	*site
	faulty string // the gosw that can be made to fail
	loses  bool
}

// TestMirrorFaults kills each change of a mirror at each step, or fills the disk there, while clients read: each gets
// a verified toolchain or a clean error. What is there for all the time they always get. The same command
// completes it; and what fails before the first rename has changed nothing. "make faults" does all of it; else one
// change meets one fault at each step.
func TestMirrorFaults(t *testing.T) {
	t.Parallel()
	dir, err := faultPrograms()
	if err != nil {
		t.Fatal(err)
	}
	server := fetchtest.NewServer(t, "1.22.4", "1.27.4")
	template := &fleet{site: &site{t: t, home: fieldDir(t), server: server}, faulty: filepath.Join(dir, "gosw")}
	template.run("mirror", "srv", "1.22.4")
	server.Grow(700)
	all := os.Getenv("GOSW_MATRIX") != ""
	for i, change := range mirrorChanges {
		if i > 0 && !all {
			break
		}
		for n, step := range template.mirrorSteps(change.args, all) {
			for k, fault := range []string{"SIGKILL", "ENOSPC"} {
				if (n+k)%2 == 1 && !all {
					continue
				}
				t.Run(strings.Join(change.args, " ")+" "+step+" "+fault, func(t *testing.T) {
					f := template.copy(t)
					f.loses = change.loses
					before := f.listing()
					stop := f.read(t, map[bool]int{true: 8, false: 3}[all])
					cmd := f.disturbed("GOSW_FAULT="+step+"="+fault, change.args)
					out, err := cmd.CombinedOutput()
					clients := stop()
					if err == nil || fault == "ENOSPC" && !strings.Contains(string(out), "no space left on device") {
						t.Errorf("%v: %s", err, out)
					}
					name, _, _ := strings.Cut(step, "#")
					if after := f.listing(); slices.Contains(change.whole, name) && step != "mirror/clean#2" && after != before {
						t.Errorf("changed at %s:\n%s\nbefore:\n%s", step, after, before)
					}
					f.run(change.args...)
					if out := f.run("mirror", "srv", "--verify"); !strings.HasPrefix(out, "srv: ok, ") {
						t.Error(out)
					}
					if entries, _ := filepath.Glob(filepath.Join(f.home, "*", ".staging")); len(entries) > 0 {
						t.Error(entries)
					}
					for _, c := range clients {
						if change.args[0] == "mirror" {
							c.install(t, "1.27.4", true)
						}
					}
				})
			}
		}
	}
}

// mirrorSteps returns the steps of a change: of each name the first, and with last also that.
func (f *fleet) mirrorSteps(args []string, last bool) []string {
	f.t.Helper()
	f = f.copy(f.t)
	log := filepath.Join(f.home, "steps")
	if out, err := f.disturbed("GOSW_FAULT_LOG="+log, args).CombinedOutput(); err != nil {
		f.t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(log)
	if err != nil {
		f.t.Fatal(err)
	}
	count := make(map[string]int)
	var names []string
	for name := range strings.Lines(string(data)) {
		if name = strings.TrimSpace(name); count[name] == 0 {
			names = append(names, name)
		}
		count[name]++
	}
	var steps []string
	for _, name := range names {
		steps = append(steps, name)
		if last && count[name] > 1 {
			steps = append(steps, fmt.Sprintf("%s#%d", name, count[name]))
		}
	}
	return steps
}

func (f *fleet) copy(t *testing.T) *fleet {
	t.Helper()
	next := &fleet{site: &site{t: t, home: fieldDir(t), server: f.server}, faulty: f.faulty}
	if out, err := exec.Command("cp", "-a", f.home+"/.", next.home).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v\n%s", err, out)
	}
	return next
}

func (f *fleet) disturbed(fault string, args []string) *exec.Cmd {
	cmd := f.command(f.server.Proxy(), args...)
	cmd.Path = f.faulty
	cmd.Env = append(cmd.Env, fault)
	return cmd
}

// listing is what readers of the mirror may see, and its bundle.
func (f *fleet) listing() string {
	var text strings.Builder
	for _, top := range []string{"srv/golang.org", "srv/sumdb", "go.tar"} {
		err := filepath.WalkDir(filepath.Join(f.home, top), func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return nil //nolint:nilerr // it is not there
			}
			data, err := os.ReadFile(file)
			_, _ = fmt.Fprintf(&text, "%x %s\n", sha256.Sum256(data), strings.TrimPrefix(file, f.home))
			return err
		})
		if err != nil {
			f.t.Fatal(err)
		}
	}
	return text.String()
}

// A client takes toolchains from a mirror. What it has seen of the database it keeps.
type client struct {
	*fleet
	home  string
	plain bool
}

// read has clients install from the mirror, over and over, until stop is called.
func (f *fleet) read(t *testing.T, n int) (stop func() []*client) {
	var group sync.WaitGroup
	done := make(chan struct{})
	var clients []*client
	for i := range n {
		c := &client{fleet: f, home: t.TempDir(), plain: i%3 == 2}
		clients = append(clients, c)
		c.install(t, "1.22.4", true)
		group.Go(func() {
			for more := true; more; {
				select {
				case <-done:
					more = false // once more, with what is there now
				default:
				}
				c.install(t, "1.22.4", !f.loses)
				c.install(t, "1.27.4", false)
			}
		})
	}
	return func() []*client {
		close(done)
		group.Wait()
		return clients
	}
}

// install gets a version, and nothing else by its name. It may be missing if it need not be there.
func (c *client) install(t *testing.T, version string, must bool) {
	t.Helper()
	srv := filepath.Join(c.site.home, "srv")
	if c.plain {
		cmd := exec.CommandContext(t.Context(), "go", "version")
		cmd.Dir = c.home
		cmd.Env = append(os.Environ(), "HOME="+c.home, "GOPATH="+c.home+"/go", "GOMODCACHE=", "GOENV=off", "GOFLAGS=-modcacherw", "GOPROXY=file://"+srv,
			"GOSUMDB="+c.server.SumDB(), "GONOSUMDB=", "GOPRIVATE=", "GONOPROXY=", "GOTOOLCHAIN=go"+version)
		out, err := cmd.CombinedOutput()
		c.judge(t, out, err, strings.Contains(string(out), "go version go"+version+" "), must)
		_ = os.RemoveAll(filepath.Join(c.home, "go", "pkg", "mod"))
		return
	}
	s := &site{t: t, home: c.home, server: c.server}
	cmd := s.command("http://127.0.0.1:1", "install", "--from", srv, version)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	receipt, _ := os.ReadFile(s.store("receipts", "go"+version+".json"))
	c.judge(t, stderr.Bytes(), err, bytes.Contains(receipt, []byte(c.server.H1(version))), must)
	if err == nil {
		s.run("uninstall", version)
	}
	_ = os.RemoveAll(filepath.Join(c.home, ".cache"))
}

func (c *client) judge(t *testing.T, out []byte, err error, proven, must bool) {
	t.Helper()
	refused := strings.Contains(string(out), "SECURITY ERROR") || strings.Contains(string(out), "panic")
	if err == nil && !proven || err != nil && (must || refused) {
		t.Errorf("plain %t: %v\n%s", c.plain, err, out)
	}
}
