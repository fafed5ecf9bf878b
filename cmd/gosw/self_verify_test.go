//go:build linux

package main_test

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/dirhash"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// TestSelfVerify builds gosw again, and finds a changed byte, and a changed line.
func TestSelfVerify(t *testing.T) {
	t.Parallel()
	w := newWorks(t)
	where, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	changed := w.changed(t)
	h1, err := dirhash.HashZip(changed, dirhash.Hash1)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		change func(c *copied)
		code   int
		stderr []string
	}{
		{"sound", func(*copied) {}, 0, []string{"are built from the public source of v0.2.0"}},
		{"a byte of gosw", func(c *copied) {
			c.alter("bin/gosw", "no earlier version of gosw is kept", "No earlier version of gosw is kept")
		}, 3, []string{"the public source builds another program", "/bin/gosw\n", "SECURITY ERROR"}},
		{"a byte of the shim", func(c *copied) {
			c.alter("bin/gosw-shim", "keeps running itself (GOSW_DEPTH)", "Keeps running itself (GOSW_DEPTH)")
		}, 3, []string{"the public source builds another program", "/bin/gosw-shim\n", "SECURITY ERROR"}},
		{"a line of the source, before it was built", func(c *copied) { c.alter("bin/gosw", w.h1[newGosw], h1) }, 3, []string{"verifying gosw v0.2.0: checksum mismatch", "this program:  " + h1, "SECURITY ERROR"}},
		{"a line of the source, at the proxy", func(c *copied) {
			c.env = append(c.env, "GOPROXY="+w.lying(t, changed))
		}, 3, []string{"verifying gosw v0.2.0: checksum mismatch", "github.com/gosw/gosw@v0.2.0: verifying module", "SECURITY ERROR"}},
		{"paths of a machine", func(c *copied) { c.alter("bin/gosw", "-trimpath=true", "-trimpath=frue") }, 5, []string{"built without -trimpath", "install one that can be verified"}},
		{"no release of go", func(c *copied) {
			c.alter("bin/gosw", runtime.Version(), strings.Replace(runtime.Version(), "1.", "1x", 1))
		}, 5, []string{"which is no release of Go", "install a published one"}},
		{"no go", func(c *copied) {
			if err := os.RemoveAll(c.store("toolchains", runtime.Version())); err != nil {
				t.Fatal(err)
			}
		}, 1, []string{runtime.Version() + " is not installed", `run "gosw install ` + strings.TrimPrefix(runtime.Version(), "go") + `"`}},
		{"another go", func(c *copied) {
			file := c.store("toolchains", runtime.Version(), "bin", "go")
			if err := errors.Join(os.Chmod(file, 0o755), fetchtest.WriteProgram(file, []byte("#!/bin/sh\n"))); err != nil {
				t.Fatal(err)
			}
		}, 1, []string{"gosw repair"}},
	} {
		t.Run(strings.ReplaceAll(test.name, " ", "-"), func(t *testing.T) {
			c := w.install(t, newGosw)
			if code, _, stderr := c.gosw("install", strings.TrimPrefix(runtime.Version(), "go")); code != 0 {
				t.Fatal(stderr)
			}
			c.env = []string{"GOCACHE=" + strings.TrimSpace(string(where)), "GOFLAGS=-tags=other", "GOROOT=/nowhere"}
			test.change(c)
			code, _, stderr := c.gosw("self", "verify")
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			for _, want := range test.stderr {
				if !strings.Contains(stderr, want) {
					t.Errorf("%q is not in\n%s", want, stderr)
				}
			}
		})
	}
}
