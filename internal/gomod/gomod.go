// Package gomod reads what a go.work or go.mod demands of the Go version. That
// is a minimum, which belongs to Go itself; it is no pin and never decides which
// version runs. "gosw install" and "gosw current" look at it.
package gomod

import (
	"errors"
	"fmt"
	"go/version"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"

	"github.com/gosw/gosw/internal/gover"
)

// A Requirement is what a go.mod or go.work file demands.
type Requirement struct {
	File      string // absolute path
	Go        string // of the go line: "1.22" or "1.22.3"; "" without one
	GoLine    int    // where it stands, 1-based
	Toolchain string // of the toolchain line: "go1.22.5"; "" without one
}

// maxFile is the largest go.mod that is read, in bytes.
const maxFile = 16 << 20

// Find returns the requirement that Go heeds in dir, an absolute path, and
// whether there is one: that of the go.work file in dir or above, else of the
// go.mod file. gowork is the value of GOWORK: "off", a file, or "".
func Find(dir, gowork string) (Requirement, bool, error) {
	work := gowork
	if gowork == "" {
		work = upward(dir, "go.work")
	}
	if work != "" && work != "off" {
		r, err := parse(work)
		return r, err == nil, err
	}
	mod := upward(dir, "go.mod")
	if mod == "" {
		return Requirement{}, false, nil
	}
	r, err := parse(mod)
	return r, err == nil, err
}

// upward returns the file name in dir or the nearest folder above; "" if there
// is none.
func upward(dir, name string) string {
	for {
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

func parse(file string) (Requirement, error) {
	r := Requirement{File: file}
	// GOWORK may name anything, and opening a FIFO would block.
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return r, &fs.PathError{Op: "read", Path: file, Err: errors.New("not a regular file")}
	}
	f, err := os.Open(file)
	if err != nil {
		return r, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = &fs.PathError{Op: "read", Path: file, Err: errors.New("larger than 16 MiB")}
	}
	if err != nil {
		return r, err
	}
	return r, r.read(data)
}

// read is lax, as Go is with a file from its future, and reads a go.work as it
// reads a go.mod: their go and toolchain lines are the same, and the rest does
// not matter. ParseLax leaves the toolchain line to its syntax tree.
func (r *Requirement) read(data []byte) error {
	f, err := modfile.ParseLax(r.File, data, nil)
	if err != nil {
		return err
	}
	r.setGo(f.Go)
	for _, stmt := range f.Syntax.Stmt {
		if line, ok := stmt.(*modfile.Line); ok && len(line.Token) == 2 && line.Token[0] == "toolchain" {
			r.setToolchain(line.Token[1])
		}
	}
	return nil
}

func (r *Requirement) setGo(line *modfile.Go) {
	if line != nil {
		r.Go, r.GoLine = line.Version, line.Syntax.Start.Line
	}
}

func (r *Requirement) setToolchain(name string) {
	if name != "default" { // which means none
		r.Toolchain = name
	}
}

// Allows reports whether v is new enough for the go line.
func (r Requirement) Allows(v gover.Version) bool {
	return r.Go == "" || version.Compare(v.String(), "go"+r.Go) >= 0
}

// Spec returns the version to install for r: the release that the toolchain
// line names, or the go line if that is newer. A go line without a patch number
// asks for the newest patch of that line, which is never too old. The zero Spec
// is nothing to install.
func (r Requirement) Spec() (gover.Spec, error) {
	text := r.Go
	if r.Toolchain != "" && version.Compare(r.Toolchain, "go"+r.Go) >= 0 {
		text = r.Toolchain
	}
	if text == "" {
		return gover.Spec{}, nil
	}
	spec, err := gover.ParseSpec(text)
	if err == nil && spec.Kind() != gover.Exact && spec.Kind() != gover.Line {
		err = &gover.SyntaxError{Text: text, Reason: "not a Go version"}
	}
	if err != nil {
		return gover.Spec{}, fmt.Errorf("%s: %w", r.File, err)
	}
	return spec, nil
}
