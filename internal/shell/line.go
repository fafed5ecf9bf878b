package shell

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gosw/gosw/internal/command"
)

// A syntax is how a shell writes the steps of a command. In its formats are [1] the
// name of a variable, [2] a text, [3] a file and [4] a program with its arguments,
// which alone is the form of a step that has none.
type syntax struct {
	plain   string // what needs no quotes, besides letters and digits
	values  bool   // texts and files have quotes always
	call    string // stands before the name of a program that is in quotes
	and     string // stands between steps
	formats [command.Append + 1]string
}

var (
	bourneSyntax = syntax{plain: "/._+-,:@=", and: " && ", formats: [...]string{
		command.With:       "%[1]s=%[2]s %[4]s",
		command.Variable:   "export %[1]s=%[2]s",
		command.NoVariable: "unset %[1]s",
		command.First:      "export PATH=%[2]s:$PATH",
		command.Last:       "export PATH=$PATH:%[2]s",
		command.Replace:    "echo %[2]s > %[3]s",
		command.Append:     "echo %[2]s >> %[3]s",
	}}
	fishSyntax = syntax{plain: bourneSyntax.plain, and: " && ", formats: [...]string{
		command.With:       "%[1]s=%[2]s %[4]s",
		command.Variable:   "set -gx %[1]s %[2]s",
		command.NoVariable: "set -e %[1]s",
		command.First:      "set -gx PATH %[2]s $PATH",
		command.Last:       "set -gx PATH $PATH %[2]s",
		command.Replace:    "echo %[2]s > %[3]s",
		command.Append:     "echo %[2]s >> %[3]s",
	}}
	powershellSyntax = syntax{plain: "/_-", values: true, call: "& ", and: "; ", formats: [...]string{
		command.With:       "$env:%[1]s = %[2]s; %[4]s",
		command.Variable:   "$env:%[1]s = %[2]s",
		command.NoVariable: "Remove-Item Env:%[1]s",
		command.First:      "$env:PATH = %[2]s + [IO.Path]::PathSeparator + $env:PATH",
		command.Last:       "$env:PATH += [IO.Path]::PathSeparator + %[2]s",
		command.Replace:    "Set-Content -LiteralPath %[3]s -Value %[2]s",
		command.Append:     "Add-Content -LiteralPath %[3]s -Value %[2]s",
	}}
	nushellSyntax = syntax{plain: "/._-", values: true, call: "^", and: "; ", formats: [...]string{
		command.With:       "with-env {%[1]s: %[2]s} { %[4]s }",
		command.Variable:   "$env.%[1]s = %[2]s",
		command.NoVariable: "hide-env %[1]s",
		command.First:      "$env.PATH = ($env.PATH | prepend %[2]s)",
		command.Last:       "$env.PATH = ($env.PATH | append %[2]s)",
		command.Replace:    `%[2]s + "\n" | save --force %[3]s`,
		command.Append:     `%[2]s + "\n" | save --append %[3]s`,
	}}
)

func (bash) syntax() syntax       { return bourneSyntax }
func (zsh) syntax() syntax        { return bourneSyntax }
func (posix) syntax() syntax      { return bourneSyntax }
func (fish) syntax() syntax       { return fishSyntax }
func (powershell) syntax() syntax { return powershellSyntax }
func (nushell) syntax() syntax    { return nushellSyntax }

// maxLine bounds what somebody is to copy, in bytes.
const maxLine = 2000

// Line returns c as it is typed in sh: a line of printable characters that runs as
// it stands. It is "" where there is none: c is empty or too long, or has a text
// that sh can't have in such a line, as POSIX shells can't have a newline.
func Line(sh Shell, c command.Command) string {
	s := sh.syntax()
	var steps []string
	for _, step := range c {
		var argv []string
		for i, arg := range step.Argv {
			word := s.word(sh, arg)
			if i == 0 && word != arg {
				word = s.call + word
			}
			argv = append(argv, word)
		}
		steps = append(steps, fmt.Sprintf(cmp.Or(s.formats[step.Kind], "%[4]s"), step.Name, s.value(sh, step.Text), s.value(sh, step.File), strings.Join(argv, " ")))
	}
	line := strings.Join(steps, s.and)
	if len(line) > maxLine || !printable(line) {
		return ""
	}
	return line
}

// word returns text as an argument, in no more quotes than it needs.
func (s syntax) word(sh Shell, text string) string {
	inside := func(r rune) bool {
		return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) || strings.ContainsRune(s.plain, r)
	}
	if text != "" && text[0] != '=' && strings.TrimFunc(text, inside) == "" {
		return text
	}
	return s.quote(sh, text)
}

func (s syntax) value(sh Shell, text string) string {
	if s.values {
		return s.quote(sh, text)
	}
	return s.word(sh, text)
}

// quote is Quote, but that bash and zsh have characters for people to read where
// they can. A shell of Unicode has no word for what is not UTF-8.
func (s syntax) quote(sh Shell, text string) string {
	switch {
	case s.values && !utf8.ValidString(text):
		return "\n"
	case s.and == bourneSyntax.and && printable(text) && sh.Name() != "fish":
		return posix{}.Quote(text)
	}
	return sh.Quote(text)
}

// printable reports whether a terminal shows text as it is.
func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) })
}
