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
	plain   string            // what needs no quotes, besides letters and digits
	values  bool              // texts and files have quotes always
	call    string            // stands before the name of a program that is in quotes
	and     string            // stands between steps
	raw     bool              // in formats texts and files are as they are
	names   map[string]string // of programs that go by another name
	formats [command.Append + 1]string
}

// maxLine bounds what somebody is to copy, in bytes.
const maxLine = 2000

// Line returns c as it is typed in sh: a line of printable characters that runs as
// it stands. It is "" where there is none: c is empty or too long, or has a text
// that sh can't have in such a line, as POSIX shells can't have a newline.
func Line(s Shell, c command.Command) string {
	var steps []string
	for _, step := range c {
		var argv []string
		for i, arg := range step.Argv {
			word := s.word(arg)
			if i == 0 && word != arg {
				word = s.call + word
			} else if i == 0 {
				word = cmp.Or(s.names[arg], word)
			}
			argv = append(argv, word)
		}
		steps = append(steps, fmt.Sprintf(cmp.Or(s.formats[step.Kind], "%[4]s"), step.Name, s.value(step.Text), s.value(step.File), strings.Join(argv, " ")))
	}
	line := strings.Join(steps, s.and)
	if len(line) > maxLine || !printable(line) {
		return ""
	}
	return line
}

// word returns text as an argument, in no more quotes than it needs.
func (s Shell) word(text string) string {
	inside := func(r rune) bool {
		return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) || strings.ContainsRune(s.plain, r)
	}
	if text != "" && text[0] != '=' && strings.TrimFunc(text, inside) == "" {
		return text
	}
	return s.quoteToRead(text)
}

func (s Shell) value(text string) string {
	switch {
	case s.raw:
		return rawCmd(text)
	case s.values:
		return s.quoteToRead(text)
	}
	return s.word(text)
}

// quoteToRead is Quote, but that bash and zsh have characters for people to read
// where they can. A shell of Unicode has no word for what is not UTF-8.
func (s Shell) quoteToRead(text string) string {
	switch {
	case s.values && !utf8.ValidString(text):
		return noLine
	case printable(text) && (s.name == bash.name || s.name == zsh.name):
		return quotePosix(text)
	}
	return s.Quote(text)
}

// printable reports whether a terminal shows text as it is.
func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) })
}
