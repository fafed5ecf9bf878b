//go:build unix

package main_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// specials make what is no file that gosw would write, in the place of one.
var specials = map[string]func(name string) error{
	"a FIFO":          func(name string) error { return syscall.Mkfifo(name, 0o600) },
	"a socket":        listenAndClose,
	"a directory":     func(name string) error { return os.Mkdir(name, 0o700) },
	"a device":        func(name string) error { return os.Symlink("/dev/zero", name) },
	"a dangling link": func(name string) error { return os.Symlink("nowhere", name) },
	"a loop":          func(name string) error { return os.Symlink(filepath.Base(name), name) },
	"10 MB":           func(name string) error { return errors.Join(os.WriteFile(name, nil, 0o600), os.Truncate(name, 10<<20)) },
}

// listenAndClose leaves a socket that nobody listens at. Its path may be long.
func listenAndClose(name string) error {
	short, err := os.MkdirTemp("/tmp", "gosw")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(short) }()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(short, "s"), Net: "unix"})
	if err != nil {
		return err
	}
	l.SetUnlinkOnClose(false)
	return errors.Join(l.Close(), moveSocket(filepath.Join(short, "s"), name))
}

// moveSocket is a rename, also to another file system, where mv makes a new one.
func moveSocket(from, to string) error { return exec.Command("mv", from, to).Run() }

// TestSpecialFiles puts what is no small regular file in the place of each file of a
// store, of settings and of caches, and runs what reads it: that ends by itself,
// with or without an error, and never in a crash.
func TestSpecialFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	install := [][]string{{"install", "1.21"}, {"uninstall", "1.21"}}
	cells := 0
	for _, place := range []struct {
		path     string // a file, or a directory with files
		commands [][]string
	}{
		{".local/go/format", [][]string{{"list"}}},
		{".local/go/default", [][]string{{"current"}, {"list"}, {"shim", "go", "version"}}},
		{".local/go/pins", [][]string{{"prune", "--dry-run"}, {"exec", "--", "go", "version"}}},
		{".local/go/receipts", [][]string{{"verify"}, {"list", "--json"}, {"repair"}}},
		{".config/gosw/env", [][]string{{"env"}, {"env", "-w", "GOSW_JOBS=2"}}},
		{".config/go/env", [][]string{{"env"}}},
		{".netrc", [][]string{{"list", "--remote"}}},
		{".bashrc", [][]string{{"init", "bash", "--install"}}},
		{".cache/gosw/index", [][]string{{"list", "--remote"}, {"outdated"}}},
		{".cache/gosw/sumdb", install},
		{".local/state/gosw", install},
	} {
		s.fill(t)
		for _, file := range filesBelow(t, filepath.Join(s.home, place.path)) {
			for what, make := range specials {
				content, err := os.ReadFile(file)
				if err := errors.Join(err, os.Remove(file), make(file)); err != nil {
					t.Fatal(err)
				}
				for _, args := range place.commands {
					cells++
					s.ends(file+" is "+what, args)
				}
				if err := errors.Join(os.RemoveAll(file), os.WriteFile(file, content, 0o644)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	t.Logf("%d cells", cells)
}

// fill makes every file that gosw and its user have.
func (s *site) fill(t *testing.T) {
	t.Helper()
	for name, text := range map[string]string{
		".config/go/env": "GOFLAGS=\n", ".netrc": "machine a login b password c\n", ".bashrc": "# mine\n", "pinned/.go-version": "1.22.4\n",
	} {
		file := filepath.Join(s.home, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	s.run("install", "1.22.4")
	s.run("default", "1.22.4")
	s.run("env", "-w", "GOSW_JOBS=1")
	s.run("list", "--remote")
	cmd := s.command(s.server.Proxy(), "exec", "--", "go", "version")
	cmd.Dir = filepath.Join(s.home, "pinned")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// filesBelow returns path, or the regular files below it, of each directory a few.
func filesBelow(t *testing.T, path string) (files []string) {
	t.Helper()
	const most = 3
	in := make(map[string]int)
	err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && in[filepath.Dir(name)] < most {
			in[filepath.Dir(name)]++
			files = append(files, name)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no files, %v", path, err)
	}
	return files
}

// ends runs gosw, and demands that it comes to an end, and to none by a signal or
// a panic. The bound is far above what any command takes; it is there to end the
// test where one hangs.
func (s *site) ends(what string, args []string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	defer cancel()
	like := s.command(s.server.Proxy(), args...)
	cmd := exec.CommandContext(ctx, like.Path, args...)
	cmd.Env, cmd.Dir = like.Env, like.Dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code < 0 || bytes.Contains(out.Bytes(), []byte("panic:")) ||
		err != nil && !strings.Contains(out.String(), "gosw: ") {
		s.t.Errorf("%s: gosw %s: %v\n%.2000s", what, strings.Join(args, " "), err, &out)
	}
}
