package shell

import (
	_ "embed" // for the snippet
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf16"
)

//go:embed snippets/hook.ps1
var powershellHook string

type powershell struct{}

func (powershell) Name() string { return "powershell" }

// Quote uses '…' for printable ASCII, and else "…" with every other character
// as a number: then the meaning does not depend on the code page by which
// PowerShell reads what a program prints, and none of the four other characters
// that it takes for a single quote is there. What is not UTF-8 can be no text of
// PowerShell; it becomes U+FFFD.
func (powershell) Quote(text string) string {
	text = strings.ReplaceAll(text, "\x00", "")
	if !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	var quoted strings.Builder
	quoted.WriteByte('"')
	for _, unit := range utf16.Encode([]rune(text)) {
		switch {
		case unit == '"' || unit == '`' || unit == '$':
			quoted.WriteByte('`')
			quoted.WriteByte(byte(unit))
		case unit < ' ' || unit > '~':
			fmt.Fprintf(&quoted, "$([char]0x%04x)", unit)
		default:
			quoted.WriteByte(byte(unit))
		}
	}
	quoted.WriteByte('"')
	return quoted.String()
}

func (p powershell) Init(o Options) string {
	var text strings.Builder
	fmt.Fprintf(&text, "$global:__gosw_exe = %s\n", p.Quote(o.Exe))
	fmt.Fprintf(&text, "$global:__gosw_root = %s\n", p.Quote(o.Root))
	fmt.Fprintf(&text, "$global:__gosw_path = $%t\n", o.Path)
	fmt.Fprintf(&text, "$global:__gosw_completion = $%t\n", o.Completion)
	text.WriteString(powershellHook)
	return text.String()
}

func (p powershell) Load(exe string, flags []string) string {
	quoted := p.Quote(exe)
	return fmt.Sprintf("if (Test-Path -LiteralPath %s) { & %s %s | Out-String | Invoke-Expression }\n", quoted, quoted, initWords(p, flags))
}

// RC is $PROFILE of all hosts but Windows', where it lies in a folder that only
// Windows can name.
func (powershell) RC(p Places) []string {
	if p.Windows {
		return nil
	}
	return []string{filepath.Join(p.Config, "powershell", "Microsoft.PowerShell_profile.ps1")}
}
