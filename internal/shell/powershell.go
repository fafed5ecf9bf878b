package shell

import (
	_ "embed" // for the snippet
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf16"

	"github.com/gosw/gosw/internal/command"
)

//go:embed snippets/hook.ps1
var powershellHook string

// powershell has the $PROFILE of its console.
var powershell = Shell{
	name: "powershell", hook: powershellHook, quote: quotePowershell, noFunc: true,
	assign: "$global:__gosw_%s = %s\n", flags: map[bool]string{false: "$false", true: "$true"},
	load: "if (Test-Path -LiteralPath %[1]s) { & %[1]s %[2]s | Out-String | Invoke-Expression }\n",
	dir: func(p Places) string {
		switch {
		case p.Windows && p.Documents == "":
			return ""
		case p.Windows && p.Core:
			return filepath.Join(p.Documents, "PowerShell")
		case p.Windows:
			return filepath.Join(p.Documents, "WindowsPowerShell")
		}
		return filepath.Join(p.Config, "powershell")
	},
	rc: []string{"Microsoft.PowerShell_profile.ps1"},
	syntax: syntax{plain: "/_-", values: true, call: "& ", and: "; ", formats: [...]string{
		command.With:       "$env:%[1]s = %[2]s; %[4]s",
		command.Variable:   "$env:%[1]s = %[2]s",
		command.NoVariable: "Remove-Item Env:%[1]s",
		command.First:      "$env:PATH = %[2]s + [IO.Path]::PathSeparator + $env:PATH",
		command.Last:       "$env:PATH += [IO.Path]::PathSeparator + %[2]s",
		command.Replace:    "Set-Content -LiteralPath %[3]s -Value %[2]s",
		command.Append:     "Add-Content -LiteralPath %[3]s -Value %[2]s",
	}},
}

// quotePowershell uses '…' for printable ASCII, and else "…" with every other character
// as a number: then the meaning does not depend on the code page by which
// PowerShell reads what a program prints, and none of the four other characters
// that it takes for a single quote is there. What is not UTF-8 can be no text of
// PowerShell; it becomes U+FFFD.
func quotePowershell(text string) string {
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
