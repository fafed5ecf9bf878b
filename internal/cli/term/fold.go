package term

import (
	"regexp"
	"strings"
)

// glue stands for a blank at which a line does not end. Clean text does not have it.
const glue = "\ufdd0"

var quoted = regexp.MustCompile(`"[^"\n]*"`)

// fold breaks a clean message between words, so that its lines fit; those after the
// first are indented. What is in double quotes stays in one piece, and so does what
// keep has: it may be a command to copy.
func (s Screen) fold(text string, keep []string) string {
	if s.Width == 0 {
		return text
	}
	whole := func(part string) string { return strings.ReplaceAll(part, " ", glue) }
	for _, part := range keep {
		text = strings.ReplaceAll(text, Clean(part), whole(Clean(part)))
	}
	text = quoted.ReplaceAllStringFunc(text, whole)
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, s.Wrap(line, 2)...)
	}
	return strings.ReplaceAll(strings.Join(lines, "\n"), glue, " ")
}
