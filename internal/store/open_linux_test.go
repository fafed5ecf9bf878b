package store

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestNothingOpen changes a store in each way and looks, right before whatever is
// renamed or deleted, at what this process has open: nothing below the store but its
// locks. Windows renames no directory below which something is open, and Linux, which
// does, is where this can be seen.
func TestNothingOpen(t *testing.T) {
	t.Parallel()
	for _, plain := range []bool{false, true} {
		toy := newToyTree(t)
		s := toy.store
		s.plain = plain
		var seen []string
		s.Step = func(step string) error {
			_, last, _ := strings.Cut(step, "/")
			if !slices.Contains([]string{"rename", "revive", "exchange", "files", "staging", "clean"}, last) {
				return nil
			}
			seen = append(seen, step)
			for _, path := range openFiles(t, string(s.home)) {
				if filepath.Dir(path) != s.locks() {
					t.Errorf("plain %v: %s is open before %s", plain, path, step)
				}
			}
			return nil
		}
		next := toy.next("1.22.6")
		toy.add(t, "1.22.5")
		next.add(t, "1.22.6")
		flip(t, next.path("VERSION"), 0)
		_, err := s.Repair(t.Context(), next.version, next.means())
		_, removeErr := s.Remove(t.Context(), next.version)
		must(t, err, removeErr)
		for _, want := range []string{"install/rename", "receipt/rename", "uninstall/rename", "repair/exchange", "delete/files"} {
			if !slices.Contains(seen, want) {
				t.Errorf("plain %v: never came to %s", plain, want)
			}
		}
	}
}

// openFiles returns what this process has open below dir.
func openFiles(t *testing.T, dir string) (open []string) {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		path, err := os.Readlink("/proc/self/fd/" + entry.Name())
		if err == nil && (path == dir || strings.HasPrefix(path, dir+"/")) {
			open = append(open, path)
		}
	}
	return open
}
