//go:build unix

package main

import (
	"archive/zip"
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
)

// Where installations go.
const (
	onTmpfs = "tmpfs"
	onDisk  = "disk"
)

// A lab is where installations are measured.
type lab struct {
	options     installOptions
	ctx         context.Context // ends what is running
	host        string          // "linux/amd64"
	program     string          // gosw
	floor       string
	timer       string // timed
	origin      *origin
	server      *server
	directories map[string]string // place to the directory for installations
	remove      []string          // in the end
	results     []result
}

func newLab(ctx context.Context, o installOptions) (l *lab, err error) {
	l = &lab{options: o, ctx: ctx, host: runtime.GOOS + "/" + runtime.GOARCH, directories: make(map[string]string)}
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	cache, err := cacheDirectory()
	if err != nil {
		return l, err
	}
	if l.origin, err = newOrigin(cache); err != nil {
		return l, err
	}
	if l.program, err = filepath.Abs("bin/gosw"); err != nil {
		return l, err
	}
	if _, err = os.Stat(l.program); err != nil {
		return l, err
	}
	for place, parent := range map[string]string{onTmpfs: o.memory, onDisk: o.disk} {
		if l.directories[place], err = l.directory(parent); err != nil {
			return l, err
		}
	}
	if err = l.build(); err != nil {
		return l, err
	}
	l.server, err = startServer(cache)
	return l, err
}

// directory makes a directory that is removed in the end.
func (l *lab) directory(parent string) (string, error) {
	dir, err := os.MkdirTemp(parent, "gosw-bench-")
	if err == nil {
		l.remove = append(l.remove, dir)
	}
	return dir, err
}

// build builds the programs of this bench that are run beside it.
func (l *lab) build() error {
	dir, err := l.directory("")
	if err != nil {
		return err
	}
	l.floor, l.timer = filepath.Join(dir, "floor"), filepath.Join(dir, "timed")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s", "-o", dir, "./test/bench/floor", "./test/bench/timed")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the floor: %w\n%s", err, out)
	}
	return nil
}

func (l *lab) close() {
	if l.server != nil {
		l.server.stop()
	}
	for _, dir := range l.remove {
		if err := removeAll(dir); err != nil {
			log.Print(err)
		}
	}
}

// removeAll removes a directory, and what in it is sealed.
func removeAll(dir string) error {
	if out, err := exec.Command("chmod", "-R", "u+w", dir).CombinedOutput(); err != nil {
		return fmt.Errorf("chmod %s: %w\n%s", dir, err, out)
	}
	return os.RemoveAll(dir)
}

// supply sees to it that the server has all that s needs, and returns what has
// to be there when it is installed.
func (l *lab) supply(s scenario) (tree, error) {
	var want tree
	for i, r := range append(s.wanted[:len(s.wanted):len(s.wanted)], s.sibling...) {
		file, status, err := l.origin.file(r.path(".zip"))
		if err != nil {
			return want, err
		}
		if status != http.StatusOK {
			return want, fmt.Errorf("%s has no %s: %s", l.origin.address, r.name(), http.StatusText(status))
		}
		if i >= len(s.wanted) {
			continue
		}
		archive, err := zip.OpenReader(file)
		if err != nil {
			return want, fmt.Errorf("%s: %w", file, err)
		}
		for _, f := range archive.File {
			want.files++
			want.content += int64(f.UncompressedSize64)
		}
		_ = archive.Close()
		if s.archive {
			if err := makeArchive(l.origin.directory, r.name(), file); err != nil {
				return want, err
			}
		}
	}
	return want, nil
}

// once has a tool install on a link, in a fresh directory of place, and checks that
// all of want is there then. The directory is returned.
func (l *lab) once(t tool, on shape, place string, want tree) (s sample, dir string, err error) {
	if dir, err = os.MkdirTemp(l.directories[place], "run-"); err != nil {
		return s, dir, err
	}
	if err := os.Mkdir(filepath.Join(dir, "tmp"), 0o755); err != nil {
		return s, dir, err
	}
	if t.before != nil {
		if _, err := l.timed(t.before(dir)); err != nil {
			return s, dir, err
		}
	}
	before, err := look(dir)
	if err != nil {
		return s, dir, err
	}
	if place == onDisk {
		syscall.Sync() // what others wrote is not this tool's to wait for
	}
	if _, err := l.server.become(on); err != nil {
		return s, dir, err
	}
	if s, err = l.timed(t.command(dir)); err != nil {
		return s, dir, err
	}
	traffic, err := l.server.become(shape{})
	if err != nil {
		return s, dir, err
	}
	after, err := look(dir)
	if err != nil {
		return s, dir, err
	}
	if after.files-before.files < want.files || after.content-before.content < want.content {
		return s, dir, fmt.Errorf("%s left %d files of %d bytes, which is less than %d of %d",
			t.name, after.files-before.files, after.content-before.content, want.files, want.content)
	}
	s.Fetched, s.Requests, s.ServerCPU = traffic.Sent, traffic.Requests, traffic.CPU
	s.Disk = after.disk - before.disk
	return s, dir, nil
}
