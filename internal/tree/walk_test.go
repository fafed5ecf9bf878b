//go:build unix

package tree

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestWalkTooMany bounds what a tree may have, in the directories that are left out
// as well.
func TestWalkTooMany(t *testing.T) {
	t.Parallel()
	dir := distTree(t, "go1.22.4")
	root := openRoot(t, dir)
	below, err := OpenDir(root)
	must(t, err)
	defer func() { must(t, below.Close()) }()
	l := &lister{Tree: &Tree{root: root, entries: maxEntries - 3, dirs: make(map[string]os.FileMode)}, dir: below}
	if _, err := l.read(branch{path: "src"}); err == nil || !strings.Contains(err.Error(), "no release of Go") {
		t.Errorf("read: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	cancel(stop)
	if _, err := Walk(ctx, root); !errors.Is(err, stop) {
		t.Errorf("walk that was stopped: %v", err)
	}
}

// TestWalkRace swaps a file for a link, another file and a longer one after it
// was listed: nothing of what took its place is read as if it were it.
func TestWalkRace(t *testing.T) {
	t.Parallel()
	for name, swap := range map[string]func(t testing.TB, dir string){
		"link out": func(t testing.TB, dir string) { link(t, dir, "LICENSE", "/etc/hostname") },
		"same content": func(t testing.TB, dir string) {
			put(t, dir, "doc/LICENSE", "Do as you like.\n")
			link(t, dir, "LICENSE", "doc/LICENSE")
		},
		"link within": func(t testing.TB, dir string) { link(t, dir, "LICENSE", "VERSION") },
		"pipe": func(t testing.TB, dir string) {
			remove(t, dir, "LICENSE")
			must(t, syscall.Mkfifo(filepath.Join(dir, "LICENSE"), 0o644))
		},
		"another file": func(t testing.TB, dir string) {
			must(t, os.Rename(filepath.Join(dir, "VERSION"), filepath.Join(dir, "LICENSE")))
		},
		"gone":   func(t testing.TB, dir string) { remove(t, dir, "LICENSE") },
		"grown":  func(t testing.TB, dir string) { put(t, dir, "LICENSE", "Do as you like, but not so fast.\n") },
		"shrunk": func(t testing.TB, dir string) { put(t, dir, "LICENSE", "Do") },
	} {
		dir := distTree(t, "go1.22.4")
		walked, err := Walk(t.Context(), openRoot(t, dir))
		must(t, err)
		swap(t, dir)
		must(t, walked.Hash(t.Context(), walked.Files, nil))
		for _, f := range walked.Files {
			if f.Path == "LICENSE" && (f.Hashed || f.Err == nil) {
				t.Errorf("%s: hashed %x, %v", name, f.Sum, f.Err)
			}
		}
		if len(walked.Sums(nil)) == len(walked.Files) {
			t.Errorf("%s: the tree has a checksum", name)
		}
		dir = distTree(t, "go1.22.4")
		walked, err = Walk(t.Context(), openRoot(t, dir))
		must(t, err)
		link(t, dir, "src", "/usr") // a directory on the way
		must(t, walked.Hash(t.Context(), walked.Files, nil))
		for _, f := range walked.Files {
			if strings.HasPrefix(f.Path, "src/") && f.Err == nil {
				t.Errorf("%s was read through a link", f.Path)
			}
		}
	}
}
