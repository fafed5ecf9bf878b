//go:build linux

package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gosw/gosw/internal/store"
)

// The matrix: every step of every change, stopped by SIGKILL or failing with an
// errno, with a real process each. testdata/matrix.md says what must hold.

var faultNames = []string{"SIGKILL", "ENOSPC", "EIO", "EDQUOT", "EROFS"}

// A change is a command that changes a store, and the store that it meets.
type change struct {
	name  string
	from  []string // versions in the store; none for no store at all
	plant map[string]string
	args  []string
	// always are faults that each run of it meets, besides the one that is tried.
	always string
	// after is what the store has when it is done, however often it was cut
	// short.
	after []string
	// again is the exit code of the command when it has done its work already.
	again int
	// damaged says that what it meets is not sound.
	damaged bool
	// shows says that its output is what it is for.
	shows bool
}

var changes = []change{
	{name: "first install", args: []string{"install", "1.22.4"}, after: []string{"go1.22.4"}},
	{name: "install", from: []string{"1.21.13", "1.22.4"}, args: []string{"install", "1.22.12"},
		after: []string{"go1.21.13", "go1.22.12", "go1.22.4"}},
	{name: "uninstall", from: []string{"1.21.13", "1.22.4", "1.22.12"}, args: []string{"uninstall", "1.22.12"},
		after: []string{"go1.21.13", "go1.22.4"}, again: 1},
	{name: "uninstall a line", from: []string{"1.21.13", "1.22.4"}, args: []string{"uninstall", "1.22.4"},
		after: []string{"go1.21.13"}, again: 1},
	{name: "default", from: []string{"1.21.13", "1.22.4"}, args: []string{"default", "1.21"},
		after: []string{"go1.21.13", "go1.22.4"}},
	{name: "default --unset", from: []string{"1.21.13", "1.22.4"}, args: []string{"default", "--unset"},
		after: []string{"go1.21.13", "go1.22.4"}},
	{name: "init", from: []string{"1.21.13"}, args: []string{"init", "bash"}, after: []string{"go1.21.13"},
		plant: map[string]string{"-bin/go": "", "-bin/gofmt": "", "-bin/gosw": ""}},
	{name: "prune", from: []string{"1.21.13", "1.22.4", "1.22.12"}, args: []string{"prune"},
		after: []string{"go1.21.13", "go1.22.12"}, plant: map[string]string{"pins": "/nowhere/.go-version\n"}},
	{name: "exec", from: []string{"1.21.13", "1.22.4"}, args: []string{"exec", "--", "go", "version"}, after: []string{"go1.21.13", "go1.22.4"},
		plant: map[string]string{"../../.go-version": "1.22.4\n"}},
	{name: "install after a kill", from: []string{"1.21.13", "1.22.4"}, args: []string{"install", "1.22.4"},
		after: []string{"go1.21.13", "go1.22.4"}, plant: map[string]string{
			"staging/go1.20.77/bin/go":        "x",
			"staging/store.5":                 "x",
			"receipts/go1.20.json":            "{}",
			"receipts/go1.20.sums":            "",
			"staging/go1.21.0.78/tree/bin/go": "x",
			">toolchains/go1.21.0":            "../staging/go1.21.0.78/tree",
		}},
	{name: "install over a grave", from: []string{"1.21.13", "1.22.4"}, args: []string{"install", "1.22.12"},
		after: []string{"go1.21.13", "go1.22.12", "go1.22.4"}, plant: map[string]string{
			"staging/go1.22.12.78/tree/bin/go": "x",
			">toolchains/go1.22.12":            "../staging/go1.22.12.78/tree",
			"open":                             "staging/go1.22.12.78/tree/bin/go", // as if it were run
		}},
	{name: "repair", from: []string{"1.21.13", "1.22.4"}, args: []string{"repair", "1.22.4"}, damaged: true,
		after: []string{"go1.21.13", "go1.22.4"}, plant: map[string]string{"toolchains/go1.22.4/VERSION": "x"}},
	{name: "repair of a shared file", from: []string{"1.21.13", "1.22.4"}, args: []string{"repair", "1.22.4"}, damaged: true,
		after: []string{"go1.21.13", "go1.22.4"}, plant: map[string]string{
			"toolchains/go1.22.4/LICENSE":   "x",
			"~toolchains/go1.21.13/LICENSE": "toolchains/go1.22.4/LICENSE",
		}},
	{name: "uninstall in place", from: []string{"1.21.13", "1.22.4", "1.22.12"}, args: []string{"uninstall", "1.22.12"},
		after: []string{"go1.21.13", "go1.22.4"}, again: 1, damaged: true, always: "uninstall/rename=EXDEV"},
	{name: "repair file by file", from: []string{"1.21.13", "1.22.4"}, args: []string{"repair", "1.22.4"}, damaged: true,
		always: "repair/exchange=EXDEV", after: []string{"go1.21.13", "go1.22.4"}, plant: map[string]string{
			"toolchains/go1.22.4/VERSION":   "x",
			"toolchains/go1.22.4/more/x":    "x",
			"-toolchains/go1.22.4/bin/go":   "",
			">toolchains/go1.22.4/bin/go":   "/bin/true",
			"-toolchains/go1.22.4/LICENSE":  "",
			"toolchains/go1.22.4/LICENSE/x": "x",
		}},
	{name: "repair without a receipt", from: []string{"1.21.13", "1.22.4"}, args: []string{"repair", "1.22.4"}, damaged: true,
		after: []string{"go1.21.13", "go1.22.4"}, plant: map[string]string{"-receipts/go1.22.4.json": ""}},
	{name: "repair without a manifest", from: []string{"1.21.13", "1.22.4"}, args: []string{"repair", "1.22.4"}, damaged: true,
		after: []string{"go1.21.13", "go1.22.4"}, plant: map[string]string{"-receipts/go1.22.4.sums": "", "toolchains/go1.22.4/LICENSE": "x"}},
}

