//go:build linux

package main_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// The matrix of reads: each file and directory that a command looks at can't be looked
// at, opened, listed or read, the first time, a later time, or each time. strace makes
// the calls of the real program fail. An error is not an absence: nothing may be
// lost or deleted, and nothing be said not to be there.

// readCalls are the system calls that read, by what they do.
var readCalls = map[string]string{"newfstatat": "look", "openat": "open", "readlinkat": "follow", "getdents64": "list", "read": "read"}

// readErrors are what fails with: a broken disk, a closed directory, a server that has
// forgotten the file.
var readErrors = map[string]string{"EIO": "input/output error", "EACCES": "permission denied", "ESTALE": "stale"}

// readChanges are the commands that read: those of the matrix of steps, and others.
func readChanges() []change {
	two, three := []string{"1.21.13", "1.22.4"}, []string{"1.21.13", "1.22.4", "1.22.12"}
	named := func(versions []string) (names []string) {
		for _, v := range versions {
			names = append(names, "go"+v)
		}
		return names
	}
	look := func(name string, args ...string) change {
		return change{name: name, from: three, args: args, after: named(three), shows: true}
	}
	all := slices.DeleteFunc(slices.Clone(changes), func(c change) bool { return c.name == "first install" || c.name == "init" })
	return append(all,
		change{name: "install of what is there", from: two, args: []string{"install", "1.22.4"}, after: named(two)},
		change{name: "repair of what is sound", from: two, args: []string{"repair", "1.22.4"}, after: named(two)},
		change{name: "uninstall --all", from: three, args: []string{"uninstall", "--all", "1.22"}, after: named(two[:1]), again: 1},
		change{name: "uninstall of what runs", from: three, args: []string{"uninstall", "1.22.12"}, after: named(two), again: 1,
			plant: map[string]string{"open": "toolchains/go1.22.12/bin/go"}},
		change{name: "prune with a pin", from: three, args: []string{"prune"}, after: named(three),
			plant: map[string]string{"pins": "$HOME/there/.go-version\n", "../../there/.go-version": "1.22.4\n"}},
		change{name: "prune with a link", from: three, args: []string{"prune"}, after: named(three),
			plant: map[string]string{">bin/mine": "../toolchains/go1.22.4/bin/go"}},
		change{name: "prune of what runs", from: three, args: []string{"prune"}, after: named([]string{"1.21.13", "1.22.12"}),
			plant: map[string]string{"open": "toolchains/go1.22.4/bin/go"}},
		change{name: "install after a killed exchange", from: two, args: []string{"install", "1.22.4"}, after: named(two),
			plant: map[string]string{"staging/go1.22.4.78/tree/bin/go": "x", "=staging/go1.22.4.78/tree0": "toolchains/go1.22.4"}},
		look("verify", "verify"), look("verify one", "verify", "1.22.4"), look("list", "list"), look("which", "which"),
		look("default shown", "default"), look("prune shown", "prune", "--dry-run", "--keep", "1.22"),
	)
}

// A readCell is one field of the matrix.
type readCell struct {
	change change
	call   string
	path   string // below the home
	when   string // as strace has it
	errno  string
}

func (c readCell) name() string {
	return strings.ReplaceAll(strings.Join([]string{c.change.name, readCalls[c.call], strings.Trim(c.path, "/"), c.when, c.errno}, "/"), " ", "-")
}

// strace returns the command under strace, and what that writes.
func (f *field) strace(file string, options []string, args ...string) *exec.Cmd {
	f.t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		f.t.Fatalf("%v; make setup installs it", err)
	}
	cmd := f.command(f.server.Proxy(), args...)
	cmd.Args = slices.Concat([]string{strace, "-f", "--seccomp-bpf", "-e", "signal=none", "-o", file}, options, []string{cmd.Path}, args)
	cmd.Path = strace
	return cmd
}

var (
	readLine   = regexp.MustCompile(`^\d+ +(\w+)\((?:AT_FDCWD|\d+)(?:<([^>]*)>)?(?:, "([^"]*)")?`)
	randomRun  = regexp.MustCompile(`/staging/[^/]*\.\d{3,}|/locks/`)
	insideTree = regexp.MustCompile(`/toolchains/go[^/]*/`)
)

