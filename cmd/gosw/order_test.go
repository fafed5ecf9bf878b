//go:build linux

package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What a power cut leaves depends on what was put on the disk before what. These
// tests read the order from the system calls of real runs, as strace sees them.

// A call is one system call that changes or syncs files. Its first and last are
// the lines of the trace where it begins and ends.
type call struct {
	name        string
	paths       []string // absolute
	first, last int
}

// traced are the calls that matter. "?" is for those that not every machine has.
const traced = "openat,?openat2,write,pwrite64,?fchmod,fchmodat,?fchmodat2,renameat,renameat2,?rename,syncfs,fsync,fdatasync,unlinkat,?unlink,?rmdir"

// trace runs gosw and returns its calls.
func (s *site) trace(args ...string) []call {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "trace")
	cmd := s.command(s.server.Proxy(), args...)
	strace, err := exec.LookPath("strace")
	if err != nil {
		s.t.Fatalf("%v; make setup installs it", err)
	}
	cmd.Args = append([]string{strace, "-f", "-y", "-s", "0", "-e", "trace=" + traced, "-e", "signal=none", "-o", file, cmd.Path}, args...)
	cmd.Path = strace
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("strace gosw %v: %v\n%s", args, err, out)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	return parseTrace(strings.Split(string(data), "\n"))
}

var (
	callLine   = regexp.MustCompile(`^(\d+) +(\w+)\((.*)`)
	resumeLine = regexp.MustCompile(`^(\d+) +<\.\.\. \w+ resumed>(.*)`)
	fdPath     = regexp.MustCompile(`(?:\d+|AT_FDCWD)<([^>]*)>(?:, "([^"]*)")?`)
)

func parseTrace(lines []string) []call {
	var calls []call
	open := make(map[string]*call) // by thread
	text := make(map[string]string)
	finish := func(thread string, c *call, rest string, line int) {
		c.last = line
		all := text[thread] + rest
		delete(open, thread)
		delete(text, thread)
		if strings.Contains(all, ") = -1 ") || strings.HasPrefix(c.name, "openat") && !strings.Contains(all, "O_CREAT") {
			return
		}
		c.paths = pathsOf(c.name, all)
		calls = append(calls, *c)
	}
	for i, line := range lines {
		if m := callLine.FindStringSubmatch(line); m != nil {
			c := &call{name: m[2], first: i}
			if begin, unfinished := strings.CutSuffix(m[3], "<unfinished ...>"); unfinished {
				open[m[1]], text[m[1]] = c, begin
			} else {
				finish(m[1], c, m[3], i)
			}
		} else if m := resumeLine.FindStringSubmatch(line); m != nil && open[m[1]] != nil {
			finish(m[1], open[m[1]], m[2], i)
		}
	}
	return calls
}

// pathsOf returns the files of a call: the one that is open, or those that are
// named, below the directory that is open.
func pathsOf(name, text string) (paths []string) {
	for _, m := range fdPath.FindAllStringSubmatch(text, -1) {
		path := m[1]
		if m[2] != "" && filepath.IsAbs(m[2]) {
			path = m[2]
		} else if m[2] != "" {
			path = filepath.Join(m[1], m[2])
		}
		paths = append(paths, strings.TrimSuffix(path, " (deleted)"))
	}
	if strings.HasPrefix(name, "openat") && len(paths) > 1 {
		return paths[1:2] // what it opened
	}
	return paths
}

// misordered returns what a power cut could break in the store at root: names
// that come before their data, or are not synced, and files that are deleted
// while they may still have a name.
func misordered(calls []call, root string) (wrong []string) {
	for _, c := range calls {
		switch {
		case strings.HasPrefix(c.name, "rename") && len(c.paths) == 2:
			wrong = append(wrong, checkRename(calls, c, root)...)
		case (c.name == "unlinkat" || c.name == "unlink") && strings.Contains(c.paths[0], "/tree/"):
			wrong = append(wrong, checkDelete(calls, c, root)...)
		}
	}
	return wrong
}

// published reports whether path is a name that readers trust. Links are none:
// they are made anew from what is there.
func published(path, root string) bool {
	name, err := filepath.Rel(root, path)
	if err != nil {
		return false
	}
	dir, base := filepath.Split(name)
	return dir == "toolchains/" && strings.HasPrefix(base, "go") || dir == "receipts/" ||
		slices.Contains([]string{"default", "format", "pins"}, name)
}

func checkRename(calls []call, rename call, root string) (wrong []string) {
	from, to := rename.paths[0], rename.paths[1]
	if !published(to, root) {
		return nil
	}
	dirty := -1 // where the last change of the data ended
	for _, c := range calls {
		if slices.Contains([]string{"openat", "openat2", "write", "pwrite64", "fchmod", "fchmodat", "fchmodat2"}, c.name) &&
			c.first < rename.first && len(c.paths) > 0 && (c.paths[0] == from || strings.HasPrefix(c.paths[0], from+"/")) {
			dirty = max(dirty, c.last)
		}
	}
	synced := func(after, before int, path string) bool {
		return slices.ContainsFunc(calls, func(c call) bool {
			return (c.name == "syncfs" || (c.name == "fsync" || c.name == "fdatasync") && c.paths[0] == path) &&
				c.first > after && c.last < before
		})
	}
	if dirty >= 0 && !synced(dirty, rename.first, from) {
		wrong = append(wrong, fmt.Sprintf("%s has its name before its data is on the disk", to))
	}
	if !synced(rename.last, 1<<30, filepath.Dir(to)) {
		wrong = append(wrong, fmt.Sprintf("the name of %s is not put on the disk", to))
	}
	return wrong
}

// checkDelete demands that the directory with the name was synced since the tree
// lost it.
func checkDelete(calls []call, unlink call, root string) []string {
	toolchains := filepath.Join(root, "toolchains")
	lost, synced := -1, -1
	for _, c := range calls {
		if c.last >= unlink.first {
			continue
		}
		if strings.HasPrefix(c.name, "rename") && strings.Contains(c.paths[0], "/tree") {
			lost = c.last
		}
		if c.name == "fsync" && c.paths[0] == toolchains {
			synced = c.first
		}
	}
	if synced <= lost {
		return []string{unlink.paths[0] + " is deleted while it may still have its name after a power cut"}
	}
	return nil
}

// TestOrder also takes each sync out of the real traces in turn: if the check
// did not notice, it would prove nothing.
func TestOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var noticed []string
	for _, args := range [][]string{
		{"install", "1.22.4"}, {"install", "1.21.13", "1.22.5"}, {"default", "1.22"}, {"uninstall", "1.22.5"},
	} {
		calls := s.trace(args...)
		for _, wrong := range misordered(calls, s.store()) {
			t.Errorf("gosw %v: %s", args, wrong)
		}
		renames := 0
		for i, c := range calls {
			if strings.HasPrefix(c.name, "rename") && len(c.paths) == 2 && published(c.paths[1], s.store()) {
				renames++
			}
			if c.name != "syncfs" && c.name != "fsync" {
				continue
			}
			if wrong := misordered(slices.Delete(slices.Clone(calls), i, i+1), s.store()); len(wrong) > 0 {
				noticed = append(noticed, c.name)
			}
		}
		t.Logf("gosw %v: %d calls, %d renames to a published name", args, len(calls), renames)
		if renames == 0 {
			t.Errorf("gosw %v: no rename in the trace", args)
		}
	}
	if len(noticed) < 10 || !slices.Contains(noticed, "syncfs") {
		t.Errorf("the check misses only %v: it does not look", noticed)
	}
}
