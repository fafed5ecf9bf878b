//go:build unix

package fsx

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// TestReadNeverWaits reads what is not a regular file: an error at once, also where
// a FIFO takes the place after the look.
func TestReadNeverWaits(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir) // a socket's path may be short only
	l, err := net.Listen("unix", "socket")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for _, name := range []string{fifo, filepath.Join(dir, "socket"), "/dev/zero", "/dev/tty"} {
		for _, links := range []Links{Follow, NoFollow} {
			if _, err := Read(name, 10, links); err == nil || !strings.HasSuffix(err.Error(), "not a regular file") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	f, err := os.OpenFile(fifo, os.O_RDONLY|nonBlock|noFollow, 0)
	if err != nil {
		t.Fatalf("the open after the look waits: %v", err)
	}
	_ = f.Close()
}

// TestReadGrowing reads a file whose size says nothing.
func TestReadGrowing(t *testing.T) {
	t.Parallel()
	const name = "/proc/self/environ"
	if runtime.GOOS != "linux" {
		t.Skip("no /proc")
	}
	if _, err := Read(name, 3, Follow); err == nil || !strings.HasSuffix(err.Error(), "larger than 3 bytes") {
		t.Errorf("%v", err)
	}
}

func TestMkdirAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	loop := filepath.Join(dir, "loop")
	if err := errors.Join(os.Symlink(loop, loop), os.WriteFile(filepath.Join(dir, "file"), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		"a/b/c": nil, "a/b": nil, "loop": syscall.ELOOP, "loop/x": syscall.ELOOP, "file": syscall.ENOTDIR, "file/x": syscall.ENOTDIR,
	} {
		if err := MkdirAll(filepath.Join(dir, path), 0o755); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
}
