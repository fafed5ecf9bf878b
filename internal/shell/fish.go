package shell

import (
	_ "embed" // for the snippet
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/gosw/gosw/internal/command"
)

//go:embed snippets/hook.fish
var fishHook string

// fish has a file of gosw's own: it reads all of conf.d.
var fish = Shell{
	name: "fish", posix: true, hook: fishHook, quote: quoteFish, assign: "set -g __gosw_%s %s\n", flags: oneOrNone,
	load: "test -x %[1]s; and %[1]s %[2]s | source\n",
	dir:  func(p Places) string { return filepath.Join(p.Config, "fish") },
	rc:   []string{"conf.d/gosw.fish", "config.fish", "functions/go.fish"},
	syntax: syntax{plain: bourneSyntax.plain, and: " && ", formats: [...]string{
		command.With:       "%[1]s=%[2]s %[4]s",
		command.Variable:   "set -gx %[1]s %[2]s",
		command.NoVariable: "set -e %[1]s",
		command.First:      "set -gx PATH %[2]s $PATH",
		command.Last:       "set -gx PATH $PATH %[2]s",
		command.Replace:    "echo %[2]s > %[3]s",
		command.Append:     "echo %[2]s >> %[3]s",
	}},
}

// quoteFish uses '…', in which fish knows \\ and \' only, and writes control
// characters, what is not UTF-8, and the characters that fish uses for its own
// ends, outside of it, a byte at a time. Others stay: fish does not take the
// bytes of one for the character.
func quoteFish(text string) string {
	var quoted strings.Builder
	quoted.WriteByte('\'')
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == '\'' || r == '\\':
			quoted.WriteByte('\\')
			quoted.WriteByte(text[0])
		case r < ' ' || r == 0x7f || r >= 0xf600 && r <= 0xf6ff || r >= 0xfdd0 && r <= 0xfdef || r == utf8.RuneError && size == 1:
			for i := range size {
				fmt.Fprintf(&quoted, `'\X%02x'`, text[i])
			}
		default:
			quoted.WriteString(text[:size])
		}
		text = text[size:]
	}
	quoted.WriteByte('\'')
	return quoted.String()
}
