package switching

import (
	"errors"
	"fmt"
	"go/version"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
)

// A ModFile is the go.work or go.mod that the go command heeds in a directory.
// The zero ModFile is none.
type ModFile struct {
	Path          string // absolute
	Go            string // of the go line: "1.22" or "1.22.3"; "" without one
	GoLine        int    // 1-based
	Toolchain     string // of the toolchain line: "go1.22.5", "default"; "" without one
	ToolchainLine int
}

// IsWork reports whether f is a go.work.
func (f ModFile) IsWork() bool { return f.Path != "" && filepath.Base(f.Path) != "go.mod" }

// A Fit says how a toolchain gets on with the file that Go heeds.
type Fit string

// The fits.
const (
	Fits       Fit = "fits"
	TooOld     Fit = "too old"    // each command that loads the module fails
	Unreadable Fit = "unreadable" // it can't make sense of these lines; commands fail as well
	Daring     Fit = "daring"     // a release before 1.21 goes on, and may fail to compile
)

// Fit returns how the toolchain called name gets on with f.
func (f ModFile) Fit(name string) Fit {
	newer := f.Go != "" && version.Compare("go"+f.Go, "go"+number(name)) > 0
	switch {
	case f.BadLine(name) > 0:
		return Unreadable
	case Switches(name) && newer:
		return TooOld
	case Switches(name):
		return Fits
	case newer:
		return Daring
	}
	return Fits
}

// BadLine returns the 1-based line of f that the toolchain called name can't
// read, 0 if there is none. Releases before 1.21 know no toolchain line, and no
// patch number in a go line.
func (f ModFile) BadLine(name string) int {
	known := Switches(name)
	switch {
	case f.GoLine > 0 && (!modfile.GoVersionRE.MatchString(f.Go) || !known && strings.Count(f.Go, ".") > 1):
		return f.GoLine
	case f.ToolchainLine > 0 && (!known || !modfile.ToolchainRE.MatchString(f.Toolchain)):
		return f.ToolchainLine
	}
	return 0
}

// maxModFile is the largest go.mod that is read, in bytes.
const maxModFile = 16 << 20

// findModFile is modGoToolchain of cmd/go: the go.work file has precedence.
func findModFile(s Start) (ModFile, error) {
	work, err := findGoWork(s)
	if err != nil {
		return ModFile{}, err
	}
	_, err = os.Stat(work)
	switch {
	case work == "":
		err = nil
	case err == nil:
		return readModFile(work)
	default: // GOWORK names one that "go work init" is to make
		err = fmt.Errorf("GOWORK: %s: %w", work, errNoWork)
	}
	mod := findGoMod(s.Dir, s.TempDir)
	if mod == "" {
		return ModFile{}, err
	}
	file, readErr := readModFile(mod)
	if readErr != nil {
		err = readErr
	}
	return file, err
}

// errNoWork says that the go.work which GOWORK names is not there. The switching
// goes by go.mod then; all else fails.
var errNoWork = errors.New("no such file")

func findGoWork(s Start) (string, error) {
	if version.Compare(s.Local, "go1.18") < 0 { // which has no workspaces
		return "", nil
	}
	switch gowork := s.Settings.Get("GOWORK"); gowork.Text {
	case "off":
		return "", nil
	case "", "auto":
		return upward(s.Dir, "go.work", s.GOROOT), nil
	default:
		if !filepath.IsAbs(gowork.Text) {
			return "", &InvalidError{What: "GOWORK", Text: gowork.Text, Cause: "not an absolute path", File: gowork.File, Line: gowork.Line}
		}
		return gowork.Text, nil
	}
}

func findGoMod(dir, tempDir string) string {
	file := upward(dir, "go.mod", "")
	if file != "" && sameFolder(filepath.Dir(file), tempDir) {
		return "" // golang.org/issue/26708
	}
	return file
}

func sameFolder(a, b string) bool {
	if b == "" || filepath.Clean(a) == filepath.Clean(b) {
		return b != ""
	}
	left, errLeft := os.Stat(a)
	right, errRight := os.Stat(b)
	return errLeft == nil && errRight == nil && os.SameFile(left, right)
}

// upward returns the file name in dir or the nearest folder above it, "" if
// there is none. It does not leave the folder stop.
func upward(dir, name, stop string) string {
	for {
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); err == nil && !info.IsDir() {
			return file
		}
		parent := filepath.Dir(dir)
		if parent == dir || stop != "" && parent == stop {
			return ""
		}
		dir = parent
	}
}

func readModFile(file string) (ModFile, error) {
	f := ModFile{Path: file}
	info, err := os.Stat(file)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "read", Path: file, Err: errors.New("not a regular file")}
	}
	if err == nil && info.Size() > maxModFile {
		err = &fs.PathError{Op: "read", Path: file, Err: errors.New("larger than 16 MiB")}
	}
	if err != nil {
		return f, err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return f, err
	}
	f.Go, f.GoLine = lookup(data, "go")
	f.Toolchain, f.ToolchainLine = lookup(data, "toolchain")
	return f, nil
}

// lookup is gover.GoModLookup of cmd/go: the first line that starts with key,
// wherever it stands.
func lookup(data []byte, key string) (value string, line int) {
	for i, text := range strings.Split(string(data), "\n") {
		rest, ok := strings.CutPrefix(strings.TrimSpace(text), key)
		if !ok || rest == "" || rest[0] != ' ' && rest[0] != '\t' {
			continue
		}
		rest, _, _ = strings.Cut(rest, "//")
		return strings.TrimSpace(rest), i + 1
	}
	return "", 0
}

// Ahead returns the module of a go.work that asks for the newest Go, if that is
// newer than the go.work: Go refuses to work there. There is none for a go.mod,
// and for a go.work that can't be read.
func (f ModFile) Ahead() (newest ModFile, ok bool) {
	if !f.IsWork() {
		return ModFile{}, false
	}
	work, err := modfile.ParseWork(f.Path, readRegular(f.Path, maxModFile), nil)
	if err != nil {
		return ModFile{}, false
	}
	floor := "go1.18" // what a go.work without a go line stands for
	if f.Go != "" {
		floor = "go" + f.Go
	}
	for _, use := range work.Use {
		dir := filepath.FromSlash(use.Path)
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(filepath.Dir(f.Path), dir)
		}
		module, err := readModFile(filepath.Join(dir, "go.mod"))
		if v := "go" + module.Go; err == nil && version.Compare(v, floor) > 0 && version.Compare(v, "go1.21") >= 0 {
			newest, floor = module, v
		}
	}
	return newest, newest.Path != ""
}
