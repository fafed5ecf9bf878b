// Package shell writes the text that a user's shell evaluates in its start-up
// file: the store's bin directory on PATH, functions that run the right go without
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
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// Options say what [Shell.Init] is to set up. The command gosw, which "gosw
// use" needs, is always set up.
type Options struct {
	Exe  string // absolute path of gosw
	Root string // absolute path of the store

	Path       bool // put the store's bin directory on PATH
	Function   bool // define go and gofmt, in shells in which that can be right
	Completion bool // complete the arguments of gosw
}

// Places are the directories in which shells look for their start-up files. Home,
// Config and Native are never empty.
type Places struct {
	Home    string
	Config  string // XDG_CONFIG_HOME or what stands for it
	Native  string // XDG_CONFIG_HOME, or where the system has such files
	ZDotDir string // ZDOTDIR, "" if it is not set
	Windows bool
	// On Windows: where PowerShell has its files, and whether it is a later one than 5.1.
	Documents string
	Core      bool
}

// A Shell is a shell that gosw knows. The zero Shell is none.
type Shell struct {
	name string
	hook string // the file from snippets/

	quote  func(text string) string
	assign string          // format of an assignment: a name, and a value that is quoted
	flags  map[bool]string // what the hook takes for false and true
	noFunc bool            // it defines no function go
	posix  bool            // on Windows it has the paths of Unix, and go is the shim
	load   string          // format of the line of [Shell.Load]: the program, quoted, and its arguments

	dir func(Places) string // has the start-up files, "" where only the shell can say
	rc  []string            // the files, below dir
	syntax
}

// Name is what users call the shell, such as "bash".
func (s Shell) Name() string { return s.name }

// Quote returns text as one word that the shell takes literally, whatever bytes
// it holds. A NUL, which neither a path nor a variable can hold, is left out.
// Shells whose texts are Unicode get U+FFFD for other bytes.
func (s Shell) Quote(text string) string { return s.quote(strings.ReplaceAll(text, "\x00", "")) }

// Init returns what the shell is to evaluate when it starts.
func (s Shell) Init(o Options) string {
	if s.posix && runtime.GOOS == "windows" {
		o.Exe, o.Root, o.Function = PosixPath(o.Exe), PosixPath(o.Root), false
	}
	var text strings.Builder
	assign := func(name, value string) { fmt.Fprintf(&text, s.assign, name, value) }
	assign("exe", s.Quote(o.Exe))
	assign("root", s.Quote(o.Root))
	assign("path", s.flags[o.Path])
	if !s.noFunc {
		assign("function", s.flags[o.Function])
	}
	assign("completion", s.flags[o.Completion])
	return text.String() + s.hook
}

// Load returns the line for the shell's start-up file that evaluates what "exe
// init" prints with these flags, or "" if the file has to hold that itself. Where
// exe is gone, the line is silent. Flags are words of ours, plain to every shell.
func (s Shell) Load(exe string, flags []string) string {
	if s.load == "" {
		return ""
	}
	return fmt.Sprintf(s.load, s.Quote(exe), strings.Join(append([]string{"init", s.name}, flags...), " "))
}

// RC returns the files that the shell may read when it starts. The first is that
// of interactive shells, to which gosw adds its line; there is none if only the
// shell itself can say which it is.
func (s Shell) RC(p Places) (files []string) {
	if dir := s.dir(p); dir != "" {
		for _, name := range s.rc {
			files = append(files, filepath.Join(dir, name))
		}
	}
	return files
}

func home(p Places) string { return p.Home }

var shells = []Shell{bash, zsh, fish, posix, powershell, nushell}

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
		if s.name == name {
			return s, true
		}
	}
	return Shell{}, false
}

// Names lists the shells that [Lookup] knows.
func Names() []string {
	var names []string
	for _, s := range shells {
		names = append(names, s.name)
	}
	return names
}

// Detect returns the shell that SHELL is the path of. Windows sets no SHELL: whoever has
// one there, such as Git Bash, is that; else it is PowerShell or cmd.exe.
func Detect(getenv func(string) string) (Shell, bool) { return detect(getenv, runtime.GOOS) }

func detect(getenv func(string) string, goos string) (Shell, bool) {
	name := getenv("SHELL")
	if name != "" || goos != "windows" {
		return Lookup(strings.TrimSuffix(filepath.Base(name), ".exe"))
	}
	// cmd sets PROMPT; PowerShell has the user's modules here.
	modules, home := strings.ToLower(getenv("PSModulePath")), strings.ToLower(getenv("USERPROFILE"))
	if getenv("PROMPT") != "" && (home == "" || !strings.Contains(modules, home+`\`)) {
		return cmd, true
	}
	return powershell, true
}

// PosixPath returns a path of Windows in the form of the shells of Unix there, those of Git
// and MSYS2: a colon in PATH stands between directories.
func PosixPath(path string) string {
	if len(path) > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/') {
		return "/" + strings.ToLower(path[:1]) + strings.ReplaceAll(path[2:], `\`, "/")
	}
	return path
}
