// Package resolve decides which Go version applies in a directory, and by which
// rule. The rules, in order (docs/resolution.md):
//
//  1. GO_VERSION, or GOSW_VERSION in its place where that is set
//  2. the nearest directory upward that has .go-version, else a .tool-versions
//     with a golang or go line, else a mise.local.toml or mise.toml with go
//     among its tools
//  3. the store's default
//  4. the go next on PATH that is not ours
//
// The first rule that says something decides. What it says is a [gover.Spec];
// text outside that grammar is a [*PinError] with file and line, and the search
// never goes on past it: a broken pin is not "no pin".
//
// The package reads pin files and nothing else. It does not know which versions
// are installed, and it links only the standard library, because the shim is
// built on it.
package resolve

import (
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gosw/gosw/internal/gover"
)

// Rule is the number of the rule that decided.
type Rule int

// The rules, numbered as in docs/resolution.md.
const (
	FromEnv     Rule = 1
	FromFile    Rule = 2
	FromDefault Rule = 3
	FromSystem  Rule = 4
)

// Env is what the rules look at besides directories.
type Env struct {
	Variable    string // the variable of rule 1, as [Variable] returns it
	Value       string // its value; rule 1 says nothing where it is empty
	DefaultFile string // path of the store's default file; it may be missing
}

// Variable returns the variable that rule 1 is about, and its value: GOSW_VERSION
// where that is set, even to nothing, for who has a GO_VERSION that is not meant
// for gosw; else GO_VERSION.
func Variable(lookup func(string) (string, bool)) (name, value string) {
	if value, ok := lookup("GOSW_VERSION"); ok {
		return "GOSW_VERSION", value
	}
	value, _ = lookup("GO_VERSION")
	return "GO_VERSION", value
}

// A Choice is the version that applies, and why.
type Choice struct {
	Spec gover.Spec
	Rule Rule
	File string // absolute path of the deciding file; "" for rules 1 and 4
	Line int    // 1-based line in File

	// Others are the versions that stand in for Spec, in this order, where it is
	// not installed: asdf's and mise's files may name several.
	Others []gover.Spec

	variable string // of rule 1
}

// Specs returns Spec and the others behind it.
func (c Choice) Specs() []gover.Spec { return append([]gover.Spec{c.Spec}, c.Others...) }

// Pinned reports whether the version was asked for by the user's environment or
// the project, rather than being a default that a go.mod may exceed.
func (c Choice) Pinned() bool { return c.Rule == FromEnv || c.Rule == FromFile }

// Source names the place that decided: "GO_VERSION", "GOSW_VERSION",
// "/src/.go-version:1", "system".
func (c Choice) Source() string {
	switch c.Rule {
	case FromEnv:
		return c.variable
	case FromSystem:
		return "system"
	}
	return c.File + ":" + strconv.Itoa(c.Line)
}

// Blame makes err, about the text of c.Spec, the error of the place where it
// stands.
func (c Choice) Blame(err error) *PinError {
	return &PinError{Source: cmp.Or(c.File, c.variable), Line: c.Line, Err: err}
}

// For applies the rules in dir, an absolute path. The error is a [*PinError].
func For(env Env, dir string) (Choice, error) {
	return apply(env, dir, func(string) {})
}

// apply is For, and calls look with each file before it reads it.
func apply(env Env, dir string, look func(file string)) (Choice, error) {
	if env.Value != "" {
		spec, err := gover.ParseSpec(fromGo(trimBlank(env.Value)))
		if err != nil {
			return Choice{}, &PinError{Source: env.Variable, Err: err}
		}
		return Choice{Spec: spec, Rule: FromEnv, variable: env.Variable}, nil
	}
	if choice, err := nearest(dir, look); err != nil || choice.Rule != 0 {
		return choice, err
	}
	if env.DefaultFile != "" {
		look(env.DefaultFile)
		if choice, err := Default(env.DefaultFile); !errors.Is(err, fs.ErrNotExist) {
			return choice, err
		}
	}
	spec, err := gover.ParseSpec("system")
	return Choice{Spec: spec, Rule: FromSystem}, err
}

// fromGo returns the version in what "go version" prints, which Makefiles put into
// a GO_VERSION of their own; any other text as it is.
func fromGo(text string) string {
	if rest, ok := strings.CutPrefix(text, "go version "); ok {
		text, _, _ = strings.Cut(rest, " ")
	}
	return text
}

// Default applies rule 3 alone: what the store's default file says. Without
// one the error is fs.ErrNotExist.
func Default(file string) (Choice, error) {
	return fromFile(FromDefault, file, pinFile)
}

// Files lists the files that [For] looks at in dir, an absolute path, in that
// order, missing ones included: as long as none of them changes, the answer
// does not. With a variable it looks at none; that is not considered here.
func Files(defaultFile, dir string) []string {
	var files []string
	_, _ = apply(Env{DefaultFile: defaultFile}, dir, func(file string) { files = append(files, file) })
	return files
}

// nearest looks for a pin in dir and its parents, and calls look with each file
// before it reads it. Without a pin it returns the zero Choice.
func nearest(dir string, look func(file string)) (Choice, error) {
	for {
		choice, err := inDir(dir, look)
		if !errors.Is(err, fs.ErrNotExist) {
			return choice, err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return Choice{}, nil
		}
		dir = parent
	}
}

// InFile returns what one pin file says, which is read as its name tells. That there is
// no such file, or nothing about Go in it, is fs.ErrNotExist, as is a name of no pin's.
func InFile(file string) (Choice, error) {
	for _, format := range formats {
		if format.name == filepath.Base(file) {
			return fromFile(FromFile, file, format)
		}
	}
	return Choice{}, fs.ErrNotExist
}

// InDir returns what the pin of dir says, its parents left out. Without one the error
// is fs.ErrNotExist, else a [*PinError].
func InDir(dir string) (Choice, error) { return inDir(dir, func(string) {}) }

func inDir(dir string, look func(file string)) (Choice, error) {
	for _, format := range formats {
		file := filepath.Join(dir, format.name)
		look(file)
		choice, err := fromFile(FromFile, file, format)
		if !errors.Is(err, fs.ErrNotExist) {
			return choice, err
		}
	}
	return Choice{}, fs.ErrNotExist
}

// A PinError says that what should name a version does not.
type PinError struct {
	Source string // "GO_VERSION", "GOSW_VERSION" or the path of a file
	Line   int    // 1-based; 0 where no line is to blame
	Err    error  // a *gover.SyntaxError, a *fs.PathError or a plain reason
}

func (e *PinError) Error() string {
	where := e.Source
	if e.Line > 0 {
		where += ":" + strconv.Itoa(e.Line)
	}
	return where + ": " + e.Cause()
}

// Cause is the text of the error without the place.
func (e *PinError) Cause() string {
	if pathError := (*fs.PathError)(nil); errors.As(e.Err, &pathError) {
		return pathError.Err.Error() // the path is the place
	}
	return e.Err.Error()
}

func (e *PinError) Unwrap() error { return e.Err }