// steps returns the steps that a change comes to, each as often as it does:
// "line/link", "line/link#2".
func (b *bench) steps(t *testing.T, c change) []string {
	t.Helper()
	f := b.newField(t, c)
	defer f.release()
	log := filepath.Join(f.home, "steps")
	if code, stderr := f.gosw("GOSW_FAULT_LOG="+log+"\x00GOSW_FAULT="+c.always, c.args...); code != 0 {
		t.Fatalf("%s: exit code %d\n%s", c.name, code, stderr)
	}
	f.release()
	f.gosw("GOSW_FAULT="+c.always, c.args...) // and now nobody uses what may have been in use
	b.clean[c.name] = f.listing()
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var steps []string
	count := make(map[string]int)
	for _, step := range strings.Fields(string(data)) {
		if count[step]++; count[step] > 1 {
			step = fmt.Sprintf("%s#%d", step, count[step])
		}
		steps = append(steps, step)
	}
	return steps
}

// lenient are the steps whose failure is no failure of the command: it did what
// it was asked, and what is left over is swept the next time, or what could not be
// shared is downloaded.
func lenient(step string, c change) bool {
	step, _, _ = strings.Cut(step, "#")
	kind, _, _ := strings.Cut(step, "/")
	return kind == "sweep" || kind == "share" || kind == "pins" && c.name == "exec" || kind == "delete" && strings.HasPrefix(c.name, "install")
}

func TestFaults(t *testing.T) {
	t.Parallel()
	b := newBench(t, changes)
	table := make(map[string]map[string]string)
	for _, step := range store.Steps() {
		table[step.Name] = make(map[string]string)
	}
	var mu sync.Mutex
	t.Run("matrix", func(t *testing.T) {
		tried := make(map[string]bool)
		gate := make(chan struct{}, 2*runtime.GOMAXPROCS(0))
		for _, c := range changes {
			for _, step := range b.steps(t, c) {
				base, _, _ := strings.Cut(step, "#")
				again := tried[base] // with every fault, so these have to do
				tried[base] = true
				if table[base] == nil {
					t.Errorf("%s comes to the step %q, which store.Steps does not list", c.name, step)
					continue
				}
				for _, fault := range faultNames {
					if again && fault != "SIGKILL" && fault != "ENOSPC" {
						continue
					}
					t.Run(strings.ReplaceAll(c.name+"/"+step+"/"+fault, " ", "-"), func(t *testing.T) {
						t.Parallel()
						gate <- struct{}{}
						defer func() { <-gate }()
						b.cell(t, c, step, fault)
						mu.Lock()
						defer mu.Unlock()
						if t.Failed() {
							table[base][fault] = "FAILED"
						} else if table[base][fault] == "" {
							table[base][fault] = "ok"
						}
					})
				}
			}
		}
	})
	printMatrix(t, table)
}

