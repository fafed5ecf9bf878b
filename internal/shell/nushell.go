package shell

import (
	_ "embed" // for the snippet
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gosw/gosw/internal/command"
)

//go:embed snippets/hook.nu
var nushellHook string

// nushell has a file of gosw's own: it reads all of autoload. It evaluates no text at
// run time, so that the file has to hold what Init returns.
var nushell = Shell{
	name: "nushell", hook: nushellHook, quote: quoteNushell, noFunc: true,
	assign: "const __gosw_%s = %s\n", flags: map[bool]string{false: "false", true: "true"},
	dir: func(p Places) string { return filepath.Join(p.Native, "nushell") },
	rc:  []string{"autoload/gosw.nu", "config.nu"},
	syntax: syntax{plain: "/._-", values: true, call: "^", and: "; ", formats: [...]string{
		command.With:       "with-env {%[1]s: %[2]s} { %[4]s }",
		command.Variable:   "$env.%[1]s = %[2]s",
		command.NoVariable: "hide-env %[1]s",
		command.First:      "$env.PATH = ($env.PATH | prepend %[2]s)",
		command.Last:       "$env.PATH = ($env.PATH | append %[2]s)",
		command.Replace:    `%[2]s + "\n" | save --force %[3]s`,
		command.Append:     `%[2]s + "\n" | save --append %[3]s`,
	}},
}

// quoteNushell uses "…" with every character that is not printable ASCII as a number.
// What is not UTF-8 can be no text of nushell; it becomes U+FFFD.
func quoteNushell(text string) string {
	var quoted strings.Builder
	quoted.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			quoted.WriteByte('\\')
			quoted.WriteRune(r)
		case r < ' ' || r > '~':
			fmt.Fprintf(&quoted, `\u{%x}`, r)
		default:
			quoted.WriteRune(r)
		}
	}
	quoted.WriteByte('"')
	return quoted.String()
}
