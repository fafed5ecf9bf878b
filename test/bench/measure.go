//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// A sample is what one run of a tool took.
type sample struct {
	Wall      time.Duration `json:"wall"`
	CPU       time.Duration `json:"cpu"`        // of the tool's processes, user and system
	ServerCPU time.Duration `json:"server_cpu"` // beside it
	Peak      int64         `json:"peak"`       // bytes: resident memory of its largest process
	Fetched   int64         `json:"fetched"`    // bytes that the server sent
	Requests  int64         `json:"requests"`
	Disk      int64         `json:"disk"` // bytes of blocks that were not used before
}

// timed runs cmd with the program of that name and returns what it took.
func (l *lab) timed(cmd *exec.Cmd) (sample, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return sample{}, err
	}
	defer r.Close()
	defer w.Close()
	var output bytes.Buffer
	through := exec.Command(l.timer, append([]string{cmd.Path}, cmd.Args[1:]...)...)
	through.Dir, through.Env = cmd.Dir, cmd.Env
	through.Stdout, through.Stderr, through.ExtraFiles = &output, &output, []*os.File{w}
	// All its processes end when the bench is interrupted.
	through.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := through.Start(); err != nil {
		return sample{}, err
	}
	_ = w.Close() // so that r ends with the process
	stop := context.AfterFunc(l.ctx, func() { _ = syscall.Kill(-through.Process.Pid, syscall.SIGKILL) })
	err = through.Wait()
	if !stop() {
		return sample{}, context.Cause(l.ctx)
	}
	if err != nil {
		return sample{}, fmt.Errorf("%v: %w\n%s", cmd.Args, err, output.Bytes())
	}
	line, err := io.ReadAll(r)
	if err != nil {
		return sample{}, err
	}
	return parseTimed(string(line))
}

// parseTimed reads what timed writes.
func parseTimed(line string) (s sample, err error) {
	if _, err = fmt.Sscanf(line, "%d %d %d\n", &s.Wall, &s.CPU, &s.Peak); err != nil {
		return s, fmt.Errorf("timed wrote %q: %w", line, err)
	}
	return s, nil
}

// A tree is what is below a directory.
type tree struct {
	files   int   // regular files, each name of one
	content int64 // their bytes, each name's
	disk    int64 // bytes of allocated blocks, hard links once
}

// look counts what is below dir.
func look(dir string) (tree, error) {
	var t tree
	type identity struct{ device, inode uint64 }
	seen := make(map[identity]bool)
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().IsRegular() {
			t.files++
			t.content += info.Size()
		}
		stat := info.Sys().(*syscall.Stat_t)
		//nolint:unconvert // the types differ from system to system
		id := identity{uint64(stat.Dev), uint64(stat.Ino)}
		if !seen[id] {
			seen[id] = true
			t.disk += stat.Blocks * 512
		}
		return nil
	})
	return t, err
}

// room fails if fewer than need bytes are free at dir.
func room(dir string, need int64) error {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(dir, &stat); err != nil {
		return &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	if free := int64(stat.Bavail) * int64(stat.Bsize); free < need { //nolint:unconvert // the types differ from system to system
		return fmt.Errorf("%s has %d MB free, and about %d are needed: fewer -rounds, or another directory", dir, free/1e6, need/1e6)
	}
	return nil
}
