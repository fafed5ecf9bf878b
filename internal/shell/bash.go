package shell

import (
	_ "embed" // for the snippet
	"fmt"
	"strings"
)

//go:embed snippets/hook.bash
var bashHook string

var bash = Shell{
	name: "bash", posix: true, hook: bashHook, quote: quoteBash, dir: home,
	rc:     []string{".bashrc", ".bash_profile", ".bash_login", ".profile", ".bash_aliases"},
	assign: "__gosw_%s=%s\n", flags: oneOrNone, load: bourneLoad, syntax: bourneSyntax,
}

// quoteBash uses '…' where that is possible, and else $'…' with every other byte
// as an octal number: then the meaning depends neither on the locale nor on
// what a terminal or an editor does to control characters.
func quoteBash(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' || r == '\'' }) {
		return "'" + text + "'"
	}
	var quoted strings.Builder
	quoted.WriteString("$'")
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\'' || c == '\\':
			quoted.WriteByte('\\')
			quoted.WriteByte(c)
		case c < ' ' || c > '~':
			fmt.Fprintf(&quoted, `\%03o`, c)
		default:
			quoted.WriteByte(c)
		}
	}
	quoted.WriteByte('\'')
	return quoted.String()
}
