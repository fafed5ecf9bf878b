package shell

import _ "embed" // for the snippet

//go:embed snippets/extras.bash
var extras string

// Extras returns functions that no command needs, each with a name that begins
// with gosw_, and whether s can read them. They go behind the text of
// [Shell.Init].
func Extras(s Shell) (text string, ok bool) {
	return extras, s.Name() == "bash" || s.Name() == "zsh"
}
