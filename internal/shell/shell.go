// Package shell writes the text that a user's shell evaluates in its start-up
// file: the store's bin folder on PATH, functions that run the right go without
// an extra process, the part of "gosw use" that only the shell itself can do,
// and completion. It also knows which file that is, and puts a block of lines
// into the text of one, or takes it out.
//
// The text of a shell is a prologue of quoted assignments and then a whole file
// from snippets/, byte for byte. No file is a template, so that linters and the
// shells' own checkers see what users run. The package runs no shell, reads no
// store and prints nothing.
//
// A further shell is one file here, one in snippets/ and one name in shells; docs/shells.md has
// the steps.
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
	Function   bool // define go and gofmt, in shells in which that can be right
	Completion bool // complete the arguments of gosw
}

// Places are the folders in which shells look for their start-up files. Home,
// Config and Native are never empty.
type Places struct {
	Home    string
	Config  string // XDG_CONFIG_HOME or what stands for it
	Native  string // XDG_CONFIG_HOME, or where the system has such files
	ZDotDir string // ZDOTDIR, "" if it is not set
	Windows bool
}

// A Shell is a shell that gosw knows.
type Shell interface {
	// Name is what users call the shell, such as "bash".
	Name() string
	// Quote returns text as one word that the shell takes literally, whatever
	// bytes it holds. A NUL, which neither a path nor a variable can hold, is
	// left out. Shells whose texts are Unicode get U+FFFD for other bytes.
	Quote(text string) string
	// Init returns what the shell is to evaluate when it starts.
	Init(Options) string
	// Load returns the line for the shell's start-up file that evaluates what
	// "exe init" prints with these flags, or "" if the file has to hold that
	// itself.
	Load(exe string, flags []string) string
	// RC returns the files that the shell may read when it starts. The first
	// is that of interactive shells, to which gosw adds its line; there is
	// none if only the shell itself can say which it is.
	RC(Places) []string

	syntax() syntax // for Line
}

var shells = []Shell{bash{}, zsh{}, fish{}, posix{}, powershell{}, nushell{}}

// aliases are further names of shells, as SHELL has them.
var aliases = map[string]string{
	"pwsh": "powershell", "nu": "nushell",
	"dash": "sh", "ash": "sh", "busybox": "sh", "ksh": "sh", "ksh93": "sh", "mksh": "sh", "yash": "sh",
}

// Lookup returns the shell of that name. A further name of a shell, such as
// "pwsh" or "dash", will do.
func Lookup(name string) (Shell, bool) {
	if other, ok := aliases[name]; ok {
		name = other
	}
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
