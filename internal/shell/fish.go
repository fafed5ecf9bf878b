package shell

import (
	_ "embed" // for the snippet
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

//go:embed snippets/hook.fish
var fishHook string

type fish struct{}

func (fish) Name() string { return "fish" }

// Quote uses '…', in which fish knows \\ and \' only, and writes control
// characters, what is not UTF-8, and the characters that fish uses for its own
// ends, outside of it, a byte at a time. Others stay: fish does not take the
// bytes of one for the character.
func (fish) Quote(text string) string {
	var quoted strings.Builder
	quoted.WriteByte('\'')
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == 0: // left out
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

func (f fish) Init(o Options) string {
	var text strings.Builder
	assign := func(name, value string) {
		fmt.Fprintf(&text, "set -g __gosw_%s %s\n", name, f.Quote(value))
	}
	assign("exe", o.Exe)
	assign("root", o.Root)
	assign("path", flag(o.Path))
	assign("function", flag(o.Function))
	assign("completion", flag(o.Completion))
	text.WriteString(fishHook)
	return text.String()
}

func (f fish) Load(exe string, flags []string) string {
	quoted := f.Quote(exe)
	return fmt.Sprintf("test -x %s; and %s %s | source\n", quoted, quoted, initWords(f, flags))
}

// RC is a file of gosw's own: fish reads all of conf.d.
func (fish) RC(p Places) []string {
	dir := filepath.Join(p.Config, "fish")
	return []string{
		filepath.Join(dir, "conf.d", "gosw.fish"), filepath.Join(dir, "config.fish"),
		filepath.Join(dir, "functions", "go.fish"),
	}
}