// readCells runs c undisturbed and returns the cells of what it reads.
func (b *bench) readCells(t *testing.T, c change) (cells []readCell) {
	f := b.newField(t, c)
	defer f.release()
	file := filepath.Join(t.TempDir(), "trace")
	cmd := f.strace(file, []string{"-y", "-s", "4096", "-e", "trace=" + strings.Join(slices.Sorted(maps.Keys(readCalls)), ",")}, c.args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", c.name, err, stderr.Bytes())
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	base := f.shot()
	base.stdout = strings.ReplaceAll(stdout.String(), f.home, "$HOME")
	f.release()
	f.gosw("", c.args...) // and now nobody uses what may have been in use
	b.mu.Lock()
	b.clean[c.name], b.undisturbed[c.name] = f.listing(), base
	b.mu.Unlock()
	seen := make(map[[2]string]int)
	for line := range strings.Lines(string(data)) {
		m := readLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		path := m[2]
		if filepath.IsAbs(m[3]) {
			path = m[3]
		} else if m[1] != "read" { // of which it is no name
			path = filepath.Join(m[2], m[3])
		}
		below, ok := strings.CutPrefix(path, f.home)
		if path != "/proc" && (!ok || below == "" || randomRun.MatchString(path)) {
			continue
		}
		if !ok {
			below = path
		}
		seen[[2]string{m[1], below}]++
	}
	for _, key := range slices.SortedFunc(maps.Keys(seen), func(x, y [2]string) int { return slices.Compare(x[:], y[:]) }) {
		times := []string{"1+"}
		if seen[key] > 1 && !insideTree.MatchString(key[1]) {
			times = append(times, "1", "2")
		}
		for _, when := range times {
			for _, errno := range slices.Sorted(maps.Keys(readErrors)) {
				cells = append(cells, readCell{c, key[0], key[1], when, errno})
			}
		}
	}
	return cells
}

// A shot is a store as it is at a moment.
type shot struct {
	receipts map[string]string // of each toolchain that is there
	text     string            // the default
	stable   string            // all names that are neither left over nor for people to read
	stdout   string
}

func (f *field) shot() shot {
	f.t.Helper()
	s := shot{receipts: make(map[string]string)}
	entries, err := os.ReadDir(f.store("toolchains"))
	if err != nil {
		f.t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() {
			receipt, _ := os.ReadFile(f.store("receipts", entry.Name()+".json"))
			sums, _ := os.ReadFile(f.store("receipts", entry.Name()+".sums"))
			s.receipts[entry.Name()] = string(receipt) + string(sums)
		}
	}
	text, _ := os.ReadFile(f.store("default"))
	s.text = string(text)
	for line := range strings.Lines(f.listing()) {
		_, name, _ := strings.Cut(line, " ")
		name = strings.Fields(name)[1]
		receipt := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(name), ".json"), ".sums")
		_, there := s.receipts[receipt]
		if !strings.HasPrefix(name, "staging/") && name != "pins" && (filepath.Dir(name) != "receipts" || there) && !strings.Contains(line, "../staging/") {
			s.stable += line
		}
	}
	return s
}

