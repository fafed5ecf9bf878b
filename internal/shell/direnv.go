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

// A Var is a variable with the value that it is to get.
type Var struct {
	Name  string // written by us: not quoted
	Value string
	Unset bool
}

// Direnv returns what "use gosw" changes in the environment of a project, as
// statements for the bash of direnv: one call of direnv's watch_file, since each one
// is a process, with the files and directories upon whose change direnv is to ask
// again, missing ones too; then one line for each variable, in this order.
//
// PATH is a variable as others are. direnv's PATH_add would cut it at the first
// newline, and its PATH_rm takes names for patterns.
func Direnv(watch []string, vars []Var) string {
	var text strings.Builder
	if len(watch) > 0 {
		text.WriteString("watch_file")
		for _, file := range watch {
			text.WriteString(" " + bash.Quote(file))
		}
		text.WriteString("\n")
	}
	for _, v := range vars {
		if v.Unset {
			text.WriteString("unset -v " + v.Name + "\n")
		} else {
			text.WriteString("export " + v.Name + "=" + bash.Quote(v.Value) + "\n")
		}
	}
	return text.String()
}
