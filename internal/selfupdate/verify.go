package selfupdate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/web"
)

// A Build is what the public source is built with.
type Build struct {
	Program string   // go, of the version that the copy was built by; the caller has proven it
	Env     []string // of the user; what go reads of it counts only as far as it is named here
	Temp    string   // the directory for temporary ones; programs have to be allowed to run there
	Cache   string   // GOCACHE, "" for one that is not kept

	Proxy, SumDB, Auth string // GOPROXY, GOSUMDB, GOAUTH
}

// buildTimeout bounds downloads and build; from nothing it takes a minute or two.
const buildTimeout = 30 * time.Minute

// ErrPaths says that a copy has the paths of the machine that built it in it.
var ErrPaths = errors.New("it was built without -trimpath, so nobody else can build the same bytes")

// Verify builds the public source of the copy's version again, and compares the
// programs with those of the copy, byte by byte. A difference is a
// [*sumdb.SecurityError] that names the files.
func (c *Copy) Verify(ctx context.Context, client *Client, b Build) error {
	if c.settings["-trimpath"] != "true" {
		return ErrPaths
	}
	if err := client.prove(ctx, c.Version, c.H1, "this program:"); err != nil {
		return err
	}
	work, err := os.MkdirTemp(b.Temp, "gosw-self-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	if err := c.build(ctx, b, work); err != nil {
		return err
	}
	var details []string
	for _, name := range programs {
		file := filepath.Join(c.Dir, name)
		have, err := fsx.Read(file, maxArchive, fsx.Follow)
		if err != nil {
			return err
		}
		built, err := fsx.Read(filepath.Join(work, "bin", name), maxArchive, fsx.NoFollow)
		if err != nil {
			return err
		}
		if !bytes.Equal(have, built) {
			details = append(details, "file:     "+file, fmt.Sprintf("it has:   sha256:%x", sha256.Sum256(have)), fmt.Sprintf("built:    sha256:%x", sha256.Sum256(built)))
		}
	}
	if len(details) > 0 {
		return refuse("gosw "+c.Version, "the public source builds another program", details...)
	}
	return nil
}

// build has go fetch the source into a module cache of its own, prove it, and
// build the programs into work/bin.
func (c *Copy) build(ctx context.Context, b Build, work string) error {
	temp := filepath.Join(work, "tmp")
	if err := os.Mkdir(temp, 0o700); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, buildTimeout, fmt.Errorf("stopped after %v", buildTimeout))
	defer cancel()
	args := append([]string{"install"}, c.flags()...)
	cmd := exec.CommandContext(ctx, b.Program, append(args, Module+"/cmd/...@"+c.Version)...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = work, c.environ(b, work, temp), time.Second
	said := fsx.Capped{Limit: 1 << 20}
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case strings.Contains(said.String(), "SECURITY ERROR"): // go's own, of the source or of what that needs
		return refuse("gosw "+c.Version, sumdb.Mismatch, goLines(said.String())...)
	}
	return fmt.Errorf("build gosw %s with %s: %w: %s", c.Version, c.Go, err, strings.Join(goLines(said.String()), "; "))
}

// goLines returns the lines in which go says what is wrong, without those that
// say what it does.
func goLines(text string) (lines []string) {
	for line := range strings.Lines(text) {
		line = web.CleanLine(line)
		if line == "SECURITY ERROR" || len(lines) == 10 {
			break
		}
		if line != "" && !strings.HasPrefix(line, "go: downloading ") {
			lines = append(lines, line)
		}
	}
	return lines
}

// flags are those of the copy's build. With -trimpath the build information has
// no -ldflags: releases are built with -s.
func (c *Copy) flags() []string {
	flags := []string{"-ldflags=-s"}
	for key, value := range c.settings {
		if strings.HasPrefix(key, "-") && key != "-buildmode" && key != "-compiler" {
			flags = append(flags, key+"="+value)
		}
	}
	slices.Sort(flags)
	return flags
}

// environ is the user's environment without anything that go reads, but for what
// the copy was built with, and what b names.
func (c *Copy) environ(b Build, work, temp string) []string {
	var env []string
	for _, entry := range b.Env {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "GO") && !strings.HasPrefix(name, "CGO_") {
			env = append(env, entry)
		}
	}
	for key, value := range c.settings {
		if strings.HasPrefix(key, "GO") || strings.HasPrefix(key, "CGO_") {
			env = append(env, key+"="+value)
		}
	}
	if b.Cache == "" {
		b.Cache = filepath.Join(work, "cache")
	}
	return append(env,
		"GOENV=off", "GOWORK=off", "GOTOOLCHAIN=local", "GOFLAGS=-modcacherw", // so that it can be removed
		"GOPROXY="+b.Proxy, "GOSUMDB="+b.SumDB, "GOAUTH="+b.Auth,
		"GOPATH="+filepath.Join(work, "path"), "GOMODCACHE="+filepath.Join(work, "mod"), "GOBIN="+filepath.Join(work, "bin"),
		"GOCACHE="+b.Cache, "GOTMPDIR="+temp, "PWD="+work)
}
