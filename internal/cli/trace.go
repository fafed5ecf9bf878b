package cli

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// A trace is a text of headings and lines below them. On a terminal the lines are
// broken between words, and never in a path, which is there to be copied: one that
// is wider than the terminal begins with ~ if it can.
type trace struct {
	screen
	home  string            // "" for none
	paths *strings.Replacer // of keepWhole
	lines []string
}

// glue is a blank at which no line is broken. No path can have it.
const glue = "\x00"

// keepWhole puts glue for the blanks in paths and their folders.
func keepWhole(paths []string) *strings.Replacer {
	var all []string
	for _, path := range paths {
		for ; strings.Contains(path, " "); path = filepath.Dir(path) {
			all = append(all, path)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // the first that fits is taken
	var pairs []string
	for _, path := range all {
		pairs = append(pairs, path, strings.ReplaceAll(path, " ", glue))
	}
	return strings.NewReplacer(pairs...)
}

// gap separates what follows from what there is.
func (t *trace) gap() {
	if len(t.lines) > 0 {
		t.lines = append(t.lines, "")
	}
}

func (t *trace) head(format string, args ...any) {
	t.gap()
	t.lines = append(t.lines, t.paint(strong, clean(fmt.Sprintf(format, args...))))
}

func (t *trace) line(format string, args ...any) { t.styled(plain, format, args...) }

func (t *trace) styled(st style, format string, args ...any) {
	for _, line := range t.broken(fmt.Sprintf(format, args...)) {
		text := strings.TrimLeft(line, " ")
		t.lines = append(t.lines, line[:len(line)-len(text)]+t.paint(st, text))
	}
}

// marked is a line whose first word has a style.
func (t *trace) marked(st style, word, rest string) {
	lines := t.broken(word + rest)
	lines[0] = strings.Replace(lines[0], word, t.paint(st, word), 1)
	t.lines = append(t.lines, lines...)
}

// verbatim is a line that is left to the terminal to break, such as a command,
// so that it is one line for who copies it.
func (t *trace) verbatim(format string, args ...any) {
	t.lines = append(t.lines, clean(fmt.Sprintf(format, args...)))
}

// broken indents text and breaks it where it is too wide. A path that fits without
// its indent has none; one that doesn't fit at all is left to the terminal.
func (t *trace) broken(text string) []string {
	text = bounded(text)
	bare := strings.TrimLeft(text, " ")
	indent := strings.Repeat(" ", 2+len(text)-len(bare))
	if t.paths != nil {
		bare = t.paths.Replace(bare)
	}
	words := strings.Split(bare, " ")
	for i, word := range words {
		words[i] = t.fit(clean(strings.ReplaceAll(word, glue, " ")))
	}
	room := t.screen
	if room.width > 0 {
		room.width = max(room.width-len(indent), 1)
	}
	lines := room.fill(words, " ", 2)
	for i, line := range lines {
		if t.width == 0 || columns(indent+line) <= t.width {
			lines[i] = indent + line
		} else {
			lines[i] = strings.TrimLeft(line, " ")
		}
	}
	return lines
}

// fit writes ~ for the home folder in a word that is too wide.
func (t *trace) fit(word string) string {
	at := strings.Index(word, t.home+"/")
	if t.width == 0 || columns(word) <= t.width || !filepath.IsAbs(t.home) || at < 0 || at > 0 && !strings.Contains(` =:"(`, word[at-1:at]) {
		return word
	}
	return word[:at] + "~" + word[at+len(t.home):]
}
