// Package switching foretells what the go command's own toolchain switching
// does (https://go.dev/doc/toolchain): which toolchain a go that starts in a
// directory will run, and where that one comes from.
//
// It follows cmd/go/internal/toolchain.Select, of Go 1.21 and later, rule by
// rule; releases before that have none. It runs nothing, writes nothing and
// never uses the network. What it can't foretell are the switches that a
// command makes later, because of a dependency: those of "go get", "go install
// pkg@version" and "go run pkg@version".
package switching

import (
	"errors"
	"go/version"
	"strconv"
	"strings"
)

// A Reason says why a toolchain runs.
type Reason string

// The reasons. They are part of what "gosw why --json" prints.
const (
	Old         Reason = "before go1.21" // the go that starts can't switch
	ModulesOff  Reason = "GO111MODULE"   // without modules there is no switching
	NoSetting   Reason = "no setting"    // GOTOOLCHAIN is empty, also in GOROOT/go.env
	Stays       Reason = "new enough"    // nothing asks for another one
	Ordered     Reason = "GOTOOLCHAIN"   // GOTOOLCHAIN names the toolchain
	ByToolchain Reason = "toolchain line"
	ByGo        Reason = "go line"
)

// A Start is the go command that is started, and where.
type Start struct {
	Dir      string   // the working directory, an absolute path
	Local    string   // the toolchain's name, "go1.22.12"
	GOROOT   string   // of that go
	Settings Settings // as that go will read them
	TempDir  string   // a go.mod right there does not count
}

// A Decision is what the go command makes of its setting and of go.mod.
type Decision struct {
	Setting Value   // of GOTOOLCHAIN
	Mode    string  // "auto" or "path" if a file may ask for a newer toolchain, else ""
	File    ModFile // the go.work or go.mod that Go heeds, also where it decides nothing
	Name    string  // of the toolchain that runs, "go1.27.4"
	Reason  Reason

	// FileError says why there is no File where there should be one. Where
	// Mode lets no file have a say, it only ends the commands that load it.
	FileError error
}

// An InvalidError says that go will end at once, because of a text that it does
// not understand.
type InvalidError struct {
	What  string // "GOTOOLCHAIN", "GOWORK" or "toolchain"
	Text  string
	Cause string // more about it; may be empty
	File  string // where it stands; "" for the environment
	Line  int    // 1-based; 0 without a file
}

func (e *InvalidError) Error() string {
	text := "invalid " + e.What + " " + strconv.Quote(e.Text)
	if e.Cause != "" {
		text += ": " + e.Cause
	}
	if e.File != "" {
		text = e.File + ":" + strconv.Itoa(e.Line) + ": " + text
	}
	return text
}

// Switches reports whether releases like name have toolchain switching.
func Switches(name string) bool { return version.Compare(name, "go1.21rc1") >= 0 }

// Decide returns which toolchain a go that starts as s runs. The error is an
// [*InvalidError], or that of a file that can't be read; the Decision has then
// what is known.
func Decide(s Start) (Decision, error) {
	d := Decision{Setting: s.Settings.Get("GOTOOLCHAIN"), Name: s.Local}
	d.File, d.FileError = findModFile(s)
	switch {
	case !Switches(s.Local):
		d.Reason = Old
		return d, nil
	case !modulesEnabled(s):
		d.Reason = ModulesOff
		return d, nil
	case d.Setting.Text == "":
		d.Reason = NoSetting
		return d, nil
	}
	if err := d.readSetting(s.Local); err != nil {
		return d, err
	}
	if d.Mode != "" {
		if d.FileError != nil && !errors.Is(d.FileError, errNoWork) {
			return d, d.FileError
		}
		if err := d.readFile(); err != nil {
			return d, err
		}
	}
	return d, d.check(s.Local)
}

// modulesEnabled is modload.WillBeEnabled.
func modulesEnabled(s Start) bool {
	switch s.Settings.Get("GO111MODULE").Text {
	case "", "on":
		return true
	case "auto":
		return findGoMod(s.Dir, s.TempDir) != ""
	}
	return false
}

// readSetting sets the toolchain that GOTOOLCHAIN asks for at least, and the
// mode.
func (d *Decision) readSetting(local string) error {
	d.Reason = Stays
	text := d.Setting.Text
	if text == "auto" || text == "path" {
		d.Mode = text
		return nil
	}
	least, suffix, plus := strings.Cut(text, "+")
	if least != "local" {
		if number(least) == "" {
			return d.invalid("")
		}
		if d.Name = least; least != local {
			d.Reason = Ordered
		}
	}
	if plus && suffix != "auto" && suffix != "path" {
		return d.invalid("only version suffixes are +auto and +path")
	}
	d.Mode = suffix
	return nil
}

// readFile lets the lines of go.work or go.mod ask for a newer toolchain.
func (d *Decision) readFile() error {
	if d.File.Toolchain == "default" {
		return nil
	}
	newest := "go" + number(d.Name)
	if name := d.File.Toolchain; name != "" {
		v := number(name)
		if v == "" {
			return &InvalidError{What: "toolchain", Text: name, File: d.File.Path, Line: d.File.ToolchainLine}
		}
		if version.Compare("go"+v, newest) > 0 {
			d.Name, d.Reason, newest = name, ByToolchain, "go"+v
		}
	}
	if goLine := "go" + d.File.Go; version.Compare(goLine, newest) > 0 {
		d.Name, d.Reason = goLine, ByGo
		if isLine(goLine) && version.Compare(goLine, "go1.21") >= 0 {
			d.Name += ".0" // a line is no toolchain, its first release is
		}
	}
	return nil
}

// check is the last look at a name before go searches for it.
func (d *Decision) check(local string) error {
	if d.Name != local && !strings.HasPrefix(d.Name, "go1") && !strings.Contains(d.Name, "-go1") {
		return d.invalid("")
	}
	return nil
}

func (d *Decision) invalid(cause string) error {
	return &InvalidError{
		What: "GOTOOLCHAIN", Text: d.Setting.Text, Cause: cause,
		File: d.Setting.File, Line: d.Setting.Line,
	}
}

// number returns the version that a toolchain's name has, "1.22.3" for
// "go1.22.3-vendor"; "" if it has none.
func number(name string) string {
	text, ok := strings.CutPrefix(name, "go")
	if !ok || strings.ContainsAny(name, `\/`) {
		return ""
	}
	if i := strings.IndexAny(text, " \t-"); i >= 0 {
		text = text[:i]
	}
	if !version.IsValid("go" + text) {
		return ""
	}
	return text
}

// isLine reports whether name is that of a line, such as go1.22.
func isLine(name string) bool { return version.Lang(name) == name }
