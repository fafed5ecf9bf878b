package shell

import (
	"fmt"
	"hash/fnv"
	"strings"
)

// The markers of the block in a start-up file. The first goes on with a sum over
// the lines between, so that an edited block can be told from an older one, and
// with what the block's removal has to put back.
const (
	blockBegin = "# >>> gosw init"
	blockEnd   = "# <<< gosw init <<<"

	// cutNewline says that the newline before the block came with it, and
	// wasMissing that the file did.
	cutNewline = "newline"
	wasMissing = "file"
)

// A BlockError says that the block in a start-up file is not one that gosw has
// written.
type BlockError struct {
	Line   int // 1-based
	Reason string
	Last   int // the line where what is wrong ends; 0 if that can't be told
}

func (e *BlockError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// A block is one that was found in a text.
type block struct {
	start, end int // offsets of its first byte and behind its last
	line       int // 1-based, of its first marker
	notes      []string
}

// AddBlock returns text with body in the block at its end, or in the place of
// the block that is there, and the 1-based line of the block. missing says that
// there is no file yet. body is whole lines. The error is a [*BlockError].
func AddBlock(text, body string, missing bool) (added string, line int, err error) {
	old, err := findBlock(text)
	if err != nil {
		return "", 0, err
	}
	if old != nil {
		return text[:old.start] + wrap(body, old.notes) + text[old.end:], old.line, nil
	}
	var notes []string
	if missing {
		notes = append(notes, wasMissing)
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		notes = append(notes, cutNewline)
		text += "\n"
	}
	return text + wrap(body, notes), strings.Count(text, "\n") + 1, nil
}

// RemoveBlock returns text as it was before [AddBlock], the block that is taken
// out, "" if there is none, and its 1-based line. gone says that the file goes,
// too, since the block made it. The error is a [*BlockError].
func RemoveBlock(text string) (rest, removed string, line int, gone bool, err error) {
	old, err := findBlock(text)
	if err != nil || old == nil {
		return text, "", 0, false, err
	}
	before, after := text[:old.start], text[old.end:]
	for _, note := range old.notes {
		switch note {
		case cutNewline:
			if after == "" {
				before = strings.TrimSuffix(before, "\n")
			}
		case wasMissing:
			gone = before+after == ""
		}
	}
	return before + after, text[old.start:old.end], old.line, gone, nil
}

func wrap(body string, notes []string) string {
	head := append([]string{blockBegin, sum(body)}, notes...)
	return strings.Join(head, " ") + " >>>\n" + body + blockEnd + "\n"
}

func sum(body string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(body))
	return fmt.Sprintf("%08x", h.Sum32())
}

// A marker is a line of a text that begins or ends a block.
type marker struct {
	line       int // 1-based
	start, end int // offsets of its first byte and behind its last
	notes      []string
	begins     bool
}

func markers(text string) (found []marker) {
	m := marker{}
	for line := range strings.Lines(text) {
		m = marker{line: m.line + 1, start: m.end, end: m.end + len(line)}
		trimmed := strings.TrimRight(line, "\r\n")
		if rest, ok := strings.CutPrefix(trimmed, blockBegin); ok {
			m.begins, m.notes = true, strings.Fields(rest)
		}
		if m.begins || trimmed == blockEnd {
			found = append(found, m)
		}
	}
	return found
}

// findBlock returns the one block in text, nil if there is none.
func findBlock(text string) (*block, error) {
	marks := markers(text)
	last := func(i int) int { // the line where the block that begins there ends
		if i+1 < len(marks) && !marks[i+1].begins {
			return marks[i+1].line
		}
		return 0
	}
	for i, m := range marks {
		switch afterBegin := i > 0 && marks[i-1].begins; {
		case m.begins && afterBegin:
			return nil, &BlockError{Line: marks[i-1].line, Reason: fmt.Sprintf("gosw's block here has no end before the next one, in line %d", m.line)}
		case m.begins && i > 0:
			return nil, &BlockError{m.line, fmt.Sprintf("a second gosw block; the first is in line %d", marks[0].line), last(i)}
		case m.begins && (len(m.notes) < 2 || m.notes[len(m.notes)-1] != ">>>"):
			return nil, &BlockError{m.line, "the first line of gosw's block was edited", last(i)}
		case !m.begins && !afterBegin:
			return nil, &BlockError{m.line, "the end of a gosw block without its beginning", m.line}
		}
	}
	switch len(marks) {
	case 0:
		return nil, nil
	case 1:
		return nil, &BlockError{Line: marks[0].line, Reason: "gosw's block here has no end"}
	}
	begin, end := marks[0], marks[1]
	if begin.notes[0] != sum(text[begin.end:end.start]) {
		return nil, &BlockError{begin.line, "gosw's block here was edited", end.line}
	}
	return &block{begin.start, end.end, begin.line, begin.notes[1 : len(begin.notes)-1]}, nil
}
