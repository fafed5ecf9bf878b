package shell

import (
	_ "embed" // for the snippet
	"strings"
)

//go:embed snippets/direnv.bash
var direnvLibrary string

// direnvMark is the first line of the library as it is installed, by which a
// later gosw knows its own file.
const direnvMark = "# Written by \"gosw init direnv\"; changes here will be lost.\n"

// DirenvLibrary returns the file that direnv is to read before any .envrc, and
// which defines "use gosw". exe is the absolute path of gosw.
func DirenvLibrary(exe string) string {
	return direnvMark + "__gosw_exe=" + bash.Quote(exe) + "\n" + direnvLibrary
}

// IsDirenvLibrary reports whether text is what [DirenvLibrary] of this or
// another version returned.
func IsDirenvLibrary(text string) bool { return strings.HasPrefix(text, direnvMark) }

// A Direnv is what "use gosw" changes in the environment of a project, whose
// direnv evaluates it in bash.
type Direnv struct {
	// Watch has the files and folders, missing ones too, upon whose change
	// direnv is to ask again.
	Watch []string
	// Vars has the variables to set, in this order, or to unset.
	Vars []Var
}

// A Var is a variable with the value that it is to get.
type Var struct {
	Name  string // written by us: not quoted
	Value string
	Unset bool
}

// Text returns the statements that do so: one call of direnv's watch_file, since
// each one is a process, then one line for each variable.
//
// PATH is a variable as others are. direnv's PATH_add would cut it at the first
// newline, and its PATH_rm takes names for patterns.
func (d Direnv) Text() string {
	var text strings.Builder
	if len(d.Watch) > 0 {
		text.WriteString("watch_file")
		for _, file := range d.Watch {
			text.WriteString(" " + bash.Quote(file))
		}
		text.WriteString("\n")
	}
	for _, v := range d.Vars {
		if v.Unset {
			text.WriteString("unset -v " + v.Name + "\n")
		} else {
			text.WriteString("export " + v.Name + "=" + bash.Quote(v.Value) + "\n")
		}
	}
	return text.String()
}
