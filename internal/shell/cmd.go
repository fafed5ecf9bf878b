package shell

import (
	"strings"

	"github.com/gosw/gosw/internal/command"
)

// cmd is cmd.exe of Windows. It reads no file when it starts, so that gosw has no code
// for it, only what people type, and [Lookup] doesn't know it.
var cmd = Shell{
	name: "cmd", quote: quoteCmd, dir: func(Places) string { return "" },
	syntax: syntax{plain: `/\_-.:`, raw: true, and: " && ", names: map[string]string{"mv": "move"}, formats: [...]string{
		command.With:       `cmd /c "set "%[1]s=%[2]s" && %[4]s"`,
		command.Variable:   `set "%[1]s=%[2]s"`,
		command.NoVariable: `set %[1]s=`,
		command.First:      `set "PATH=%[2]s;%%PATH%%"`,
		command.Last:       `set "PATH=%%PATH%%;%[2]s"`,
		command.Replace:    `> "%[3]s" echo %[2]s`,
		command.Append:     `>> "%[3]s" echo %[2]s`,
	}},
}

// noLine is no text of a line, so that [Line] has none.
const noLine = "\n"

// quoteCmd uses "…", in which a percent sign has its meaning still and a quote can't be.
func quoteCmd(text string) string {
	if strings.ContainsAny(text, "\"%\r\n") {
		return noLine
	}
	backslashes := text[len(strings.TrimRight(text, `\`)):] // those before a quote count half
	return `"` + text + backslashes + `"`
}

// rawCmd is text where a format has the quotes, or none.
func rawCmd(text string) string {
	if strings.ContainsAny(text, "\"%^&|<>\r\n") {
		return noLine
	}
	return text
}
