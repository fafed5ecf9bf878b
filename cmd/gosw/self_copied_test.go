//go:build linux

package main_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/selfupdate"
)

// A copied is a gosw that a user has installed, with pages as "make install" does.
type copied struct {
	*site
	works  *works
	prefix string
	base   string // of its releases, on the server
	env    []string

	program string // below the prefix
	nobody  bool   // runs it, who is not root
}

// install puts a version into a prefix of its own.
func (w *works) install(t *testing.T, version string) *copied {
	t.Helper()
	home := fieldDir(t)
	c := &copied{site: &site{t: t, home: home, server: w.server}, works: w, prefix: filepath.Join(home, "my local"), base: "/releases/" + strings.ReplaceAll(t.Name(), "/", "-"), program: "bin/gosw"}
	for _, name := range []string{"gosw", "gosw-shim"} {
		c.copyFile(filepath.Join(w.bin(version), name), filepath.Join("bin", name), 0o755)
	}
	for _, file := range []string{"share/man/man1/gosw.1", "share/man/man1/gosw-install.1", "share/man/man1/gosw-only" + version + ".1", "share/zsh/site-functions/_gosw"} {
		c.writeFile(file, "page of "+version+"\n", 0o644)
	}
	c.writeFile("share/man/man1/other.1", "another program's\n", 0o644)
	return c
}

func (c *copied) copyFile(from, file string, mode fs.FileMode) {
	c.t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		c.t.Fatal(err)
	}
	c.writeFile(file, string(data), mode)
}

func (c *copied) writeFile(file, text string, mode fs.FileMode) {
	c.t.Helper()
	path := filepath.Join(c.prefix, file)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), fetchtest.WriteProgram(path, []byte(text)), os.Chmod(path, mode)); err != nil {
		c.t.Fatal(err)
	}
}

// cmd is the installed gosw with args.
func (c *copied) cmd(args ...string) *exec.Cmd {
	cmd := c.command(c.server.Proxy(), args...)
	cmd.Path = filepath.Join(c.prefix, c.program)
	if c.nobody {
		cmd.Path, cmd.Args = filepath.Join(programs, "asuser"), append([]string{"asuser", cmd.Path}, args...)
	}
	cmd.Env = append(cmd.Env, "GOSW_DOWNLOAD_URL="+c.server.Proxy()+c.base, "TMPDIR="+c.home)
	cmd.Env = append(cmd.Env, c.env...)
	return cmd
}

// gosw runs it, and returns its exit code, -1 for a signal, and what it said.
func (c *copied) gosw(args ...string) (code int, stdout, stderr string) {
	c.t.Helper()
	cmd := c.cmd(args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); cmd.ProcessState == nil {
		c.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errOut.String()
}

// move gives the prefix another place in the home directory.
func (c *copied) move(to string) {
	c.t.Helper()
	to = filepath.Join(c.home, to)
	if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.Rename(c.prefix, to)); err != nil {
		c.t.Fatal(err)
	}
	c.prefix = to
}

// alter changes a text that a program has in it.
func (c *copied) alter(file, from, to string) {
	c.t.Helper()
	path := filepath.Join(c.prefix, file)
	data, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(data, []byte(from)) || len(from) != len(to) {
		c.t.Fatalf("%v, %q, %q", err, from, to)
	}
	if err := fetchtest.WriteProgram(path, bytes.ReplaceAll(data, []byte(from), []byte(to))); err != nil {
		c.t.Fatal(err)
	}
}

// version tells which one is installed, and demands that all of it is.
func (c *copied) version() string {
	c.t.Helper()
	gosw, err := selfupdate.Inspect(filepath.Join(c.prefix, "bin", "gosw"))
	if err != nil {
		c.t.Fatal(err)
	}
	shim, err := selfupdate.Inspect(filepath.Join(c.prefix, "bin", "gosw-shim"))
	if err != nil {
		c.t.Fatal(err)
	}
	if gosw.Version != shim.Version {
		c.t.Errorf("gosw %s meets gosw-shim %s", gosw.Version, shim.Version)
	}
	for _, page := range []string{"gosw.1", "gosw-install.1", "gosw-only" + gosw.Version + ".1"} {
		data, err := os.ReadFile(filepath.Join(c.prefix, "share/man/man1", page))
		if err != nil || string(data) != "page of "+gosw.Version+"\n" {
			c.t.Errorf("%s of gosw %s: %q, %v", page, gosw.Version, data, err)
		}
	}
	return gosw.Version
}

// listing has all names below the prefix, with what they have or lead to.
func (c *copied) listing() string {
	c.t.Helper()
	var text strings.Builder
	err := filepath.WalkDir(c.prefix, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == filepath.Join(c.prefix, "lib/gosw/lock") {
			return err
		}
		name, _ := filepath.Rel(c.prefix, path)
		target, _ := os.Readlink(path)
		fmt.Fprintf(&text, "%v %s %s", entry.Type(), name, target)
		if entry.Type().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(&text, " %x", sha256.Sum256(data))
		}
		text.WriteString("\n")
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return text.String()
}
