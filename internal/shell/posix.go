package shell

import (
	_ "embed" // for the snippet
	"fmt"
	"path/filepath"
	"strings"
)

//go:embed snippets/hook.posix.sh
var posixHook string

// posix is any shell that knows the POSIX language only, such as dash.
type posix struct{}

func (posix) Name() string { return "sh" }

// Quote uses '…', which takes every byte but ' as it is. A text with a newline
// is more than one line.
func (posix) Quote(text string) string {
	text = strings.ReplaceAll(text, "\x00", "")
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

func (s posix) Init(o Options) string { return assignments(s, o) + posixHook }

func (s posix) Load(exe string, flags []string) string { return evalLine(s, exe, flags) }

func (posix) RC(p Places) []string { return []string{filepath.Join(p.Home, ".profile")} }

// assignments is the prologue for the shells of the Bourne family.
func assignments(s Shell, o Options) string {
	var text strings.Builder
	assign := func(name, value string) {
		fmt.Fprintf(&text, "__gosw_%s=%s\n", name, s.Quote(value))
	}
	assign("exe", o.Exe)
	assign("root", o.Root)
	assign("path", flag(o.Path))
	assign("function", flag(o.Function))
	assign("completion", flag(o.Completion))
	return text.String()
}

// evalLine is the line for an rc file of a shell of the Bourne family. Where
// gosw is gone, it is silent.
func evalLine(s Shell, exe string, flags []string) string {
	quoted := s.Quote(exe)
	return fmt.Sprintf("[ ! -x %s ] || eval \"$(%s %s)\"\n", quoted, quoted, initWords(s, flags))
}

// initWords are the arguments of gosw. Flags are words of ours, plain to every
// shell.
func initWords(s Shell, flags []string) string {
	return strings.Join(append([]string{"init", s.Name()}, flags...), " ")
}

// flag returns what a snippet takes for true or false.
func flag(on bool) string {
	if on {
		return "1"
	}
	return ""
}
