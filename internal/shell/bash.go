package shell

import (
	_ "embed" // for the snippet
	"fmt"
	"path/filepath"
	"strings"
)

//go:embed snippets/hook.bash
var bashHook string

type bash struct{}

func (bash) Name() string { return "bash" }

// Quote uses '…' where that is possible, and else $'…' with every other byte
// as an octal number: then the meaning depends neither on the locale nor on
// what a terminal or an editor does to control characters.
func (bash) Quote(text string) string {
	text = strings.ReplaceAll(text, "\x00", "")
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

func (b bash) Init(o Options) string { return assignments(b, o) + bashHook }

func (b bash) Load(exe string, flags []string) string { return evalLine(b, exe, flags) }

func (bash) RC(p Places) []string {
	var files []string
	for _, name := range []string{".bashrc", ".bash_profile", ".bash_login", ".profile", ".bash_aliases"} {
		files = append(files, filepath.Join(p.Home, name))
	}
	return files
}
