package shell

import (
	_ "embed" // for the snippet
	"fmt"
	"path/filepath"
	"strings"
)

//go:embed snippets/hook.nu
var nushellHook string

type nushell struct{}

func (nushell) Name() string { return "nushell" }

// Quote uses "…" with every character that is not printable ASCII as a number.
// What is not UTF-8 can be no text of nushell; it becomes U+FFFD.
func (nushell) Quote(text string) string {
	var quoted strings.Builder
	quoted.WriteByte('"')
	for _, r := range strings.ReplaceAll(text, "\x00", "") {
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

func (n nushell) Init(o Options) string {
	var text strings.Builder
	fmt.Fprintf(&text, "const __gosw_exe = %s\n", n.Quote(o.Exe))
	fmt.Fprintf(&text, "const __gosw_root = %s\n", n.Quote(o.Root))
	fmt.Fprintf(&text, "const __gosw_path = %t\n", o.Path)
	fmt.Fprintf(&text, "const __gosw_completion = %t\n", o.Completion)
	text.WriteString(nushellHook)
	return text.String()
}

// Load is nothing: nushell evaluates no text at run time, so the file that it
// reads has to hold what Init returns.
func (nushell) Load(string, []string) string { return "" }

// RC is a file of gosw's own: nushell reads all of autoload.
func (nushell) RC(p Places) []string {
	dir := filepath.Join(p.Native, "nushell")
	return []string{filepath.Join(dir, "autoload", "gosw.nu"), filepath.Join(dir, "config.nu")}
}
