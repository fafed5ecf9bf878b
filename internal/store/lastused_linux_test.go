package store

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The times of a program tell when it was run, but not that gosw has verified it.
func TestLastUsed(t *testing.T) {
	t.Parallel()
	toy := newToyTree(t)
	program := toy.path("bin/go")
	installed := time.Now().Add(-time.Hour)
	must(t, os.Chtimes(program, installed, installed))
	var mount unix.Statfs_t
	must(t, unix.Statfs(program, &mount))
	kept := mount.Flags&unix.ST_NOATIME == 0

	expect := func(when string, used bool) {
		t.Helper()
		last, ok := toy.store.LastUsed(toy.version)
		told := used && kept
		if ok != kept || last.IsZero() == told || told && time.Since(last) > time.Minute {
			t.Errorf("%s: %v, %v; the file system keeps such times: %v", when, last, ok, kept)
		}
	}
	expect("installed", false)
	if got := toy.verify(t); len(got) > 0 {
		t.Error(got)
	}
	expect("verified", false)
	must(t, exec.Command(program).Run())
	expect("run", true)
	if last, ok := toy.store.LastUsed(version(t, "1.99.0")); ok {
		t.Errorf("not installed: %v", last)
	}
}
