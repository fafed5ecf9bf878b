package term

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// A Trace is a text of headings and lines below them. On a terminal the lines are
// broken between words, and never in a path, which is there to be copied, and begins
// with ~ if it can.
type Trace struct {
	Screen
	Home  string            // "" for none
	Paths *strings.Replacer // of keepWhole
	Lines []string
}

// Glue is a blank at which no line is broken. No path can have it.
const Glue = "\x00"

// KeepWhole puts glue for the blanks in paths and their directories.
func KeepWhole(paths []string) *strings.Replacer {
	var all []string
	for _, path := range paths {
		for ; strings.Contains(path, " "); path = filepath.Dir(path) {
			all = append(all, path)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // the first that fits is taken
	var pairs []string
	for _, path := range all {
		pairs = append(pairs, path, strings.ReplaceAll(path, " ", Glue))
	}
	return strings.NewReplacer(pairs...)
}

// Gap separates what follows from what there is.
func (t *Trace) Gap() {
	if len(t.Lines) > 0 {
		t.Lines = append(t.Lines, "")
	}
}

// Head begins a section.
func (t *Trace) Head(format string, args ...any) {
	t.Gap()
	t.Lines = append(t.Lines, t.Paint(Strong, Clean(fmt.Sprintf(format, args...))))
}

// Line adds a line, broken where the screen ends.
func (t *Trace) Line(format string, args ...any) { t.Styled(Plain, format, args...) }

// Styled is Line in a style.
func (t *Trace) Styled(st Style, format string, args ...any) {
	for _, line := range t.broken(fmt.Sprintf(format, args...)) {
		text := strings.TrimLeft(line, " ")
		t.Lines = append(t.Lines, line[:len(line)-len(text)]+t.Paint(st, text))
	}
}

// Marked is a line whose first word has a style.
func (t *Trace) Marked(st Style, word, rest string) {
	lines := t.broken(word + rest)
	lines[0] = strings.Replace(lines[0], word, t.Paint(st, word), 1)
	t.Lines = append(t.Lines, lines...)
}

// Verbatim is a line that is left to the terminal to break, such as a command,
// so that it is one line for who copies it.
func (t *Trace) Verbatim(format string, args ...any) {
	t.Lines = append(t.Lines, Clean(fmt.Sprintf(format, args...)))
}

// broken indents text and breaks it where it is too wide. A path that fits without
// its indent has none; one that doesn't fit at all is left to the terminal.
func (t *Trace) broken(text string) []string {
	text = bounded(text)
	bare := strings.TrimLeft(text, " ")
	indent := strings.Repeat(" ", 2+len(text)-len(bare))
	if t.Paths != nil {
		bare = t.Paths.Replace(bare)
	}
	words := strings.Split(bare, " ")
	for i, word := range words {
		words[i] = Clean(strings.ReplaceAll(word, Glue, " "))
		if t.Width > 0 {
			words[i] = short(t.Home, words[i])
		}
	}
	room := t.Screen
	if room.Width > 0 {
		room.Width = max(room.Width-len(indent), 1)
	}
	lines := room.fill(words, " ", 2)
	for i, line := range lines {
		if t.Width == 0 || Columns(indent+line) <= t.Width {
			lines[i] = indent + line
		} else {
			lines[i] = strings.TrimLeft(line, " ")
		}
	}
	return lines
}