// printMatrix writes the table to the file that GOSW_MATRIX names, and fails if
// a listed step was never come to.
func printMatrix(t *testing.T, table map[string]map[string]string) {
	t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, "| step | what comes next | %s |\n|---|---%s|\n", strings.Join(faultNames, " | "), strings.Repeat("|---", len(faultNames)))
	for _, step := range store.Steps() {
		fmt.Fprintf(&text, "| %s | %s ", step.Name, step.Does)
		for _, fault := range faultNames {
			result := table[step.Name][fault]
			if result == "" {
				t.Errorf("no change comes to %s, so %s was not tried there", step.Name, fault)
				result = "not tried"
			}
			fmt.Fprintf(&text, "| %s ", result)
		}
		text.WriteString("|\n")
	}
	doc, err := os.ReadFile("testdata/matrix.md")
	if err != nil || !t.Failed() && !bytes.Contains(doc, []byte(text.String())) {
		t.Errorf("testdata/matrix.md (%v) has another matrix than this, which make faults writes to bin/matrix.md", err)
	}
	if file := os.Getenv("GOSW_MATRIX"); file != "" {
		if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// cell is one field of the matrix.
func (b *bench) cell(t *testing.T, c change, step, fault string) {
	f := b.newField(t, c)
	defer f.release()
	code, stderr := f.gosw("GOSW_FAULT="+c.always+" "+step+"="+fault, c.args...)
	f.checkEnd(c, step, fault, code, stderr)
	if !c.damaged {
		f.checkSound()
	}

	// The next one heals without being told to, and does what was to be done.
	f.release()
	if code, stderr := f.gosw("GOSW_FAULT="+c.always, c.args...); code != 0 && code != c.again {
		t.Errorf("again: exit code %d\n%s", code, stderr)
	}
	f.checkSound()
	f.checkHealed(c)
}

// checkEnd judges how the command ended.
func (f *field) checkEnd(c change, step, fault string, code int, stderr string) {
	f.t.Helper()
	if fault == "SIGKILL" {
		if code != -1 {
			f.t.Errorf("exit code %d, want a kill", code)
		}
		return
	}
	if lenient(step, c) {
		if code != 0 {
			f.t.Errorf("exit code %d\n%s", code, stderr)
		}
		return
	}
	words := map[string]string{"ENOSPC": "no space left", "EIO": "input/output error", "EDQUOT": "quota", "EROFS": "read-only"}[fault]
	if code != 1 || !strings.Contains(stderr, words) || !strings.Contains(stderr, "hint: ") || strings.Contains(stderr, "panic") {
		f.t.Errorf("exit code %d, want 1, %q and a hint:\n%s", code, words, stderr)
	}
}

// checkSound demands what holds at any time: what is listed is complete and
// proven, what is linked is there, what is the default can be read.
func (f *field) checkSound() {
	f.t.Helper()
	f.checkWhole()
	for _, dir := range []string{"toolchains", "bin"} {
		entries, _ := os.ReadDir(f.store(dir))
		for _, entry := range entries {
			if _, err := os.Stat(f.store(dir, entry.Name())); err != nil {
				f.t.Errorf("%s leads to nothing: %v", entry.Name(), err)
			}
		}
	}
	if data, err := os.ReadFile(f.store("default")); err == nil && string(data) != "1.22\n" && string(data) != "1.21\n" {
		f.t.Errorf("default says %q", data)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.t.Error(err)
	}
}

// checkHealed compares the store with one in which c met no fault.
func (f *field) checkHealed(c change) {
	f.t.Helper()
	if want, got := f.bench.clean[c.name], f.listing(); got != want {
		f.t.Errorf("the store has\n%s\nwant\n%s", got, want)
	}
	entries, err := os.ReadDir(f.store("toolchains"))
	if err != nil {
		f.t.Error(err)
	}
	var versions []string
	for _, entry := range entries {
		if entry.IsDir() {
			versions = append(versions, entry.Name())
		}
	}
	slices.Sort(c.after)
	if !slices.Equal(versions, c.after) {
		f.t.Errorf("it has %v, want %v", versions, c.after)
	}
}

// TestProductHasNoFaults makes sure that what users get can't be told to fail.
func TestProductHasNoFaults(t *testing.T) {
	t.Parallel()
	dir, err := faultPrograms()
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]bool{filepath.Join(programs, "gosw"): false, filepath.Join(dir, "gosw"): true} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(data, []byte("GOSW_FAULT")); got != want {
			t.Errorf("%s knows of faults: %v, want %v", file, got, want)
		}
	}
}
