// Package shell writes the text that a user's shell evaluates in its start-up
// file: the store's bin folder on PATH, functions that run the right go without
// an extra process, the part of "gosw use" that only the shell itself can do,
// and completion.
//
// The text of a shell is a prologue of quoted assignments and then a whole file
// from snippets/, byte for byte. No file is a template, so that linters and the
// shells' own checkers see what users run. The package runs no shell, reads no
// store and prints nothing.
//
// A further shell is one file here, one in snippets/ and one name in shells.
package shell

import (
	"path/filepath"
	"strings"
)

// Options say what [Shell.Init] is to set up. The command gosw, which "gosw
// use" needs, is always set up.
type Options struct {
	Exe  string // absolute path of gosw
	Root string // absolute path of the store

	Path       bool // put the store's bin folder on PATH
	Function   bool // define go and gofmt
	Completion bool // complete the arguments of gosw
}

// A Shell is a shell that gosw knows.
type Shell interface {
	// Name is what users call the shell, such as "bash".
	Name() string
	// Quote returns text as one word that the shell takes literally, whatever
	// bytes it holds. A NUL, which neither a path nor a variable can hold, is
	// left out.
	Quote(text string) string
	// Init returns what the shell is to evaluate when it starts.
	Init(Options) string
}

var shells = []Shell{bash{}}

// Lookup returns the shell of that name.
func Lookup(name string) (Shell, bool) {
	for _, s := range shells {
		if s.Name() == name {
			return s, true
		}
	}
	return nil, false
}

// Names lists the shells that [Lookup] knows.
func Names() []string {
	var names []string
	for _, s := range shells {
		names = append(names, s.Name())
	}
	return names
}

// Detect returns the shell that shellEnv, the value of SHELL, is the path of.
func Detect(shellEnv string) (Shell, bool) {
	return Lookup(strings.TrimSuffix(filepath.Base(shellEnv), ".exe"))
}