// readCell tries one, and reports whether the call came.
func (b *bench) readCell(t *testing.T, cell readCell) bool {
	c := cell.change
	f := b.newField(t, c)
	defer f.release()
	before := f.shot()
	path := cell.path
	if path != "/proc" {
		path = f.home + path
	}
	file := filepath.Join(fieldDir(t), "trace")
	cmd := f.strace(file, []string{"-P", path, "-e", "trace=" + cell.call, "-e", fmt.Sprintf("inject=%s:error=%s:when=%s", cell.call, cell.errno, cell.when)}, c.args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	code := cmd.ProcessState.ExitCode()
	log, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(log, []byte("(INJECTED)")) {
		return false
	}
	after := f.shot()
	after.stdout = strings.ReplaceAll(stdout.String(), f.home, "$HOME")
	f.checkKept(c, before, after)
	f.checkTold(cell, after, code, stdout.String()+stderr.String())
	if t.Failed() {
		t.Logf("exit code %d\n%s%s\n%s", code, stdout.Bytes(), stderr.Bytes(), log)
	}

	f.release()
	if code, stderr := f.gosw("", c.args...); code != 0 && code != c.again {
		t.Errorf("again: exit code %d\n%s", code, stderr)
	}
	f.checkSound()
	f.checkHealed(c)
	return true
}

// checkKept demands that nothing is lost.
func (f *field) checkKept(c change, before, after shot) {
	f.t.Helper()
	for name, receipt := range before.receipts {
		now, there := after.receipts[name]
		switch {
		case !there && slices.Contains(c.after, name):
			f.t.Errorf("%s is lost", name)
		case there && now != receipt && (c.args[0] != "repair" || now == ""): // which writes those that can't be read anew
			f.t.Errorf("the receipt of %s is lost, or another one", name)
		}
	}
	for name, receipt := range after.receipts {
		if _, there := before.receipts[name]; !there && (receipt == "" || !slices.Contains(c.after, name)) {
			f.t.Errorf("%s is there without a receipt, or should not be", name)
		}
	}
	if after.text != before.text && after.text != f.bench.undisturbed[c.name].text {
		f.t.Errorf("the default is %q", after.text)
	}
	if aside := c.plant["=staging/go1.22.4.78/tree0"]; aside != "" {
		_, there := after.receipts["go1.22.4"]
		if _, err := os.Lstat(f.store("staging/go1.22.4.78/tree0")); err != nil && !there {
			f.t.Errorf("the tree put aside is lost: %v", err)
		}
	}
	if open := c.plant["open"]; open != "" && len(f.held) > 0 && !strings.HasPrefix(open, "staging/") {
		if _, err := os.Stat(f.store(open)); err != nil {
			f.t.Errorf("a process runs from it, and: %v", err)
		}
	}
}

// checkTold demands that the command did all, or says what went wrong.
func (f *field) checkTold(cell readCell, after shot, code int, said string) {
	f.t.Helper()
	base := f.bench.undisturbed[cell.change.name]
	for _, never := range []string{"not installed", "no default", "names a Go version here", "has no \"", "panic"} {
		if strings.Contains(said, never) {
			f.t.Errorf("it says %q", never)
		}
	}
	switch {
	case code != 0:
		if !strings.Contains(strings.ToLower(said), readErrors[cell.errno]) {
			f.t.Errorf("exit code %d, and no word of %s", code, readErrors[cell.errno])
		}
	case cell.change.shows && after.stdout != base.stdout:
		f.t.Errorf("exit code 0, and not what it shows else:\n%s", base.stdout)
	case after.stable != base.stable:
		f.t.Errorf("exit code 0, and the store has\n%s\nnot\n%s", after.stable, base.stable)
	}
}

// TestReadFaults tries some cells, the same ones each time; all of them with
// GOSW_MATRIX.
func TestReadFaults(t *testing.T) {
	t.Parallel()
	b := newBench(t, readChanges())
	list := readChanges()
	found := make([][]readCell, len(list))
	t.Run("undisturbed", func(t *testing.T) {
		for i, c := range list {
			t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
				t.Parallel()
				found[i] = b.readCells(t, c)
			})
		}
	})
	cells, step := slices.Concat(found...), 1
	if os.Getenv("GOSW_MATRIX") == "" {
		step = max(1, len(cells)/readSpread)
	}
	var mu sync.Mutex
	count := make(map[string]int)
	t.Run("cells", func(t *testing.T) {
		gate := make(chan struct{}, 2*runtime.GOMAXPROCS(0))
		for i := 0; i < len(cells); i += step {
			cell := cells[i]
			t.Run(cell.name(), func(t *testing.T) {
				t.Parallel()
				gate <- struct{}{}
				defer func() { <-gate }()
				if b.readCell(t, cell) {
					mu.Lock()
					count[cell.change.name+" "+cell.errno]++
					mu.Unlock()
				}
			})
		}
	})
	printReads(t, list, count)
}

// readSpread is about how many cells are tried where not all are.
const readSpread = 150

// printReads adds the numbers of cells to the file that GOSW_MATRIX names.
func printReads(t *testing.T, list []change, count map[string]int) {
	t.Helper()
	names := slices.Sorted(maps.Keys(readErrors))
	var text strings.Builder
	fmt.Fprintf(&text, "\n| reads of | %s |\n|---%s|\n", strings.Join(names, " | "), strings.Repeat("|---", len(names)))
	total := 0
	for _, c := range list {
		fmt.Fprintf(&text, "| %s ", c.name)
		for _, errno := range names {
			n := count[c.name+" "+errno]
			fmt.Fprintf(&text, "| %d ", n)
			total += n
		}
		text.WriteString("|\n")
	}
	fmt.Fprintf(&text, "\n%d cells\n", total)
	t.Logf("%d cells", total)
	if total < readSpread/2 {
		t.Errorf("only %d cells", total)
	}
	if file := os.Getenv("GOSW_MATRIX"); file != "" {
		if err := os.WriteFile(strings.TrimSuffix(file, ".md")+"-reads.md", []byte(text.String()), 0o644); err != nil {
			t.Error(err)
		}
	}
}
