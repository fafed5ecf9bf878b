//go:build linux

package main_test

import (
	"bytes"
	"errors"
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

// faultPrograms builds gosw with the tag faults, once. It knows no commit, whose time could
// be after the one that a test sets.
var faultPrograms = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(programs, "faults")
	build := exec.Command("go", "build", "-tags=faults", "-buildvcs=false", "-o", dir+"/", "../gosw", "../gosw-shim")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("build: %w\n%s", err, out)
	}
	return dir, err
})

// A bench has a home for each store that a change starts from, to be copied.
type bench struct {
	gosw        string
	server      *fetchtest.Server
	templates   map[string]string
	mu          sync.Mutex        // guards what follows
	clean       map[string]string // the listing of the store after each change
	undisturbed map[string]shot   // what the first run of each change made, for the matrix of reads
}

// fieldDir returns a directory for a home, in memory where there is a file system
// for that: the matrix writes some gigabytes.
func fieldDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "gosw-faults-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func newBench(t *testing.T, changes []change) *bench {
	t.Helper()
	dir, err := faultPrograms()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{gosw: filepath.Join(dir, "gosw"), server: fetchtest.NewServer(t, toys...),
		templates: make(map[string]string), clean: make(map[string]string), undisturbed: make(map[string]shot)}
	for _, c := range changes {
		key := strings.Join(c.from, " ")
		if b.templates[key] != "" || key == "" {
			continue
		}
		f := &field{site: &site{t: t, home: fieldDir(t), server: b.server}, bench: b}
		f.must(append([]string{"install"}, c.from...)...)
		f.must("default", map[bool]string{true: "1.22", false: "1.21"}[len(c.from) > 1])
		b.templates[key] = f.home
	}
	return b
}

// A field is a home in which a change meets a fault.
type field struct {
	*site
	bench *bench
	held  []*exec.Cmd
}

// newField makes what c starts from.
func (b *bench) newField(t *testing.T, c change) *field {
	t.Helper()
	f := &field{site: &site{t: t, home: fieldDir(t), server: b.server}, bench: b}
	if template := b.templates[strings.Join(c.from, " ")]; template != "" {
		if out, err := exec.Command("cp", "-a", template+"/.", f.home).CombinedOutput(); err != nil {
			t.Fatalf("cp: %v\n%s", err, out)
		}
	}
	for _, path := range slices.Sorted(mapsKeys(c.plant)) {
		f.plant(path, c.plant[path])
	}
	if open := c.plant["open"]; open != "" {
		f.hold(f.store(open))
	}
	return f
}

func mapsKeys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if key != "open" && !yield(key) {
				return
			}
		}
	}
}

// plant writes a file; with "-" before its name it removes it, with ">" it
// makes a link, with "~" a hard link to what was there or planted before, with "="
// it moves what was there.
func (f *field) plant(path, content string) {
	f.t.Helper()
	var err error
	switch path[0] {
	case '-':
		err = os.Remove(f.store(path[1:]))
	case '>':
		err = os.Symlink(content, f.store(path[1:]))
	case '=':
		err = errors.Join(os.MkdirAll(filepath.Dir(f.store(path[1:])), 0o755), os.Rename(f.store(content), f.store(path[1:])))
	case '~':
		err = errors.Join(os.Remove(f.store(path[1:])), os.Link(f.store(content), f.store(path[1:])))
	default:
		f.write(f.store(path), strings.ReplaceAll(content, "$HOME", f.home))
	}
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *field) write(file, content string) {
	f.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.RemoveAll(file), os.WriteFile(file, []byte(content), 0o644)); err != nil {
		f.t.Fatal(err)
	}
}

// hold starts a process that has file open, until release.
func (f *field) hold(file string) {
	f.t.Helper()
	open, err := os.Open(file)
	if err != nil {
		f.t.Fatal(err)
	}
	defer open.Close()
	cmd := exec.Command("sleep", "300")
	cmd.Stdin = open
	if err := cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	f.held = append(f.held, cmd)
}

func (f *field) release() {
	for _, cmd := range f.held {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	f.held = nil
}

// gosw runs the test build and returns its exit code, -1 for a signal, and
// what it said on stderr.
func (f *field) gosw(env string, args ...string) (int, string) {
	f.t.Helper()
	cmd := f.command(f.server.Proxy(), args...)
	cmd.Path, cmd.Env = f.bench.gosw, append(cmd.Env, strings.Split(env, "\x00")...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		f.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), stderr.String()
}

func (f *field) must(args ...string) {
	f.t.Helper()
	if code, stderr := f.gosw("", args...); code != 0 {
		f.t.Fatalf("gosw %v: exit code %d\n%s", args, code, stderr)
	}
}

// listing has each name in the store with its mode, size and target. So nothing
// is left over, and all space is given back.
func (f *field) listing() string {
	f.t.Helper()
	var text strings.Builder
	err := filepath.WalkDir(f.store(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(f.store(), path)
		info, err := entry.Info()
		if err != nil || strings.HasPrefix(name, "locks/") {
			return err // locks stay, and say who had them
		}
		size, target := info.Size(), ""
		if !info.Mode().IsRegular() {
			size = 0
			target, _ = os.Readlink(path)
		}
		if strings.HasSuffix(name, ".json") || name == "pins" {
			size = 0 // they have times, ports and paths
		}
		fmt.Fprintf(&text, "%v %6d %s %s\n", info.Mode(), size, name, target)
		return nil
	})
	if err != nil {
		f.t.Error(err)
	}
	return text.String()
}
