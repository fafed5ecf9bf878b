//go:build linux

package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// TestIntoFaults cuts "gosw install --into DIR" short at each step, by a kill and by a
// full disk. DIR is not there then, or whole, and the next one makes it whole and leaves
// nothing beside it.
func TestIntoFaults(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	first := b.newField(t, change{})
	log := filepath.Join(first.home, "steps")
	if code, stderr := first.gosw("GOSW_FAULT_LOG="+log, "install", "--into", filepath.Join(first.home, "img", "go"), "1.22.4"); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	steps := strings.Fields(string(data))
	slices.Sort(steps)
	for _, step := range slices.Compact(steps) {
		for _, fault := range []string{"SIGKILL", "ENOSPC"} {
			t.Run(strings.ReplaceAll(step, "/", "-")+"/"+fault, func(t *testing.T) {
				t.Parallel()
				f := b.newField(t, change{})
				dir := filepath.Join(f.home, "img", "go")
				code, stderr := f.gosw("GOSW_FAULT="+step+"="+fault, "install", "--into", dir, "1.22.4")
				if fault == "SIGKILL" && code != -1 {
					t.Errorf("exit code %d, want a kill", code)
				}
				whole := f.checkInto(dir)
				if fault == "ENOSPC" && whole != (code == 0) {
					t.Errorf("exit code %d, there: %t\n%s", code, whole, stderr)
				}
				if !whole {
					f.must("install", "--into", dir, "1.22.4")
				}
				entries, err := os.ReadDir(filepath.Dir(dir))
				if !f.checkInto(dir) || len(entries) != 1 {
					t.Errorf("in the end there are %v, %v", entries, err)
				}
				if _, err := os.Stat(f.store()); err == nil {
					t.Error("it made a store")
				}
			})
		}
	}
	if len(steps) < 10 {
		t.Errorf("%d steps", len(steps))
	}
}

// checkInto reports whether dir is there, and demands that it is whole then.
func (f *field) checkInto(dir string) bool {
	f.t.Helper()
	if _, err := os.Stat(dir); err != nil {
		return false
	}
	for _, file := range fetchtest.Files("go1.22.4", runtime.GOOS, runtime.GOARCH) {
		name := strings.Replace(file[0], "_go.mod", "go.mod", 1)
		if data, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(data) != file[1] {
			f.t.Error(fmt.Errorf("%s is not whole: %w", name, err))
		}
	}
	return true
}
