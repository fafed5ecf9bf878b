// Package gomod reads what a go.work or go.mod demands of the Go version. That
// is a minimum, which belongs to Go itself; it is no pin and never decides which
// version runs. "gosw install", "gosw current" and "gosw why" look at it.
package gomod

import (
	"fmt"
	"go/version"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
)

// A Requirement is what a go.mod or go.work file demands.
type Requirement struct {
	File      string `json:"path"`              // absolute
	Go        string `json:"go"`                // of the go line: "1.22" or "1.22.3"; "" without one
	GoLine    int    `json:"go_line,omitempty"` // where it stands, 1-based
	Toolchain string `json:"toolchain"`         // of the toolchain line: "go1.22.5"; "" without one

	ToolchainLine int `json:"toolchain_line,omitempty"`
}

// maxFile is the largest go.mod that is read, in bytes.
const maxFile = 16 << 20

// Find returns the requirement that Go heeds in dir, an absolute path, and
// whether there is one: that of the go.work file in dir or above, else of the
// go.mod file. gowork is the value of GOWORK: "off", a file, "auto" or "".
func Find(dir, gowork string) (Requirement, bool, error) {
	file := ""
	switch {
	case gowork == "" || gowork == "auto":
		file = upward(dir, "go.work")
	case gowork == "off":
	case !filepath.IsAbs(gowork):
		return Requirement{}, false, fmt.Errorf("GOWORK: %q is not an absolute path", gowork)
	default:
		file = gowork
	}
	if file == "" {
		file = upward(dir, "go.mod")
	}
	if file == "" {
		return Requirement{}, false, nil
	}
	r, err := Read(file)
	return r, err == nil, err
}

// upward returns the file name in dir or the nearest directory above; "" if there
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

// Read returns what a go.mod or go.work demands. It is lax, as Go is with a file
// from its future, and reads a go.work as it reads a go.mod: their go and toolchain
// lines are the same, and the rest does not matter. ParseLax leaves the toolchain
// line to its syntax tree.
func Read(file string) (Requirement, error) {
	r := Requirement{File: file}
	data, err := fsx.Read(file, maxFile, fsx.Follow)
	if err != nil {
		return r, err
	}
	f, err := modfile.ParseLax(file, data, nil)
	if err != nil {
		return r, err
	}
	if f.Go != nil {
		r.Go, r.GoLine = f.Go.Version, f.Go.Syntax.Start.Line
	}
	for _, stmt := range f.Syntax.Stmt {
		line, ok := stmt.(*modfile.Line)
		if ok && len(line.Token) == 2 && line.Token[0] == "toolchain" && line.Token[1] != "default" { // which means none
			r.Toolchain, r.ToolchainLine = line.Token[1], line.Start.Line
		}
	}
	return r, nil
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
