package shell

import (
	_ "embed" // for the snippet
	"strings"

	"github.com/gosw/gosw/internal/command"
)

//go:embed snippets/hook.posix.sh
var posixHook string

// posix is any shell that knows the POSIX language only, such as dash.
var posix = Shell{
	name: "sh", posix: true, hook: posixHook, quote: quotePosix, dir: home, rc: []string{".profile"},
	assign: "__gosw_%s=%s\n", flags: oneOrNone, load: bourneLoad, syntax: bourneSyntax,
}

// What the shells of the Bourne family have in common.
const bourneLoad = "[ ! -x %[1]s ] || eval \"$(%[1]s %[2]s)\"\n"

var oneOrNone = map[bool]string{false: "''", true: "'1'"}

var bourneSyntax = syntax{plain: "/._+-,:@=", and: " && ", formats: [...]string{
	command.With:       "%[1]s=%[2]s %[4]s",
	command.Variable:   "export %[1]s=%[2]s",
	command.NoVariable: "unset %[1]s",
	command.First:      "export PATH=%[2]s:$PATH",
	command.Last:       "export PATH=$PATH:%[2]s",
	command.Replace:    "echo %[2]s > %[3]s",
	command.Append:     "echo %[2]s >> %[3]s",
}}

// quotePosix uses '…', which takes every byte but ' as it is. A text with a newline
// is more than one line.
func quotePosix(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
